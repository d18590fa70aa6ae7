"""« Où vont les données ? »: the last proof that nothing leaves, and what the wall has stopped.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from app.airtight import report
from app.journal.kinds import EGRESS
from app.journal.stopped import latest
from app.web.kept_markup import moment
from app.web.markup import notice
from app.web.plain import Plain
from app.words import N_, _, as_french, french

TITLE = N_("Où vont les données ?")
MOST = 100  # stopped attempts that are shown, the newest first
NOWHERE = N_(
    "Nulle part : Greffe lit les actes, cherche et répond sur cette machine. Ne"
    " sont contactés que les serveurs réglés par l'administrateur, dans le"
    " bâtiment ou permis un à un. Cette page en montre la preuve, et ce qui a été"
    " arrêté."
)
NEVER = N_("La preuve n'a pas encore été faite sur cette installation.")
OTHER = N_(
    "Cette preuve vaut pour une autre version de Greffe ({then}, aujourd'hui {now}) : refaites-la."
)
AGAIN = N_(
    "Sur la machine, avec le compte de Greffe : <code>greffe doctor"
    " --egress</code>. Quelques minutes : toute la vie de Greffe est jouée sur la"
    " commune d'exemple, dans un espace réseau sans route, chaque appel réseau"
    " enregistré sous Python par strace. Des tentatives y sont faites exprès : si"
    " elles n'étaient pas vues, la preuve ne vaudrait rien. Refaites-la après"
    " chaque mise à jour."
)
STANDING = N_(
    "Pendant que Greffe sert, un mur dans chaque processus arrête ce que du code"
    " Python tente vers une adresse qui n'est pas permise, et le note ; le"
    " journal chaîné le reprend. Le code natif et les autres programmes ne passent"
    " pas par ce mur, et du code hostile peut le défaire : les unités systemd et le"
    " conteneur fournis les arrêtent."
)


def add_egress(app: FastAPI, plain: Plain) -> None:
    """Add the route."""

    def show(request: Request) -> Response:
        # who looks into the journal is in it
        plain.note(request, "search", {"what": {"kinds": [EGRESS]}})
        content = page(report.last(plain.data), latest(plain.data, MOST))
        return plain.page(request, TITLE, content)

    app.get("/egress")(show)


def page(last: Mapping[str, Any] | None, stopped: Sequence[Mapping[str, Any]]) -> str:
    """The page's content.

    Args:
        last: the newest report, as app/airtight/report.py keeps it.
        stopped: what the wall has stopped, the newest first.
    """
    return "\n".join([
        f"<h2>{_(TITLE)}</h2>",
        f"<p>{_(NOWHERE)}</p>",
        f'<h3>{_("La dernière preuve")}</h3>',
        *(_proof(last) if last else [notice(NEVER, "status")]),
        f'<h3>{_("La refaire")}</h3><p>{_(AGAIN)}</p>',
        f'<h3>{_("Ce qui a été arrêté")}</h3>',
        f"<p>{_(STANDING)}</p>",
        _stopped(stopped),
    ])  # fmt: skip


def _proof(last: Mapping[str, Any]) -> Iterator[str]:
    good = last["verdict"] == "airtight"
    said = _(report.VERDICTS[last["verdict"]])
    if good:
        yield f'<p class="tient">✓ {escape(said)}</p>'
    else:
        yield notice(f"✗ {said}", "status")
    then, now = last["versions"].get("greffe", ""), version("greffe")
    if then != now:
        yield notice(_(OTHER).format(then=then, now=now), "status")
    yield (
        '<p class="pied">'
        + _(
            "Faite le {at}, en {seconds:.0f} s. Page lue par : {client}, {requests}"
            " demandes, toutes comparées à son adresse."
        ).format(
            at=moment(last["at"]),
            seconds=last["seconds"],
            client=escape(last["client"]),
            requests=last["requests"],
        )
        + "</p>"
    )
    yield "".join(
        f"<p>{_('À compléter : {why}').format(why=as_french(escape(why)))}</p>"
        for why in last["missing"]
    )
    yield _table(
        _("Tentatives vues, étape par étape"),
        (_("Étape"), _("Appels réseau"), _("Tentatives")),
        [(_step(step), str(step["calls"]), str(len(step["attempts"]))) for step in last["steps"]],
    )
    yield (
        "<p>"
        + _("Tentatives comptées : <b>{count}</b>.").format(count=len(last["attempts"]))
        + "</p>"
    )
    versions = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
        for name, value in last["versions"].items()
    )
    yield f"<details><summary>{_('Les versions')}</summary><dl>{versions}</dl></details>"
    text = f"<pre{french()}>{escape(report.described(dict(last)))}</pre>"
    yield f"<details><summary>{_('Le rapport entier')}</summary>{text}</details>"


def _step(step: Mapping[str, Any]) -> str:
    planted = {
        "witness": f" {_('(faite exprès, doit être vue)')}",
        "browser": f" {_('(le navigateur)')}",
    }
    return f"{as_french(step['name'])}{planted.get(step['role'], '')}"


def _stopped(stopped: Sequence[Mapping[str, Any]]) -> str:
    if not stopped:
        return f'<p class="tient">{_("✓ Aucune tentative.")}</p>'
    rows = [
        (moment(one["last"]), str(one["address"]), str(one["process"]), str(one["count"]))
        for one in stopped
    ]
    shown = _("Les {most} dernières.").format(most=MOST) + " " if len(stopped) == MOST else ""
    titles = (_("Quand"), _("Vers"), _("Programme"), _("Fois"))
    return (
        _table(_("Tentatives arrêtées, la dernière d'abord"), titles, rows)
        + f'<p class="note">{shown}'
        + _(
            "Toutes, avec les endroits du code qui y mènent : <code>greffe journal --kind egress"
            " --json</code>. Celle que vous n'attendiez pas : signalez-la."
        )
        + "</p>"
    )


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<table class="tableau"><caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )
