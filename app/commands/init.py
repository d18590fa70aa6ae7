"""`greffe init`: make a data folder."""

from __future__ import annotations

import typer

from app.commands.shared import Data, settings_of

NAME = "init"

_FILE = """# Réglages de Greffe. `greffe settings` donne la liste, avec les valeurs en vigueur.
# Ce qui est commenté garde sa valeur par défaut.

# town = "Ma commune"

[page]
# host = "127.0.0.1"
# port = 7860

[model]
# url = "http://127.0.0.1:8000/v1"   # un serveur compatible OpenAI, dans le bâtiment
# name = "…"
"""


def command(data: Data = None) -> None:
    """Préparer un dossier de données et son fichier de réglages."""
    from app.assembly import catalogue_of
    from app.settings import FILE

    settings = settings_of(data)
    settings.data.mkdir(parents=True, exist_ok=True)
    file = settings.data / FILE
    if not file.exists():
        file.write_text(_FILE, encoding="utf-8")
    catalogue_of(settings).close()
    typer.echo(f"Dossier de données prêt : {settings.data}")
    typer.echo("Indexez maintenant vos actes : greffe ingest DOSSIER --fonds NOM", err=True)
