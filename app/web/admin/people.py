"""Accounts and groups: those of Greffe are changed here, those of a directory only shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from html import escape

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from app.access.accounts import FIRST_DAYS, Account, Accounts, spelled
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import ALL, Group, Groups
from app.access.reader import EVERYONE, ROLES, role_of
from app.access.sessions import LOCAL_ACCOUNT
from app.access.store import Store
from app.errors import spoken
from app.settings import Settings
from app.web.admin.markup import (
    box,
    button,
    choice,
    field,
    folded,
    form,
    hidden,
    section,
    table,
    text,
)
from app.web.admin.office import Office, fields_of, first
from app.web.plain import ROLE_NAMES, reader_of, token_of
from app.words import N_, _
from ingest.trouble import Trouble

Fields = Mapping[str, list[str]]
OPEN = N_(
    "La page s'ouvre sans connexion, sur ce poste seul : il n'y a pas de comptes."
    " Pour en demander une, voir « Les accès » : `access.login = true`, puis"
    " `greffe users add IDENTIFIANT`."
)
THERE = N_(
    "Ces personnes et leurs groupes se gèrent là-bas ; ici, on dit seulement ce que leurs"
    " groupes ouvrent."
)
YOURSELF = N_("Vous ne pouvez pas supprimer votre propre compte, ni en changer le rôle.")
UNSURE = N_("Cochez « Pour de bon » pour supprimer un compte.")
UNKNOWN = N_("Ce choix n'existe pas.")


class People:
    """The handlers of /administration/comptes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.actions: dict[str, Callable[[Request, Store, Fields], str]] = {
            "ajouter": self._add, "changer": self._change, "mot-de-passe": self._reset,
            "supprimer": self._remove, "groupe": self._group,
        }  # fmt: skip

    def show(self, request: Request, told: str = "", status: int = 200) -> Response:
        """Who may come in, by which way, and what each group opens."""
        store = self._store()
        if store is None:
            return self.office.shown(request, "comptes", [text(_(OPEN))], told, status)
        parts = self._parts(store, self.office.settings(), token_of(request))
        return self.office.shown(request, "comptes", parts, told, status)

    async def act(self, request: Request) -> Response:
        """Change an account or a group."""
        fields = await fields_of(request)
        return await run_in_threadpool(self._act, request, fields)

    def _act(self, request: Request, fields: Fields) -> Response:
        store = self._store()
        action = self.actions.get(str(request.path_params["action"]))
        if store is None or action is None:
            return self.show(request, UNKNOWN, 404)
        try:
            return self.show(request, action(request, store, fields))
        except Trouble as trouble:
            return self.show(request, spoken(trouble), 400)
        except ValueError:  # a role that is none
            return self.show(request, UNKNOWN, 400)

    def _store(self) -> Store | None:
        gate = self.office.gate
        return gate.accounts.store if isinstance(gate, LoginGate) else None

    def _add(self, request: Request, store: Store, fields: Fields) -> str:
        login, name = first(fields, "identifiant"), first(fields, "nom")[:100]
        role, groups = role_of(first(fields, "role")), _groups(fields)
        password = Accounts(store).add(login, name, role, groups)
        self.office.note(
            request, "users add", login=spelled(login), name=name, role=role, groups=groups
        )
        return _handed(spelled(login), password)

    def _change(self, request: Request, store: Store, fields: Fields) -> str:
        login, role = spelled(first(fields, "identifiant")), role_of(first(fields, "role"))
        accounts = Accounts(store)
        if login == reader_of(request).login and role != accounts.one(login).role:
            return YOURSELF
        groups = _groups(fields)
        accounts.change(login, first(fields, "nom")[:100], role, groups)
        self.office.note(request, "users change", login=login, role=role, groups=groups)
        return _("Le compte {login} est changé ; ses sessions sont fermées.").format(login=login)

    def _reset(self, request: Request, store: Store, fields: Fields) -> str:
        login = spelled(first(fields, "identifiant"))
        password = Accounts(store).reset(login)
        Attempts(store).forget(login)
        self.office.note(request, "users reset", login=login)
        return _handed(login, password)

    def _remove(self, request: Request, store: Store, fields: Fields) -> str:
        login = spelled(first(fields, "identifiant"))
        if login == reader_of(request).login:
            return YOURSELF
        if "sur" not in fields:
            return UNSURE
        Accounts(store).remove(login)
        self.office.note(request, "users remove", login=login)
        return _("Le compte {login} est supprimé, ses sessions sont fermées.").format(login=login)

    def _group(self, request: Request, store: Store, fields: Fields) -> str:
        """What a group opens, as the ticked boxes say it."""
        name, groups = spelled(first(fields, "groupe")), Groups(store)
        if not name:
            return _("Donnez un nom au groupe.")
        wanted = {ALL} if "tout" in fields else set(fields.get("fonds", ()))
        held = next((one.fonds for one in groups.all() if one.name == name), frozenset())
        before = {ALL} if held is None else set(held)
        groups.open(name, wanted - before)
        groups.close(name, before - wanted)
        self.office.forget()
        self.office.note(request, "groups open", group=name, fonds=sorted(wanted - {ALL}),
                         all=ALL in wanted)  # fmt: skip
        return _("Le groupe {name} ouvre {fonds}.").format(
            name=name, fonds=_opened(None if ALL in wanted else frozenset(wanted))
        )

    def _parts(self, store: Store, settings: Settings, token: str) -> Iterator[str]:
        accounts, groups = Accounts(store).all(), Groups(store).all()
        yield section(_("Comptes de Greffe"), *_accounts(accounts, Attempts(store), token))
        yield section(_("Groupes"), *_all_groups(groups, list(self.office.state()["fonds"]), token))
        yield section(_("Venus d'ailleurs"), *_elsewhere(store, settings))


