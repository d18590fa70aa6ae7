"""The second witness: the kernel's own counters of the namespace against what was recorded.

A counter names nobody, but no program passes it by: what it has more than the traces is an attempt
that they do not show, whichever process made it, servers and browser included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.airtight.inside import Step
from app.airtight.recording import Attempt, Call, names_asked_here, unreachable

_WHOM = "toutes les étapes"


def unmoved(plan: Iterable[Step], ran: Iterable[Mapping[str, Mapping[str, int]]]) -> list[str]:
    """The counters that no witness moved: they see nothing on this machine."""
    moved = _of_witnesses(plan, ran)
    return [kind for kind, count in moved.items() if not count]


def unseen(
    plan: Sequence[Step],
    ran: Sequence[Mapping[str, Mapping[str, int]]],
    counted: Mapping[str, int],
    traces: Sequence[Sequence[Call]],
) -> list[Attempt]:
    """What the kernel counted outside the witnesses and no trace shows.

    Args:
        plan: the steps; ran: what became of each (`inside.Ran`); traces: what each called.
        counted: by the kernel, from the first step to the last.
    """
    planted = _of_witnesses(plan, ran)
    calls = [call for step, trace in zip(plan, traces, strict=True)
             if step.role != "witness" for call in trace]  # fmt: skip
    no_route = counted["no_route"] - planted["no_route"] - unreachable(calls)
    # a resolver that is not there is asked several times after one connect: not to be compared
    no_port = 0 if names_asked_here(calls) else counted["no_port"] - planted["no_port"]
    return [
        Attempt(_WHOM, kind, "noyau", counter, str(count), "")
        for kind, counter, count in (
            ("no_route", "OutNoRoutes", no_route), ("no_port", "NoPorts", no_port),
        )
        if count > 0
    ]  # fmt: skip


def _of_witnesses(
    plan: Iterable[Step], ran: Iterable[Mapping[str, Mapping[str, int]]]
) -> dict[str, int]:
    moved = {"no_route": 0, "no_port": 0}
    for step, done in zip(plan, ran, strict=True):
        for kind in moved if step.role == "witness" else ():
            moved[kind] += done["counted"][kind]
    return moved
