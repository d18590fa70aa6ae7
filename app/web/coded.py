"""Commands and options in a sentence of ours, shown as code: a page has no back quotes."""

from __future__ import annotations

import re

# as html.escape leaves them, or as app.web.markup.escape encodes them
_QUOTE, _DASHES = "(?:`|&#96;)", "(?:--|&#45;&#45;)"
_CODE = re.compile(
    rf"{_QUOTE}(?P<quoted>(?:(?!{_QUOTE}).)+){_QUOTE}"
    rf"|(?<![\w-])(?P<option>{_DASHES}[a-z]+(?:(?:-|&#45;)[a-z]+)*)"
)


def coded(html: str) -> str:
    """Escaped text whose commands between back quotes, and whose bare options, are code."""
    return _CODE.sub(lambda found: f"<code>{found['quoted'] or found['option']}</code>", html)
