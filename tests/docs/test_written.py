"""Tables that the code can write are those that it would write today."""

from __future__ import annotations

import pytest

from app import errors
from tests.docs.written import DOCS, commands, parts, written

WRITTEN = {
    "commandes.md": {"options greffe", *(f"options {name}" for name in commands())},
    "reglages.md": {"réglages"},
    "messages.md": {"erreurs", "mis de côté", "pas prêts"},
}
EACH = [(page, name) for page, names in WRITTEN.items() for name in sorted(names)]


@pytest.mark.parametrize(("page", "name"), EACH)
def test_a_table_says_what_the_code_says(page: str, name: str) -> None:
    found = parts((DOCS / page).read_text(encoding="utf-8"))
    assert name in found, f"docs/{page} has no « {name} »"
    assert found[name] == written(name), "run: python -m tests.docs.written"


@pytest.mark.parametrize("page", WRITTEN)
def test_no_page_keeps_a_table_of_what_is_gone(page: str) -> None:
    found = parts((DOCS / page).read_text(encoding="utf-8"))
    assert set(found) == WRITTEN[page]


def test_every_error_and_every_reason_is_in_the_page() -> None:
    page = (DOCS / "messages.md").read_text(encoding="utf-8")
    for name in [*errors.SENTENCES, *errors.SET_ASIDE, *errors.UNFOUND]:
        assert f"`{name}`" in page
