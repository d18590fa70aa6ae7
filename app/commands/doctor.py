"""`greffe doctor`: is everything there, and what to do where it is not."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, settings_of
from app.errors import DONE, PROGRAM_MISSING

if TYPE_CHECKING:
    from app.settings import Settings

NAME = "doctor"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    needed: bool  # without it Greffe does not work; else it works less well
    detail: str
    todo: str = ""


Proof = Annotated[
    bool,
    typer.Option("--egress", help="Prouver que rien ne sort : tout jouer sans route, et l'écrire."),
]
Gguf = Annotated[
    Path | None,
    typer.Option(
        "--gguf",
        help="Avec --egress : un modèle GGUF, servi par llama.cpp (paquet xllamacpp).",
        readable=False,
    ),
]


def command(
    egress: Proof = False, gguf: Gguf = None, as_json: AsJson = False, data: Data = None
) -> int:
    """Vérifier l'installation et dire quoi faire."""
    settings = settings_of(data, checked=egress)  # a wrong address is one of the findings
    if egress:
        return _prove(settings, gguf, as_json=as_json)
    findings = list(_look(settings))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = "bon     " if finding.good else "manque  " if finding.needed else "réduit  "
            typer.echo(f"{mark}{finding.name} : {finding.detail}")
            if not finding.good and finding.todo:
                typer.echo(f"        → {finding.todo}")
    lacking = any(finding.needed and not finding.good for finding in findings)
    return PROGRAM_MISSING if lacking else DONE


def _prove(settings: Settings, gguf: Path | None, *, as_json: bool) -> int:
    """Run the proof, keep its report, show it, and raise what it says."""
    from app.airtight import proof, report
    from app.cli import app

    names = [command.name or "" for command in app.registered_commands]
    print("La preuve prend quelques minutes…", file=sys.stderr, flush=True)
    done = proof.prove(gguf, names)
    kept = report.save(done, settings.data)
    told = done.as_dict()
    typer.echo(json.dumps(told, ensure_ascii=False) if as_json else report.described(told))
    print(f"Rapport gardé : {kept}", file=sys.stderr)
    proof.conclude(done, kept)
    return DONE


def _look(settings: Settings) -> Iterator[Finding]:
    yield _ocr()
    yield _office()
    yield _disk(settings)
    yield _model(settings)
    yield _processor()
    yield _index(settings)
    yield from _adaptation(settings)
    yield from _dense(settings)
    yield from _rights(settings)
    yield from _contacts(settings)
    yield from look_at_copies(settings)
    yield from look_at_issuer(settings)
    yield _stopped(settings)
    yield _last_proof(settings)


def _ocr() -> Finding:
    from ingest import ocr

    good = ocr.available()
    return Finding(
        "OCR (tesseract, français)", good, False,
        "installé" if good else "absent : les documents numérisés seront mis de côté",
        "sudo apt install tesseract-ocr tesseract-ocr-fra",
    )  # fmt: skip


def _office() -> Finding:
    good = bool(shutil.which("soffice") or shutil.which("libreoffice"))
    return Finding(
        "LibreOffice (anciens .doc)", good, False,
        "installé" if good else "absent : les .doc seront mis de côté",
        "sudo apt install libreoffice-writer-nogui",
    )  # fmt: skip


def _disk(settings: Settings) -> Finding:
    place = settings.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / 1e9
    return Finding(
        "Place sur le disque", free > 2, True, f"{free:.1f} Go libres", "faites de la place"
    )


def _model(settings: Settings) -> Finding:
    from ingest.trouble import Trouble
    from vectorstore import e5
    from vectorstore.model_folder import check_folder, check_manifest, digests

    named = settings.embedding.folder
    try:
        folder = named.expanduser() if named else e5.folder(settings.models)
        check_folder(folder)
        checked = check_manifest(folder, digests(folder))
        _check_vouched(settings, folder, vouched=checked)
    except Trouble as trouble:
        return _wrong("Modèle de plongement", trouble)
    how = "conforme à son manifeste" if checked else "sans manifeste"
    return Finding(
        "Modèle de plongement", checked, False, f"{folder.name}, {how}",
        f"greffe models add {folder} en fait une copie qui en a un",
    )  # fmt: skip


