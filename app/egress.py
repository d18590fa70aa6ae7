"""What may be contacted, decided before any library is imported.

Every library's way out is closed by its own switch; addresses that settings name must be on
this machine or in the building. Nothing here depends on a library: it runs first.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from urllib.parse import urlsplit

from ingest.trouble import Trouble

_SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_RUN_HISTORY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "OTEL_SDK_DISABLED": "true",
}
_TRACING = (
    "LANGSMITH_TRACING",
    "LANGCHAIN_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGSMITH_TRACING_V2",
)
_OPENAI = "OPENAI_"  # its client obeys OPENAI_PROXY, OPENAI_BASE_URL, OPENAI_ORG_ID and others
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")


class TracingAsked(Trouble):
    """The environment asks that questions be sent to a tracing service. Facts: variable."""


class AddressRefused(Trouble):
    """A setting names an address outside the building. Facts: setting, url, reason."""


def harden() -> None:
    """Close every known way out of the libraries, for this process and its children.

    Raises:
        TracingAsked: LangChain's tracing is switched on in the environment.
    """
    for variable in _TRACING:
        if os.environ.get(variable, "").lower() in ("1", "true", "yes", "on"):
            raise TracingAsked(variable=variable)
    os.environ.update(_SWITCHES)
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    for name in [name for name in os.environ if name.upper().startswith(_OPENAI)]:
        os.environ.pop(name)
    os.environ["NO_PROXY"] = "*"


def check_address(setting: str, url: str) -> None:
    """Refuse an address that is not loopback or private.

    Raises:
        AddressRefused: public, unresolvable, or not an http(s) address.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise AddressRefused(setting=setting, url=url, reason="not_http")
        resolved = socket.getaddrinfo(parts.hostname, None, proto=socket.IPPROTO_TCP)
    except (OSError, ValueError) as error:  # ValueError: no address at all, or no such port
        raise AddressRefused(setting=setting, url=url, reason="unresolved") from error
    for *_, place in resolved:
        address = ipaddress.ip_address(str(place[0]).split("%")[0])
        if not (address.is_loopback or address.is_private) or address.is_unspecified:
            raise AddressRefused(setting=setting, url=url, reason="public")
