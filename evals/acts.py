"""Fields and boundaries of acts against labels made by reading: `python -m evals.acts LABELS…`.

A label file holds JSON lines, one record a line, as `docs/mesures.md` describes them. The files are
shared out in two halves by their names' hashes: « dev » to work with, « final » to be looked at for
the figures only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ingest.catalogue import Catalogue
from ingest.records.fold import fold, words
from ingest.records.numbers import normalise
from ingest.rows import RecordRow

Act = Mapping[str, Any]  # a label, or what the program found, under the same names

COUNTS = ("presents", "procurations", "absents", "dispositif")
PLAIN = ("kind", "number", "date", "actes_id", "transmitted", "published", *COUNTS)
NAMES = ("presidence", "rapporteur")
LISTS = ("visas", "refs", "amounts")
_FACTS = {  # the program's name of a fact: the labels' name
    "visa": "visas", "renvoi": "refs", "rapporte": "refs", "montant": "amounts",
    "identifiant": "actes_id", "transmission": "transmitted", "publication": "published",
}  # fmt: skip
FIGURES = ("pour", "contre", "abstentions", "ne_prend_pas_part")


@dataclass(slots=True)
class Tally:
    """How often a field was right, among what was stated and among what should have been."""

    right: int = 0
    stated: int = 0
    expected: int = 0
    wrong: list[tuple[str, object, object]] = field(default_factory=list)  # place, said, label

    @property
    def precision(self) -> float | None:
        """None where nothing was stated."""
        return self.right / self.stated if self.stated else None

    @property
    def recall(self) -> float | None:
        """None where nothing was expected."""
        return self.right / self.expected if self.expected else None


def half(file: str) -> str:
    """« dev » or « final », by the file's name."""
    return "final" if int(hashlib.sha256(file.encode()).hexdigest(), 16) % 2 else "dev"


def score(labels: Iterable[Act], found: Iterable[Act]) -> dict[str, Tally]:
    """One tally a field, and one for the boundaries; both sides name the file of each act."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    by_file: dict[str, list[Act]] = defaultdict(list)
    for act in found:
        by_file[act["file"]].append(act)
    for file, wanted in _grouped(labels).items():
        first, last = wanted[0]["complete_pages"]
        given = [act for act in by_file[file] if first <= act["page_first"] <= last]
        pairs = _paired(wanted, given)
        edges = tallies["boundaries"]
        edges.stated += len(given)
        edges.expected += len(wanted)
        edges.right += len(pairs)
        matched = {id(label) for label, _ in pairs}
        for label in wanted:
            act = next((a for wanted_, a in pairs if wanted_ is label), {})
            if id(label) not in matched:
                edges.wrong.append((file, None, (label["page_first"], label.get("title"))))
            _compare(tallies, f"{file} p. {label['page_first']}", label, act)
        taken = {id(act) for _, act in pairs}
        edges.wrong += [
            (file, (a["page_first"], a.get("title")), None) for a in given if id(a) not in taken
        ]
    return dict(tallies)


def _grouped(labels: Iterable[Act]) -> dict[str, list[Act]]:
    grouped: dict[str, list[Act]] = defaultdict(list)
    for label in labels:
        grouped[label["file"]].append(label)
    return grouped


def _paired(labels: Sequence[Act], found: Sequence[Act]) -> list[tuple[Act, Act]]:
    """The records that begin at the same place: same page, and the same words there."""
    if len(labels) == len(found) == 1:
        return [(labels[0], found[0])]
    scores = [
        (_likeness(label, act), i, j)
        for i, label in enumerate(labels)
        for j, act in enumerate(found)
        if label["page_first"] == act["page_first"]
    ]
    pairs: list[tuple[Act, Act]] = []
    left, right = set(range(len(labels))), set(range(len(found)))
    for likeness, i, j in sorted(scores, reverse=True):
        if likeness >= 0.5 and i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((labels[i], found[j]))
    return pairs


def _likeness(label: Act, act: Act) -> float:
    """The share of the words of a label's first line that open the other record."""
    wanted = words(fold(label["start"])) or words(fold(label.get("title") or ""))
    opening = words(fold(act["start"]))
    return len(wanted & opening) / len(wanted) if wanted else 0.0


def _compare(tallies: dict[str, Tally], place: str, label: Act, act: Act) -> None:
    unsure = set(label.get("unsure", ()))
    for name in (*PLAIN, *NAMES, "title"):
        if name in label and name not in unsure:
            _count(tallies[name], place, act.get(name), label[name], _same(name))
    for name in LISTS:
        if name in label and name not in unsure:
            said, wanted = ({_plain(v) for v in side.get(name) or ()} for side in (act, label))
            _count_set(tallies[name], place, said, wanted)
    if "vote" in label and "vote" not in unsure:
        _compare_votes(tallies, place, label["vote"] or {}, act.get("vote") or {})


def _compare_votes(tallies: dict[str, Tally], place: str, label: Act, vote: Act) -> None:
    """The vote as a whole, and each printed figure."""
    whole = {n: v for n, v in vote.items() if v not in (None, False)} or None
    wanted = {n: v for n, v in label.items() if v not in (None, False, "null")} or None
    _count(tallies["vote"], place, whole, wanted, lambda a, b: a == b)
    for name in FIGURES:
        _count(tallies["vote figures"], place, vote.get(name), label.get(name), lambda a, b: a == b)