def _check_vouched(settings: Settings, folder: Path, *, vouched: bool) -> None:
    """Raises ModelAltered: the manifest that the index remembers is gone."""
    from app.answer import NoIndex
    from app.assembly import catalogue_of, check_vouched
    from ingest.trouble import Trouble

    try:
        catalogue = catalogue_of(settings, create=False)
    except (NoIndex, Trouble):
        return  # told by the line of the index
    with closing(catalogue):
        check_vouched(catalogue, folder, vouched=vouched)


def _processor() -> Finding:
    from vectorstore.embed import fast_bfloat16

    good = fast_bfloat16()
    return Finding(
        "Processeur", good, False,
        "multiplie en bfloat16" if good else "sans bfloat16 : l'indexation prend 2 à 3 fois plus",
    )  # fmt: skip


def _index(settings: Settings) -> Finding:
    from app.answer import NoIndex
    from app.assembly import catalogue_of
    from ingest.trouble import Trouble

    try:
        catalogue = catalogue_of(settings, create=False)
    except NoIndex:
        return Finding("Index", False, False, "aucun", "greffe ingest DOSSIER, ou greffe demo")
    except Trouble as trouble:
        return _wrong("Index", trouble)
    passages = sum(figures["passages"] for figures in catalogue.counts().values())
    catalogue.close()
    return Finding(
        "Index", passages > 0, False, f"{passages} passages",
        "greffe ingest DOSSIER, ou greffe demo",
    )  # fmt: skip


def _adaptation(settings: Settings) -> Iterator[Finding]:
    """Which maps for the law serve, and whether the city's own can."""
    from app import adaptation
    from app.answer import NoIndex
    from app.assembly import catalogue_of
    from ingest.trouble import Trouble

    try:
        with closing(catalogue_of(settings, create=False)) as catalogue:
            state = adaptation.state_of(settings.data, catalogue)
    except (NoIndex, Trouble):
        return  # told by the line above
    damaged = bool(state["problem"]) and state["problem"] != adaptation.OF_ANOTHER
    yield Finding(
        "Adaptation au droit", not state["problem"], damaged,
        state["problem"] or adaptation.SERVES[state["serves"]],
        "" if damaged else "greffe adapt QUESTIONS l'apprend pour ce modèle",
    )  # fmt: skip


def _dense(settings: Settings) -> Iterator[Finding]:
    """Whether the dense index answers, and holds a vector for each passage."""
    from app.answer import NoIndex
    from app.assembly import catalogue_of, open_dense
    from ingest.trouble import Trouble
    from vectorstore.chroma_files import ruined

    name, again = "Index dense", "greffe ingest sur vos dossiers : les vecteurs sont gardés"
    try:
        catalogue = catalogue_of(settings, create=False)
    except (NoIndex, Trouble):
        return  # told by the line above
    with closing(catalogue):
        passages = {name: one["passages"] for name, one in catalogue.counts().items()}
        generation = catalogue.meta("generation")
    if not generation:
        return
    if not settings.store.url and ruined(settings.data / "chroma"):
        yield Finding(name, False, True, "chroma.sqlite3 ne peut pas être lu", again)
        return
    try:
        with closing(open_dense(settings, generation)) as dense:
            lacking = {fonds: n - dense.count(fonds) for fonds, n in passages.items()}
    except Trouble as trouble:
        yield _wrong(name, trouble)
        return
    short = [f"« {fonds} » : {n}" for fonds, n in lacking.items() if n > 0]
    yield Finding(
        name, not short, True,
        f"passages sans vecteur, {', '.join(short)}" if short else "un vecteur par passage", again,
    )  # fmt: skip


def _rights(settings: Settings) -> Iterator[Finding]:
    """Whether each fonds is open to somebody, where people log in."""
    from app.answer import NoIndex
    from app.assembly import catalogue_of
    from app.state import to_open, unopened
    from ingest.trouble import Trouble

    if not settings.access.login:
        return
    try:
        with closing(catalogue_of(settings, create=False)) as catalogue:
            shut = unopened(settings.data, catalogue.fonds())
    except (NoIndex, Trouble):
        return  # told by a line above
    told = " ; ".join(map(to_open, shut)).rstrip(".")
    yield Finding("Droits", not shut, False, told or "chaque fonds est ouvert à un groupe")


