"""Settings: one file `greffe.toml` in the data folder, or the environment (GREFFE_…).

Only app/assembly.py and the commands see this object; below, functions ask for what they need.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from app.egress import networks
from app.journal.kinds import Retention
from app.words import Language
from ingest.trouble import Trouble

FILE = "greffe.toml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Embedding(_Part):
    """Le modèle qui plonge les passages."""

    folder: Path | None = Field(
        None, description="Dossier sentence-transformers local ; vide : le modèle embarqué."
    )
    device: str = Field("", description="« cuda », « cpu » ; vide : choix automatique.")


class Store(_Part):
    """L'index dense."""

    url: str = Field("", description="Adresse d'un serveur Chroma ; vide : Greffe démarre le sien.")


class Model(_Part):
    """Le modèle de langue, facultatif, servi dans le bâtiment."""

    url: str = Field(
        "", description="Adresse d'un serveur compatible OpenAI ; vide : réponses extractives."
    )
    name: str = Field("", description="Nom du modèle sur ce serveur.")
    key: str = Field("", description="Clé, si le serveur en demande une.")
    seconds: int = Field(60, ge=1, le=600, description="Délai accordé au serveur, en secondes.")
    silence: int = Field(
        20, ge=1, le=600, description="Silence toléré au milieu de sa réponse, en secondes."
    )
    context: int = Field(
        4096, ge=2048, le=1_000_000,
        description="Contexte du modèle sur ce serveur, en jetons : consigne, passages, réponse.",
    )  # fmt: skip
    length: int = Field(
        400, ge=50, le=1000, description="Longueur permise à sa réponse, en jetons."
    )
    constrained: bool = Field(
        True, description="Demander des phrases en JSON à vLLM, llama.cpp et Ollama."
    )
    omit: bool = Field(
        False, description="Omettre ses phrases que rien ne prouve, au lieu de les barrer."
    )


class Reading(_Part):
    """La lecture des fichiers."""

    workers: int = Field(0, ge=0, le=64, description="Lecteurs en parallèle ; 0 : un par cœur.")
    max_megabytes: int = Field(300, ge=1, description="Au-delà, le fichier est mis de côté (Mo).")
    max_pages: int = Field(5000, ge=1, description="Au-delà, le fichier est mis de côté.")
    page_seconds: int = Field(180, ge=5, description="Silence toléré d'un lecteur (secondes).")
    file_seconds: int = Field(3600, ge=10, description="Temps accordé à un fichier (secondes).")
    memory_mb: int = Field(2000, ge=500, description="Mémoire d'un lecteur (Mo).")
    ocr_dpi: int = Field(200, ge=72, le=600, description="Finesse du dessin avant l'OCR (ppp).")


class Page(_Part):
    """La page web."""

    host: str = Field("127.0.0.1", description="Adresse d'écoute ; ce poste seul par défaut.")
    port: int = Field(7860, ge=1, le=65535, description="Port d'écoute.")
    name: str = Field("", description="Noms sous lesquels on l'ouvre, séparés par des virgules.")
    language: Language = Field(
        "fr", description="Sa langue, pour tous : « fr » ou « en » ; les actes restent en français."
    )
    certificate: Path | None = Field(None, description="Certificat TLS de la page (PEM, chaîne).")
    key: Path | None = Field(None, description="Clé de ce certificat (PEM).")
    proxy: str = Field(
        "",
        description="Adresses du serveur mandataire de confiance (/28 au plus, en IPv6 /124),"
        " séparées par des virgules.",
    )


class Access(_Part):
    """Qui entre, et comment."""

    login: bool = Field(
        False, description="Demander une connexion ; obligatoire dès que la page sort de ce poste."
    )
    idle_minutes: int = Field(60, ge=5, le=1440, description="Session fermée après cette inaction.")
    session_hours: int = Field(10, ge=1, le=72, description="Session fermée après cette durée.")
    proxy_user: str = Field(
        "", description="En-tête où le mandataire nomme la personne ; vide : il ne connecte pas."
    )
    proxy_groups: str = Field(
        "", description="En-tête où il nomme ses groupes, séparés par des virgules."
    )


