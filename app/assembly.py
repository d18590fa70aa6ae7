"""Settings → parts. The one place where parts are chosen; tests choose their own."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import Directory, Gate, LoginGate, OpenGate
from app.access.oidc import Oidc
from app.access.pending import Pending
from app.access.proxy import proxy_of
from app.access.sessions import Sessions
from app.access.store import Store
from app.adaptation import kept
from app.answer import Desk, NoIndex
from app.egress import check_address, check_contacts
from app.journal.entries import Journal
from app.journal.syslog import Syslog
from app.llm import Chat
from app.settings import Settings
from ingest.catalogue import Catalogue
from ingest.embedding import embed_all
from ingest.full_disk import without_room
from ingest.pipeline import Options
from ingest.progress import Tell
from ingest.readers import Limits
from ingest.reading import Bounds
from ingest.trouble import Trouble
from vectorstore.centring import Centre, centre_of
from vectorstore.chroma import ChromaIndex, begin_anew_if_ruined, open_local, open_remote
from vectorstore.embed import Embedder
from vectorstore.indexes import Dense, Indexes, refill
from vectorstore.lexical import Lexical
from vectorstore.maps import act_maps_of, law_maps_of, phrase_maps_of
from vectorstore.model_folder import ModelAltered
from vectorstore.retriever import Retriever

if TYPE_CHECKING:
    from app.learning import Adapted

_VOUCHED = "vouched"  # remembered with the index: its model had a manifest


class ModelMismatch(Trouble):
    """The index was made with another model. Facts: indexed, wanted."""


class NobodyCanEnter(Trouble):
    """A login is asked for, and there is no account nor any other way in. No facts."""


class ProxyUnknown(Trouble):
    """The proxy that names people has no address. No facts."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What both doors share."""

    catalogue: Catalogue
    embedder: Embedder
    indexes: Indexes
    generation: str


def catalogue_of(settings: Settings, *, create: bool = True) -> Catalogue:
    """The catalogue of the data folder.

    Raises:
        CatalogueUnusable.
        NoIndex: there is none, and `create` is false.
        NotADirectoryError: a file stands where the data folder should, or above it.
    """
    path = settings.data / "catalogue.sqlite"
    there = next(place for place in (settings.data, *settings.data.parents) if place.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(settings.data))
    if not create and not path.exists():
        raise NoIndex(data=str(settings.data))
    return Catalogue(path)


def model_of(settings: Settings) -> tuple[Embedder, Centre]:
    """The model of the settings, and its means.

    Raises:
        ModelMissing, ModelFolderInvalid, ModelAltered.
    """
    embedder = Embedder(_model_folder(settings), settings.embedding.device)
    return embedder, centre_of(embedder, settings.models)


def adapt(settings: Settings, questions: Path, tell: Callable[[str, float], None]) -> Adapted:
    """Learn the city's maps for the law. Raises NoIndex, ModelMismatch, and as `learning.adapt`."""
    from app import learning

    catalogue = catalogue_of(settings, create=False)
    try:
        if not catalogue.fonds():
            raise NoIndex(data=str(settings.data))
        embedder, centre = model_of(settings)
        _check_generation(catalogue, embedder, _generation(embedder, centre))
        return learning.adapt(questions, settings.data, catalogue, embedder, centre, tell)
    finally:
        catalogue.close()