def _contacts(settings: Settings) -> Iterator[Finding]:
    """What may be reached beyond this machine, as it is set."""
    from app.egress import check_address, is_public
    from ingest.trouble import Trouble

    if not settings.contacts:
        yield Finding("Machines contactées", True, True, "celle-ci seule")
    for setting, url in settings.contacts.items():
        try:
            addresses = check_address(setting, url, settings.egress.allowed)
        except Trouble as trouble:
            yield _wrong(f"Machine contactée ({setting})", trouble)
            continue
        public = [str(address) for address in addresses if is_public(address)]
        yield Finding(
            f"Machine contactée ({setting})", not public, False,
            f"{url}, adresse publique permise par egress.allowed : {', '.join(public)}"
            if public else f"{url}, dans le bâtiment",
            "c'est une sortie : ôtez-la d'egress.allowed si elle n'est pas voulue",
        )  # fmt: skip


def look_at_copies(settings: Settings) -> Iterator[Finding]:
    """Whether the journal's lines can be sent to the syslog, where one is set."""
    from app.assembly import syslog_of
    from app.causes import in_french
    from app.egress import AddressRefused

    syslog, name = syslog_of(settings), "Copie du journal (journal.syslog)"
    if syslog is None:
        return
    try:
        syslog.check()
    except AddressRefused:
        return  # told by a line above
    except OSError as error:
        why = in_french(error.strerror or str(error))
        yield Finding(
            name, False, False,
            f"{syslog.address} ne répond pas ({why}) : le journal est tenu, mais sans copie",
            "vérifiez que ce serveur est en marche, et qu'un pare-feu n'est pas entre les deux",
        )  # fmt: skip
        return
    by_udp = syslog.address.startswith("udp:")
    yield Finding(
        name, True, False,
        f"envoyée à {syslog.address}, par UDP : rien ne dit si elle arrive" if by_udp
        else f"{syslog.address} répond",
    )  # fmt: skip


def look_at_issuer(settings: Settings) -> Iterator[Finding]:
    """Whether the OpenID Connect issuer answers as one, where it is set."""
    if not settings.oidc.issuer:
        return
    from app.access.store import Store
    from app.assembly import oidc_of
    from ingest.trouble import Trouble

    name = "Connexion (oidc.issuer)"
    try:
        issuer = oidc_of(settings, Store(settings.data))
        keys = issuer.answers() if issuer is not None else 0
    except Trouble as trouble:
        yield _wrong(name, trouble)
        return
    yield Finding(name, keys > 0, True, f"répond, {keys} clés", "l'émetteur ne montre aucune clé")


def _stopped(settings: Settings) -> Finding:
    from app.egress import attempts_file
    from ingest.wall import attempts

    found = attempts(attempts_file(settings.data))
    if not found:
        return Finding("Tentatives de sortie arrêtées", True, False, "aucune")
    last = found[-1]
    return Finding(
        "Tentatives de sortie arrêtées", False, False,
        f"{len(found)}, la dernière le {last['at'][:16].replace('T', ' à ')}"
        f" vers {last['address']} ({last['process']})",
        f"voyez {attempts_file(settings.data)}, et signalez ce que vous n'attendiez pas",
    )  # fmt: skip


def _last_proof(settings: Settings) -> Finding:
    from app.airtight import report

    name, last = "Preuve de non-sortie", report.last(settings.data)
    if last is None:
        return Finding(name, True, False, "pas encore faite (greffe doctor --egress)")
    said = report.VERDICTS[last["verdict"]].rstrip(".")
    good = last["verdict"] == "airtight"
    return Finding(
        name, good, False, f"{said}, le {last['at'][:10]}", "relancez greffe doctor --egress"
    )


def _wrong(name: str, trouble: Exception) -> Finding:
    from app.errors import sentence

    known = sentence(trouble)
    assert known is not None
    return Finding(name, False, True, known.happened, known.todo)