def _count(tally: Tally, place: str, said: Any, wanted: Any, same: Any) -> None:
    tally.stated += said is not None
    tally.expected += wanted is not None
    if said is not None and wanted is not None and same(said, wanted):
        tally.right += 1
    elif said is not None or wanted is not None:
        tally.wrong.append((place, said, wanted))


def _count_set(tally: Tally, place: str, said: set[str], wanted: set[str]) -> None:
    tally.right += len(said & wanted)
    tally.stated += len(said)
    tally.expected += len(wanted)
    if said != wanted:
        tally.wrong.append((place, sorted(said - wanted), sorted(wanted - said)))


def _same(name: str) -> Any:
    if name == "title":
        return _alike
    if name in NAMES:
        return _same_person
    if name == "number":
        return lambda a, b: normalise(a) == normalise(b)
    return lambda a, b: str(a) == str(b)


def _alike(said: str, wanted: str) -> bool:
    """Two objects share at least four words in five, counted on the longer one."""
    a, b = Counter(re.findall(r"\w+", fold(said))), Counter(re.findall(r"\w+", fold(wanted)))
    return sum((a & b).values()) >= 0.8 * max(sum(a.values()), sum(b.values()))


def _same_person(said: str, wanted: str) -> bool:
    a, b = (set(re.findall(r"\w{2,}", fold(name))) for name in (said, wanted))
    return bool(a) and (a <= b or b <= a)


def _plain(value: str) -> str:
    """« délibération 2013/464 du 2013-11-25 » and « C.urb L123-1 » as the program writes them."""
    return (
        re.sub(r"\bdu (?=\d)|\bprefectoral\b|[\s.]", "", fold(value))
        .replace("-", "")
        .replace("/", "")
    )


# --- from a data folder, on the command line


def found_in(catalogue: Catalogue) -> list[Act]:
    """The live records of a catalogue under the labels' names; law is left out."""
    acts = []
    for source in catalogue.sources("live"):
        for record in catalogue.records_of_source(source.id):
            if record.kind != "article":
                acts.append(_act(source.path, record, catalogue))
    return acts


def _act(path: str, record: RecordRow, catalogue: Catalogue) -> Act:
    opening = catalogue.passages_of_record(record.id)
    act: dict[str, Any] = {
        "file": path,
        "page_first": record.page_first,
        "start": opening[0].text[:300] if opening else "",
        **{name: getattr(record, name) for name in ("kind", "number", "date", "title", "body")},
        "vote": asdict(record.vote) if record.vote else None,
        **{name: [] for name in LISTS},
    }
    for fact in catalogue.facts_of(record.id):
        name = _FACTS.get(fact.name, fact.name)
        if name in LISTS:
            act[name].append(fact.value)
        elif name == "dispositif":
            act[name] = int(fact.value)
        elif name in (*COUNTS, *NAMES, *PLAIN):
            act.setdefault(name, fact.value)
    return act


def main(words: Sequence[str] | None = None) -> int:
    """Print a table; 0, or 3 when a label file cannot be read."""
    parser = argparse.ArgumentParser("python -m evals.acts", description="Champs des actes.")
    parser.add_argument("labels", type=Path, nargs="+", help="fichiers d'étiquettes")
    parser.add_argument("--data", type=Path, required=True, help="dossier de données")
    parser.add_argument("--half", choices=["dev", "final", "all"], default="dev")
    parser.add_argument("--wrong", nargs="*", default=[], help="champs dont montrer les erreurs")
    options = parser.parse_args(words)
    try:
        labels = [label for file in options.labels for label in read_labels(file)]
    except (OSError, ValueError, KeyError) as trouble:
        print(f"Étiquettes illisibles : {trouble}", file=sys.stderr)
        return 3
    labels = [label for label in labels if options.half in ("all", half(label["file"]))]
    catalogue = Catalogue(options.data / "catalogue.sqlite")
    tallies = score(labels, found_in(catalogue))
    catalogue.close()
    files = len({label["file"] for label in labels})
    print(f"{files} fichiers, {len(labels)} actes étiquetés (moitié « {options.half} »)")
    print("champ              précision  rappel   justes / énoncés / attendus")
    for name, tally in tallies.items():
        shares = "  ".join(f"{_share(value):>8}" for value in (tally.precision, tally.recall))
        print(f"{name:18} {shares}   {tally.right} / {tally.stated} / {tally.expected}")
    for name in options.wrong:
        for place, said, wanted in tallies[name].wrong:
            print(f"{name} | {place} | énoncé : {said} | attendu : {wanted}")
    return 0


def read_labels(file: Path) -> list[Act]:
    """The labels of a file.

    Raises:
        OSError, ValueError: it cannot be read, or a line is no JSON object of ours.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines if line.strip()]
    for label in labels:
        if not {"file", "page_first", "start", "complete_pages"} <= label.keys():
            raise ValueError(f"{file} : il manque un champ à {str(label)[:80]}")
    return labels


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace(".", ",")


if __name__ == "__main__":
    sys.exit(main())