@contextmanager
def open_parts(settings: Settings, *, writing: bool = False) -> Iterator[Parts]:
    """Model, catalogue and indexes of a data folder, closed again at the end.

    Args:
        settings: of the data folder.
        writing: the caller holds the run lock: an index that is missing, damaged or of another
            version is made again from the catalogue.

    Raises:
        ModelMissing, ModelFolderInvalid, ModelMismatch, CatalogueUnusable, StoreUnavailable,
        LexicalUnusable, AddressRefused.
    """
    check_contacts(settings.contacts, settings.egress.allowed)
    catalogue = catalogue_of(settings)
    embedder, centre = model_of(settings)
    generation = _generation(embedder, centre)
    _check_generation(catalogue, embedder, generation)
    if writing:
        _remember(catalogue, vouched=embedder.vouched)
        _mend(settings)
    # on a full disk questions are answered by words: the dense store needs room to start
    dense = open_dense(settings, generation, checked=writing or not without_room(settings.data))
    try:
        lexical = _lexical(settings.data / "lexical", catalogue if writing else None)
        indexes = Indexes(dense, lexical, centre)
        yield Parts(catalogue, embedder, indexes, generation)
    finally:
        dense.close()
        catalogue.close()


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """The desk where questions are asked.

    Raises:
        NoIndex: at once, before a folder is made or the model loaded.
        MapsUnusable: the city's maps for the law are damaged; else as `open_parts`.
    """
    catalogue = catalogue_of(settings, create=False)
    known = catalogue.fonds()
    catalogue.close()
    if not known:
        raise NoIndex(data=str(settings.data))
    with open_parts(settings) as parts:
        parts.embedder.load()
        own = kept(settings.data, parts.catalogue)
        learnt_for = parts.embedder.model_id, parts.indexes.centre.id
        retriever = Retriever(
            parts.catalogue, parts.embedder, parts.indexes, home=settings.town,
            law_maps=law_maps_of(*learnt_for, own), act_maps=act_maps_of(*learnt_for),
            phrase_maps=phrase_maps_of(*learnt_for),
        )  # fmt: skip
        desk = Desk(
            settings.data, parts.catalogue, retriever, parts.generation, chat=_chat(settings),
            omit=settings.model.omit,
            journal=journal_of(settings),
            memory_mb=settings.limits.memory_mb,
        )  # fmt: skip
        try:
            yield desk
        finally:
            desk.shown.end()


def journal_of(settings: Settings) -> Journal:
    """Where what is done is noted.

    Nothing is raised: what was done is noted here, whatever becomes of the copy elsewhere. An
    address outside has been refused before anything was done (`check_contacts`).
    """
    return Journal(settings.data, settings.journal.pseudonyms, syslog_of(settings))


def syslog_of(settings: Settings) -> Syslog | None:
    """Where the journal's lines are sent too, if anywhere."""
    address = settings.journal.syslog
    return _syslog(address, settings.egress.allowed) if address else None


@cache  # one for all journals of a process: its lines stay in order, its failures are told once
def _syslog(address: str, allowed: tuple[str, ...]) -> Syslog:
    return Syslog(address, lambda: check_address("journal.syslog", address, allowed))


def gate_of(settings: Settings) -> Gate:
    """Who the page lets in.

    Raises:
        NobodyCanEnter, ProxyInvalid, ProxyUnknown, DirectoryInvalid, DirectoryMissing,
        IssuerInvalid.
    """
    access, page = settings.access, settings.page
    if not access.login:
        return OpenGate()
    proxy = proxy_of(page.proxy, access.proxy_user, access.proxy_groups)
    if proxy.user_header and not proxy.addresses:
        raise ProxyUnknown
    store = Store(settings.data)
    accounts = Accounts(store)
    directory, oidc = _directory(settings), oidc_of(settings, store)
    if not (accounts.all() or directory or oidc or proxy.user_header):
        raise NobodyCanEnter
    sessions = Sessions(store, access.idle_minutes * 60, access.session_hours * 3600)
    secure = page.certificate is not None
    return LoginGate(accounts, Attempts(store), sessions, proxy, directory, secure, oidc)


def oidc_of(settings: Settings, store: Store) -> Oidc | None:
    """The issuer that lets people in, if one is set.

    Raises:
        IssuerInvalid, AddressRefused.
    """
    asked = settings.oidc
    if not asked.issuer:
        return None
    from app.access.oidc import Claims, Client

    def reach(url: str) -> None:
        check_address("oidc.issuer", url, settings.egress.allowed)

    issuer = Oidc(
        asked.issuer, Client(asked.client, asked.secret, asked.scopes), Pending(store),
        Claims(asked.login_claim, asked.groups_claim), asked.label, asked.authority,
        asked.seconds, reach,
    )  # fmt: skip
    reach(asked.issuer)
    return issuer


def _directory(settings: Settings) -> Directory | None:
    asked = settings.directory
    if not asked.url:
        return None
    check_address("directory.url", asked.url, settings.egress.allowed)
    from app.access.directory import Ldap

    return Ldap(
        asked.url, asked.base, attribute=asked.attribute, group_base=asked.group_base,
        reader=(asked.account, asked.password), authority=asked.authority, seconds=asked.seconds,
    )  # fmt: skip