def _accounts(accounts: list[Account], attempts: Attempts, token: str) -> Iterator[str]:
    rows = [
        [f"<b>{escape(a.login)}</b><br>{escape(a.name)}", _(ROLE_NAMES[a.role]),
         escape(", ".join(a.groups) or _("aucun")), _state(a, attempts), _deeds(a, token)]
        for a in accounts
    ]  # fmt: skip
    titles = (_("Compte"), _("Rôle"), _("Groupes"), _("État"), _("Changer"))
    yield table(_("Comptes de Greffe"), titles, rows, hidden=True) if rows else text(_("Aucun."))
    fields = (
        field("identifiant", _("Identifiant"), more='required maxlength="64" autocomplete="off"'),
        field("nom", _("Nom affiché"), more='maxlength="100" autocomplete="off"'),
        _role_choice("role", "agent"),
        field("groupes", _("Groupes, séparés par des virgules"), more='maxlength="300"'),
    )
    cells = "".join(f"<div>{one}</div>" for one in fields)
    yield folded(
        _("Ajouter un compte"),
        form("comptes/ajouter", token, f'<div class="champs">{cells}</div>', button(_("Ajouter"))),
    )


def _state(account: Account, attempts: Attempts) -> str:
    said = [_("mot de passe à changer")] if account.first else []
    said += [_("bloqué quelques minutes")] if attempts.is_closed(account.login) else []
    return ", ".join(said) or "–"


def _deeds(account: Account, token: str) -> str:
    """What can be done with an account, folded away."""
    who, login = hidden("identifiant", account.login), escape(account.login)
    key = f"-{login}"
    return folded(
        _("Changer {login}").format(login=account.login),
        form(
            "comptes/changer", token, who, field(f"nom{key}", _("Nom affiché"), account.name)
            .replace(f'name="nom{key}"', 'name="nom"'),
            _role_choice("role", account.role, key),
            field(f"groupes{key}", _("Groupes"), ", ".join(account.groups))
            .replace(f'name="groupes{key}"', 'name="groupes"'),
            button(_("Enregistrer")),
        ),
        form("comptes/mot-de-passe", token, who, button(_("Nouveau mot de passe"), plain=True),
             kind="bref"),
        form("comptes/supprimer", token, who, box("sur", "oui", _("Pour de bon"), required=True),
             button(_("Supprimer le compte"), plain=True), kind="bref"),
    )  # fmt: skip


