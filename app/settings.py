"""Settings: one file `greffe.toml` in the data folder, or the environment (GREFFE_…).

Only app/assembly.py and the commands see this object; below, functions ask for what they need.
"""

from __future__ import annotations

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


class Egress(_Part):
    """Ce qui peut être contacté hors de la machine et du réseau privé : rien, sauf cette liste."""

    allowed: tuple[str, ...] = Field(
        (), description="Adresses publiques permises à model.url et store.url, une à une."
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
    town: str = Field("", description="Nom de la collectivité, affiché sur la page.")
    embedding: Embedding = Embedding()
    store: Store = Store()
    model: Model = Model()
    reading: Reading = Reading()
    page: Page = Page()
    egress: Egress = Egress()

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
    def port(self) -> int:
        """Where the page listens."""
        return self.page.port

    @property
    def contacts(self) -> dict[str, str]:
        """Setting → address of what may be contacted, where one is set."""
        named = {"model.url": self.model.url, "store.url": self.store.url}
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
        detail = f"{data / FILE} ne peut pas être lu ({error.strerror})"
        raise SettingsInvalid(detail=detail) from error


# pydantic's kind of error -> what is said of it.
_WRONG = {
    "extra_forbidden": "ce nom de réglage n'existe pas",
    "int_parsing": "il faut un nombre entier",
    "int_type": "il faut un nombre entier",
    "string_type": "il faut un texte entre guillemets",
    "path_type": "il faut un chemin entre guillemets",
    "greater_than_equal": "il faut au moins {ge}",
    "less_than_equal": "il faut au plus {le}",
    "address": "{detail} ne convient pas : une adresse, ou un réseau de 256 adresses au plus",
    "tuple_type": "il faut une liste entre crochets",
    "model_type": "il faut une table, comme [page]",
}


def _first_wrong(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    said = _WRONG.get(first["type"], first["msg"]).format_map(first.get("ctx", {}))
    return f"{where} ({said})"