class Limits(_Part):
    """Ce qu'une personne peut demander à la page, pour que les autres soient servies."""

    questions: int = Field(20, ge=1, le=1000, description="Questions d'une personne, par minute.")
    requests: int = Field(
        300, ge=60, le=100_000,
        description="Demandes d'une personne, par minute ; par adresse si elle est inconnue.",
    )  # fmt: skip
    at_once: int = Field(2, ge=1, le=32, description="Questions d'une personne en même temps.")
    all_at_once: int = Field(24, ge=1, le=60, description="Questions de tous en même temps.")
    seconds: int = Field(300, ge=10, le=3600, description="Temps d'une question, en secondes.")
    memory_mb: int = Field(
        4000, ge=0,
        description="Mémoire de Greffe (Mo) au-delà de laquelle aucune question ne commence"
        " ; 0 : sans limite.",
    )  # fmt: skip


class Directory(_Part):
    """L'annuaire LDAP ou Active Directory, facultatif."""

    url: str = Field("", description="ldaps://… ou ldap://… (alors StartTLS) ; vide : aucun.")
    base: str = Field("", description="Où chercher les personnes (DN).")
    attribute: str = Field("uid", description="Attribut de l'identifiant ; AD : sAMAccountName.")
    group_base: str = Field("", description="Où chercher les groupes (DN) ; vide : comme la base.")
    account: str = Field("", description="Compte de lecture (DN) ; vide : anonyme.")
    password: str = Field("", description="Son mot de passe.")
    authority: Path | None = Field(
        None, description="Certificat de l'autorité (PEM) ; vide : celles du système."
    )
    seconds: int = Field(10, ge=1, le=60, description="Délai accordé à l'annuaire, en secondes.")


class Oidc(_Part):
    """La connexion par OpenID Connect (ProConnect, Keycloak), facultative."""

    issuer: str = Field(
        "", description="Adresse de l'émetteur, comme il s'annonce ; vide : aucun."
    )  # fmt: skip
    client: str = Field("", description="Identifiant de Greffe chez lui.")
    secret: str = Field("", description="Son secret ; vide : client public, par PKCE seul.")
    label: str = Field("OpenID Connect", description="Son nom, sur la page de connexion.")
    scopes: str = Field("openid profile email", description="Ce qui lui est demandé.")
    login_claim: str = Field(
        "preferred_username", description="Où est l'identifiant ; « a.b » : b dans a."
    )
    groups_claim: str = Field("groups", description="Où sont les groupes, de même.")
    authority: Path | None = Field(
        None, description="Certificat de l'autorité (PEM) ; vide : celles du système."
    )
    seconds: int = Field(10, ge=1, le=60, description="Délai accordé à l'émetteur, en secondes.")


class Journal(_Part):
    """Le journal : ce qui en est gardé, et combien de temps."""

    pseudonyms: bool = Field(
        False, description="Écrire un pseudonyme à la place de qui pose une question."
    )
    question_days: int = Field(
        365, ge=0, description="Jours où les questions sont gardées ; 0 : sans limite."
    )
    access_days: int = Field(
        365, ge=0, description="De même, pages ouvertes, réponses rejouées ou exportées."
    )
    login_days: int = Field(365, ge=0, description="De même, connexions et refus.")
    admin_days: int = Field(1095, ge=0, description="De même, actes d'administration.")
    syslog: str = Field(
        "",
        description="Où envoyer aussi les lignes : /dev/log, udp://HÔTE:514, tcp://HÔTE:514. Sa"
        " panne n'empêche ni ne retarde aucune ligne d'ici.",
    )

    @property
    def days(self) -> dict[Retention, int]:
        """How long each is kept, in days; 0: for ever."""
        return {
            "question": self.question_days, "access": self.access_days,
            "login": self.login_days, "admin": self.admin_days,
        }  # fmt: skip


