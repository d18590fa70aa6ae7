"""HTTP as the server hears it: a request line and headers without end are not kept in memory.

uvicorn 0.54 keeps them until they end, before anything of ours runs and whoever sends them.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.words import _

LONGEST_HEAD = 2**16  # bytes: a page's own head has 2,000
_REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
    b"content-type: text/plain; charset=utf-8\r\n\r\n"
)


class BoundedHead(HttpToolsProtocol):
    """A connection that is closed when the head of a request is longer than any page's."""

    _in_head = True
    _ended = False  # a request has ended within what was just received
    _length = 0  # bytes of the head under way

    def data_received(self, data: bytes) -> None:
        """Hear what came; refuse where the head goes on and on."""
        self._ended = False
        super().data_received(data)
        self._length = self._length + len(data) if self._in_head and not self._ended else 0
        if self._length > LONGEST_HEAD:
            said = _("Demande refusée : son en-tête est trop long.")
            self.transport.write(_REFUSED + said.encode())
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request has ended; another may follow."""
        self._in_head = self._ended = True
        super().on_message_complete()