def _role_choice(name: str, chosen: str, key: str = "") -> str:
    options = [(role, _(ROLE_NAMES[role])) for role in ROLES]
    return choice(f"{name}{key}", _("Rôle"), options, chosen).replace(
        f'name="{name}{key}"', f'name="{name}"'
    )


def _all_groups(groups: list[Group], known: list[str], token: str) -> Iterator[str]:
    yield text(
        _(
            "Le groupe « {everyone} » vaut pour chaque personne. Un administrateur voit tout."
        ).format(everyone=EVERYONE)
    )
    for one in groups:
        role = _(" ; rôle {role}").format(role=_(ROLE_NAMES[one.role])) if one.role else ""
        yield folded(
            f"{one.name} : {_opened(one.fonds)}{role}",
            _group_form(one.name, one.fonds, known, token),
        )
    yield folded(_("Ajouter un groupe"), _group_form("", frozenset(), known, token))


def _group_form(name: str, held: frozenset[str] | None, known: list[str], token: str) -> str:
    """The boxes of a group; a fonds that is not indexed yet may be open already."""
    every = sorted({*known, *(held or ())})
    boxes = "".join(box("fonds", one, one, checked=held is None or one in held) for one in every)
    named = hidden("groupe", name) if name else field(
        "groupe", _("Nom du groupe, comme dans l'annuaire"), more='required maxlength="200"'
    )  # fmt: skip
    whole = box("tout", "oui", _("Tous les fonds, ceux à venir compris"), checked=held is None)
    return form(
        "comptes/groupe", token, named,
        f'<fieldset><legend>{_("Fonds ouverts")}</legend>{whole}{boxes}</fieldset>',
        button(_("Enregistrer")),
    )  # fmt: skip


def _opened(fonds: frozenset[str] | None) -> str:
    if fonds is None:
        return _("tous les fonds")
    return ", ".join(sorted(fonds)) or _("aucun fonds")


def _elsewhere(store: Store, settings: Settings) -> Iterator[str]:
    """The other ways in, and who has come by them: nothing of it is changed here."""
    named = {
        _("annuaire"): settings.directory.url, "OpenID Connect": settings.oidc.issuer,
        _("serveur mandataire"): settings.access.proxy_user,
    }  # fmt: skip
    ways = [
        f"{escape(way)}{_(' : ')}<code>{escape(value)}</code>"
        for way, value in named.items()
        if value
    ]
    if not ways:
        yield text(_("Ni annuaire, ni OpenID Connect, ni serveur mandataire : voir « Les accès »."))
        return
    yield f'<ul class="liste">{"".join(f"<li>{way}</li>" for way in ways)}</ul>'
    yield text(_(THERE))
    rows = [
        [escape(row["login"]), escape(row["name"]), escape(row["source"]),
         escape(", ".join(json.loads(row["groups"])) or _("aucun"))]
        for row in store.all(
            "SELECT DISTINCT login, name, source, groups FROM sessions WHERE source <> ?"
            " ORDER BY login", LOCAL_ACCOUNT,
        )
    ]  # fmt: skip
    titles = (_("Identifiant"), _("Nom"), _("D'où"), _("Groupes"))
    yield table(_("Sessions ouvertes de personnes venues d'ailleurs"), titles, rows) if rows else ""


def _groups(fields: Fields) -> list[str]:
    return [one.strip() for one in first(fields, "groupes").split(",") if one.strip()]


def _handed(login: str, password: str) -> str:
    return _(
        "Mot de passe de {login}, montré une seule fois : {password} – à remettre en"
        " main propre ; il sert une fois, dans les {first_days} jours."
    ).format(login=login, password=password, first_days=FIRST_DAYS)