class Egress(_Part):
    """Ce qui peut être contacté hors de la machine et du réseau privé : rien, sauf cette liste."""

    allowed: tuple[str, ...] = Field(
        (),
        description="Adresses publiques permises aux réglages qui en nomment, une à une.",
    )

    @field_validator("allowed")
    @classmethod
    def _narrow(cls, allowed: tuple[str, ...]) -> tuple[str, ...]:
        try:
            networks(allowed)
        except ValueError as error:
            raise PydanticCustomError("address", "{detail}", {"detail": str(error)}) from error
        return allowed


class Settings(BaseSettings):
    """Tous les réglages."""

    model_config = SettingsConfigDict(
        env_prefix="GREFFE_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data: Path = Field(Path("."), description="Dossier des données (ou --data).")
    town: str = Field(
        "",
        description="Nom de la collectivité, affiché sur la page. Les actes qui n'en nomment"
        " aucune sont tenus pour les siens.",
    )
    contact: str = Field(
        "", description="À qui écrire (données, accessibilité), affiché sur « Comment ça marche »."
    )
    embedding: Embedding = Embedding()
    store: Store = Store()
    model: Model = Model()
    reading: Reading = Reading()
    page: Page = Page()
    egress: Egress = Egress()
    access: Access = Access()
    limits: Limits = Limits()
    directory: Directory = Directory()
    oidc: Oidc = Oidc()
    journal: Journal = Journal()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, then the environment, then greffe.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def host(self) -> str:
        """Where the page listens."""
        return self.page.host

    @property
    def names(self) -> str:
        """Other names under which the page is opened."""
        return self.page.name

    @property
    def port(self) -> int:
        """Where the page listens."""
        return self.page.port

    @property
    def contacts(self) -> dict[str, str]:
        """Setting → address of what may be contacted, where one is set."""
        at = self.journal.syslog
        named = {
            "model.url": self.model.url,
            "store.url": self.store.url,
            "directory.url": self.directory.url,
            "oidc.issuer": self.oidc.issuer,
            "journal.syslog": "" if re.match("/(?!/)", at) else at,  # a socket of this machine
        }
        return {name: url for name, url in named.items() if url}

    @property
    def models(self) -> Path:
        """Where converted models are kept."""
        return self.data / "models"


class SettingsInvalid(Trouble):
    """A value is not allowed, a name is not known, or the file is not TOML. Facts: detail."""


def load(data: Path) -> Settings:
    """Settings of a data folder: the environment first, then the folder's own file.

    Raises:
        SettingsInvalid: with the first thing that is wrong.
        OSError: the folder may not be entered.
    """
    Settings.model_config["toml_file"] = data / FILE
    try:
        return Settings(data=data)
    except ValidationError as error:
        raise SettingsInvalid(detail=_first_wrong(error)) from error
    except SettingsError as error:  # GREFFE_PAGE=… where a table was expected
        raise SettingsInvalid(detail=f"dans l'environnement : {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(detail=f"{data / FILE} n'est pas du TOML ({error})") from error
    except OSError as error:
        if not os.access(data, os.X_OK):  # the folder is at fault, not its file
            raise
        detail = f"{data / FILE} ne peut pas être lu ({error.strerror})"
        raise SettingsInvalid(detail=detail) from error


# pydantic's kind of error -> what is said of it.
_WRONG = {
    "extra_forbidden": "ce nom de réglage n'existe pas",
    "int_parsing": "il faut un nombre entier",
    "int_type": "il faut un nombre entier",
    "bool_parsing": "il faut true ou false",
    "bool_type": "il faut true ou false",
    "string_type": "il faut un texte entre guillemets",
    "path_type": "il faut un chemin entre guillemets",
    "greater_than_equal": "il faut au moins {ge}",
    "less_than_equal": "il faut au plus {le}",
    "literal_error": "ce n'est pas une des valeurs possibles",
    "address": "{detail} ne convient pas : une adresse, ou un réseau de 256 adresses au plus",
    "tuple_type": "il faut une liste entre crochets",
    "model_type": "il faut une table, comme [page]",
}


def _first_wrong(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    said = _WRONG.get(first["type"], first["msg"]).format_map(first.get("ctx", {}))
    return f"{where} ({said})"