def rebuild(settings: Settings, tell: Tell) -> int:
    """Embed all live passages with the model of the settings; switch when it is complete.

    The index of the old model serves until then. The number of passages. Raises as `open_parts`.
    """
    catalogue = catalogue_of(settings)
    embedder, centre = model_of(settings)
    generation = _generation(embedder, centre)
    old = catalogue.meta("generation")
    if old == generation:
        check_vouched(catalogue, embedder.folder, vouched=embedder.vouched)
    _mend(settings)
    dense = open_dense(settings, generation)
    try:
        count = embed_all(catalogue, embedder, Dense(dense, centre), tell)
        catalogue.set_metas(_made_by(embedder, generation))
        if old and old != generation:
            _drop(settings, old, catalogue)
            catalogue.forget_vectors(keep=embedder.model_id)
    finally:
        dense.close()
        catalogue.close()
    return count


def _drop(settings: Settings, generation: str, catalogue: Catalogue) -> None:
    old = open_dense(settings, generation)
    for fonds in catalogue.fonds():
        old.drop(fonds)
    old.close()


def options_of(
    settings: Settings, *, retry: bool = False, yes: bool = False, restore: bool = False
) -> Options:
    """How a run goes about it."""
    import os

    from app.receipts import who

    reading = settings.reading
    return Options(
        workers=reading.workers or len(os.sched_getaffinity(0)),
        limits=Limits(
            megabytes=reading.max_megabytes, pages=reading.max_pages, ocr_dpi=reading.ocr_dpi
        ),
        bounds=Bounds(reading.page_seconds, reading.file_seconds, reading.memory_mb),
        retry=retry,
        yes=yes,
        restore=restore,
        who=who(),
    )


def _model_folder(settings: Settings) -> Path:
    if settings.embedding.folder is not None:
        return settings.embedding.folder.expanduser()
    from vectorstore import e5

    return e5.folder(settings.models)


def _generation(embedder: Embedder, centre: Centre) -> str:
    return f"{embedder.model_id[:8]}-{centre.id[:8]}"


def _check_generation(catalogue: Catalogue, embedder: Embedder, generation: str) -> None:
    """The index remembers its model; another one is an error, never a silent mix."""
    known = catalogue.meta("generation")
    if known == generation:
        check_vouched(catalogue, embedder.folder, vouched=embedder.vouched)
        return
    made_by = _made_by(embedder, generation)
    if known and catalogue.fonds():
        raise ModelMismatch(indexed=catalogue.meta("model"), wanted=made_by["model"])
    catalogue.set_metas(made_by)


def check_vouched(catalogue: Catalogue, folder: Path, *, vouched: bool) -> None:
    """Refuse the index's model once its manifest is gone: nothing tells what became of its files.

    Raises:
        ModelAltered.
    """
    if catalogue.meta(_VOUCHED) and not vouched:
        raise ModelAltered(path=str(folder), detail="son manifeste a été ôté")


def _remember(catalogue: Catalogue, *, vouched: bool) -> None:
    """An index of before this was remembered learns it at its next run."""
    if vouched and not catalogue.meta(_VOUCHED):
        catalogue.set_meta(_VOUCHED, "yes")


def _made_by(embedder: Embedder, generation: str) -> dict[str, str]:
    """What an index remembers of its model."""
    named = f"{embedder.name} ({embedder.dimension} dimensions, {generation})"
    vouched = "yes" if embedder.vouched else ""
    return {"generation": generation, "model": named, _VOUCHED: vouched}


def _lexical(folder: Path, truth: Catalogue | None) -> Lexical:
    if truth is None:
        return Lexical(folder)
    lexical = Lexical.for_writing(folder)
    if not lexical.count():
        refill(lexical, truth)
    return lexical


def _mend(settings: Settings) -> None:
    if not settings.store.url:
        begin_anew_if_ruined(settings.data)


def open_dense(settings: Settings, generation: str, *, checked: bool = True) -> ChromaIndex:
    """The dense index, where the settings say it is. Raises StoreUnavailable, AddressRefused."""
    if not settings.store.url:
        return open_local(settings.data, generation, checked=checked)
    check_address("store.url", settings.store.url, settings.egress.allowed)
    return open_remote(settings.store.url, generation)


def _chat(settings: Settings) -> Chat | None:
    if not settings.model.url:
        return None
    check_address("model.url", settings.model.url, settings.egress.allowed)
    model = settings.model
    return Chat(
        model.url, model.name, model.key, model.seconds,
        silence=model.silence, context=model.context, length=model.length,
        schema=model.constrained,
    )  # fmt: skip
