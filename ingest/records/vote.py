"""The result of a vote, as the act states it: no figure is worked out.

Three ways of stating it, in this order of trust: a line of the form (« Pour : 46 »,
« 2 contre 3 abstentions 6 votes pour », « Vote : à l'unanimité »), the sentence « après en avoir
délibéré, à l'unanimité », any other sentence on the council. Where an act holds several votes
that differ, what they do not share stays empty. Where figures are printed and nothing says how it
ended, more « pour » than « contre » is an adoption.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.records.fold import fold
from ingest.records.numbers_in_words import small_number
from ingest.records.record import Vote

_COUNT = r"(?P<{0}>\d{{1,3}}|/|neant|aucune?|zero|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf)"
_LABELLED = re.compile(
    r"^\W*(?:votes? *:? *|voix *)?(?P<word>pour|contre|abs[te]*ntions?)(?: *\(s\))?"
    r"(?: *[:,]\s*| (?=\d{1,3} *:))"
    + _COUNT.format("count")
    + r"(?=$|[ .,;:(/])(?!\s*(?:€|euros|%|er\b|h\d))"
)
_ITEM = re.compile(
    r"(?<![\w/.,-])(?P<count>\d{1,3}|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|zero|aucune?) "
    r"(?P<voix>(?:voix|votes?|suffrages?)(?: exprimee?s?)? (?:en faveur|favorables?)?)? ?"
    r"(?P<word>pour|contre|abs[te]*ntions?(?: *\(s\))?|favorables?|defavorables?)?(?=$|[ .,;:()/-])"
)
# « Résultat du vote : / Pour le changement de prestataire : 13 votes »
_SUBJECT = re.compile(
    r"^\W*(?P<word>pour|contre) [^:.]{3,70} : (?P<count>\d{1,3}) (?:votes?|voix)\W*$"
)
_VOTE_WORD = re.compile(r"^\W*(?:resultat du )?(?:vot(?:e|es|ants?)|scrutin|adopt|approuv|accept)")
_UNANIMOUS = r"(?:a l' ?unani[a-z]{3,5}'?(?![a-z])|a une? unanimite|unanimement|\bunanimite\b)"
_FORMAL_UNANIMITY = re.compile(
    r"^\W*(?:[vy][oa][tr]e[sr]?|adopte\w*|adoption|approuve\w*|accepte\w*|pour|accord"
    rf"|decision\w*)\b[^.;]{{0,60}}?{_UNANIMOUS}|^\W*{_UNANIMOUS}\W*$"
    rf"|\b[vy][oa][tr]e\s?[:;.,]\s*(?:pour,? )?{_UNANIMOUS}"
)
_ADOPTED = re.compile(
    r"^\W*(?:adopt[ei]\w*\b"
    r"|(?:la deliberation|le conseil(?: municipal)?|l'assemblee) (?:est )?adopte)"
)
_REJECTED = re.compile(r"^\W*(?:vote *:? *)?(?:rejete\w*|contre a l'unanimite|refuse a l')")
_WITHDRAWN = re.compile(
    r"^\W*(?:\d{1,3}\W+)?(?:affaire|deliberation|point|question)[^.]{0,40} (?:retire|ajourne)e?\b"
)
_DECIDED = re.compile(rf"{_UNANIMOUS}|\ba la majorite\b")
_DELIBERATED = re.compile(r"apres (?:en )?avoir (?:delibere|debattu)")
_AFTER_DEBATE = re.compile(r"apres (?:en )?avoir (?:delibere|debattu)[^.;]{0,160}")
_COUNCIL = re.compile(r"\b(?:conseil|membres|assemblee|vote|resultat)\b")
_ELSEWHERE = re.compile(r"par deliberation|en date du|seance du|avait|avaient")
_DECIDES = re.compile(
    r"\b(?:le conseil(?: municipal| communautaire)?|l'assemblee|les membres du conseil"
    r"(?: [a-z]{4,14})?)[^.;:]{0,60}?"
    r"\b(?:decident?|approuvent?|autorisent?|adoptent?|acceptent?|prend acte|fixent?)\b"
    r"|\bil est (?:egalement )?decide\b|\bresultat du vote\b"
)
_APART = re.compile(
    r"(?:(?P<who>m\.|mme|mlle|monsieur|madame)(?:[^.;]|\b[a-z]\.){3,90}?"
    r"\bne prend pas (?:de )?part au vote\b"
    r"|(?:ne prennent pas part au vote|n'ont pas pris part au vote|n\.?p\.?p\.?v\.?)"
    r"(?: *\(s\))? *: *(?P<count>\d{1,2})\b)"
)
# « - Abstentions : 3 (names) » may give their reasons before « - Pour : 16 »
_DASHED_FIGURE = re.compile(r"^-\s*(?:pour|contre|abs[te]*ntions?)(?: *\(s\))? *:")
_COUNTED_ALONE = re.compile(r"\W*\d{1,3} (?:votes|voix)\W*")  # « 13 votes »: for or against?
_REASONS = 8  # lines
_BARE = Vote(outcome="adopte")  # « Le Conseil adopte. »: a line may begin so without being a vote
_SENTENCE_END = re.compile(r"[.;\n](?=\s|$)")


def read_vote(text: str) -> Vote | None:
    """The vote stated in the text of one act; None where it states none."""
    lines = [line.strip() for line in fold(text).split("\n")]
    vote = _stated(lines)
    if vote is None or len(_formal(lines)) > 1:  # who took no part in which of them?
        return vote
    return replace(vote, ne_prend_pas_part=_apart(" ".join(lines)))


def _stated(lines: list[str]) -> Vote | None:
    formal = [_concluded(vote) for vote in _formal(lines)]
    full = [vote for vote in formal if vote != _BARE]
    spoken = _in_sentences(" ".join(lines))
    if not full:
        return _shared(spoken or formal)
    if len(full) == 1 and full[0].outcome is None and spoken:
        # « à l'unanimité », then « 4 abstentions : … » on its line
        decided = _shared(spoken) or Vote()
        return replace(full[0], outcome=decided.outcome, unanimite=decided.unanimite)
    return _shared(full)


def decides(text: str) -> bool:
    """Whether a point was put to the vote or decided, even in several votes that differ."""
    lines = [line.strip() for line in fold(text).split("\n")]
    joined = " ".join(lines)
    counted = any(_COUNTED_ALONE.fullmatch(line) for line in lines)
    return bool(counted or _formal(lines) or _in_sentences(joined) or _DECIDES.search(joined))


def vote_range(text: str) -> tuple[int, int] | None:
    """Where an act states its vote: (start, end) in its text."""
    folded = fold(text)
    begin = end = -1
    at = idle = 0
    for line in folded.split("\n"):
        stripped = line.strip()
        seen = _read_line(stripped, inside=begin >= 0 and idle <= 2)
        if seen and not (begin >= 0 and idle > 2 and seen == {"outcome": "adopte"}):
            begin = at if begin < 0 or idle > 2 else begin
            end, idle = at + len(line), 0
        elif stripped:
            idle += 1
        at += len(line) + 1
    if begin >= 0:
        return begin, end
    spoken = _DECIDED.search(folded)
    return spoken.span() if spoken else None


def _concluded(vote: Vote) -> Vote:
    """The vote with its outcome, where nothing but the figures tells it."""
    if vote.outcome or vote.pour is None or vote.pour == (vote.contre or 0):
        return vote
    return replace(vote, outcome="adopte" if vote.pour > (vote.contre or 0) else "rejete")


def _apart(text: str) -> int | None:
    """How many take no part: the figure, or each « M. X ne prend pas part au vote »."""
    found = list(_APART.finditer(text))
    printed = [int(match["count"]) for match in found if match["count"]]
    if printed:
        return printed[0] if len(set(printed)) == 1 else None
    return len(found) or None


def _formal(lines: list[str]) -> list[Vote]:
    """Votes stated on lines of their own; neighbouring lines make one vote."""
    votes: list[Vote] = []
    block: dict[str, int | str | bool] = {}
    idle = 0
    for line in lines:
        seen = _read_line(line, inside=bool(block) and idle <= 2)
        late = block and idle > 2  # only another figure of the same list still belongs to it
        apart = late and (not _DASHED_FIGURE.match(line) or seen.keys() & block.keys())
        differs = any(block.get(name, value) != value for name, value in seen.items())
        if seen and not apart and not differs:
            block |= seen
            idle = 0
        elif seen:
            votes.append(_vote(block))
            block, idle = dict(seen), 0
        elif line:
            idle += 1
            explained = block.get("outcome") is None and not _VOTE_WORD.match(line)
            if block and idle > (_REASONS if explained else 2):
                votes.append(_vote(block))
                block = {}
    return [*votes, _vote(block)] if block else votes


def _read_line(line: str, *, inside: bool) -> dict[str, int | str | bool]:
    seen: dict[str, int | str | bool] = {}
    labelled = _LABELLED.match(line) or _SUBJECT.match(line)
    if labelled:
        seen[_name(labelled["word"])] = small_number(labelled["count"])
    elif len(line) <= 120:
        seen |= _counted(line, inside=inside)
    if _WITHDRAWN.match(line):
        seen["outcome"] = "retire"
    elif _REJECTED.match(line):
        seen["outcome"] = "rejete"
    elif _FORMAL_UNANIMITY.search(line):
        seen |= {"unanimite": True, "outcome": "adopte"}
    elif _ADOPTED.match(line) and not line.startswith("adoption"):
        seen["outcome"] = "adopte"
    return seen


def _counted(line: str, *, inside: bool) -> dict[str, int | str | bool]:
    """« 2 contre 3 abstentions 6 votes pour », where the line holds little else."""
    items = [m for m in _ITEM.finditer(line) if m["word"] or (m["voix"] or "").strip()]
    worded = [m for m in items if m["word"]]
    covered = sum(m.end() - m.start() for m in worded)
    sure = inside or len(worded) >= 2 or any(m["voix"] for m in worded)
    sure = sure or bool(_VOTE_WORD.match(line))
    alone = bool(worded) and covered >= 0.8 * len(re.sub(r"\([^)]*\)|:.*$", "", line).strip(" .-"))
    if not worded or not (alone or (sure and (covered >= 0.5 * len(line)))):
        return {}
    whole = re.fullmatch(r"\W*\d{1,3} (?:votes? |voix )?(?:pour|contre)\W*", line)
    if not (sure or whole or any(m["word"].startswith("abs") for m in worded)):
        return {}
    return {_name(m["word"]): small_number(m["count"]) for m in worded}


def _name(word: str) -> str:
    if word.startswith("abs"):
        return "abstentions"
    return "contre" if word.startswith(("contre", "defav")) else "pour"


def _in_sentences(text: str) -> list[Vote]:
    """« Le conseil, après en avoir délibéré, décide à l'unanimité » ; counts beside it."""
    votes = []
    for match in _DECIDED.finditer(text):
        start = max(0, match.start() - 300)
        sentence = _SENTENCE_END.split(text[start : match.start()])[-1]
        debated = list(_DELIBERATED.finditer(sentence))
        if debated:  # visas without a full stop may stand in front
            sentence = sentence[debated[-1].start() :]
        council = _COUNCIL.search(sentence) and not _ELSEWHERE.search(sentence)
        if council or _DELIBERATED.search(sentence):
            votes.append(Vote(outcome="adopte", unanimite="unanim" in match.group()))
    for match in _AFTER_DEBATE.finditer(text):
        counts = _sentence_counts(match.group())
        if counts:
            votes.append(_vote(counts))
    return votes


