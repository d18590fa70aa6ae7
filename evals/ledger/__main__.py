"""Print what the ledger shows of the trial set, class by class."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from app.ledger import verdict
from evals.ledger.trial import CLASSES, PARTS, TRIAL, Row, judged, part, rows, wrong

NAMES = {
    "verbatim": "citation", "paraphrase": "paraphrase", "figure": "chiffre", "date": "date",
    "number": "numéro", "article": "article", "vote": "vote", "amount_line": "mauvaise ligne",
    "name": "nom", "negation": "négation", "decision": "décision", "modality": "modalité",
    "for_against": "pour ou contre", "tax": "HT ou TTC", "proposed_adopted": "proposé, adopté",
    "unit": "unité", "period": "période", "scope": "portée", "other": "autre",
    "all true": "toutes les justes", "deterministic": "déterministes", "others": "autres erreurs",
}  # fmt: skip
NAMED = {"dev": "moitié « dev »", "final": "moitié « final »", "dev2": "second jeu, « dev2 »"}
HEAD = "{:34}    n  citation exacte  appuyée  {:>8}  (95 %)"


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; 0, 2 for what may not be listed, or 3 when the set cannot be read."""
    parser = argparse.ArgumentParser("python -m evals.ledger", description="Épreuve du registre.")
    parser.add_argument("--half", choices=PARTS, default="dev")
    parser.add_argument("--json", action="store_true", help="les chiffres en JSON")
    parser.add_argument("--wrong", nargs="*", choices=CLASSES, metavar="CLASSE",
                        help="cas mal jugés de ces classes ; de toutes, sans CLASSE")  # fmt: skip
    options = parser.parse_args(words)
    if options.wrong is not None and options.half == "final":
        print("Les cas de la moitié « final » ne se montrent pas : elle ne sert qu'au chiffre.",
              file=sys.stderr)  # fmt: skip
        return 2
    try:
        cases = part(options.half, TRIAL)
    except (OSError, ValueError, KeyError) as trouble:
        print(f"Épreuve illisible : {trouble}", file=sys.stderr)
        return 3
    verdicts = judged(cases, verdict)
    if options.json:
        told = [asdict(row) | {"shown": row.shown, "interval": row.interval}
                for row in rows(verdicts)]  # fmt: skip
        print(json.dumps({"half": options.half, "rows": told}, ensure_ascii=False))
        return 0
    files = len({case.file for case in cases})
    print(f"{files} documents, {len(cases)} phrases ({NAMED[options.half]})")
    print("\n".join(_table(rows(verdicts))))
    for case, status in wrong(verdicts) if options.wrong is not None else ():
        if case.kind in (options.wrong or CLASSES):
            print(f"{case.id} {case.kind} | {status} | {' '.join(case.sentence.split())}")
    return 0


def _table(found: Sequence[Row]) -> list[str]:
    lines = []
    for truth, title, share in ((True, "phrases justes", "gardées"),
                                (False, "phrases fausses", "montrées")):  # fmt: skip
        lines.append(HEAD.format(title, share))
        lines += [_line(row) for row in found if row.truth == truth]
    return lines


def _line(row: Row) -> str:
    low, high = row.interval
    name = f"{NAMES[row.name]} ({row.name})" if row.name in CLASSES else NAMES[row.name]
    return (f"{name:34} {row.n:4}  {row.verbatim:15}  {row.supported:7}  {_share(row.shown):>8}"
            f"  {_share(low)}–{_share(high)}")  # fmt: skip


def _share(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")


if __name__ == "__main__":
    sys.exit(main())