def _sentence_counts(sentence: str) -> dict[str, int | str | bool]:
    items = [m for m in _ITEM.finditer(sentence) if m["word"]]
    if len(items) < 2 and not any(m["voix"] for m in items):
        return {}
    return {_name(m["word"]): small_number(m["count"]) for m in items}


def _vote(seen: dict[str, int | str | bool]) -> Vote:
    def number(name: str) -> int | None:
        value = seen.get(name)
        return value if isinstance(value, int) else None

    outcome = seen.get("outcome")
    return Vote(
        outcome=outcome if isinstance(outcome, str) else None,
        pour=number("pour"),
        contre=number("contre"),
        abstentions=number("abstentions"),
        unanimite=seen.get("unanimite") is True,
    )


def _shared(votes: list[Vote]) -> Vote | None:
    """What all the votes of an act agree on; None where they share nothing."""
    if not votes:
        return None
    first = votes[0]
    vote = Vote(
        outcome=first.outcome if all(v.outcome == first.outcome for v in votes) else None,
        pour=first.pour if all(v.pour == first.pour for v in votes) else None,
        contre=first.contre if all(v.contre == first.contre for v in votes) else None,
        abstentions=(
            first.abstentions if all(v.abstentions == first.abstentions for v in votes) else None
        ),
        unanimite=all(v.unanimite for v in votes),
    )
    return vote if vote != Vote() else None
