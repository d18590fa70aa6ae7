"""The memory that this process holds, and whether another question may begin."""

from __future__ import annotations

import ctypes
import gc

from ingest.trouble import Trouble


class MemoryShort(Trouble):
    """No question begins: too much memory is held already. Facts: held, most (MB)."""


def held_mb() -> int:
    """What could not be given back to the system at once: pages of files that are mapped can."""
    import psutil

    memory = psutil.Process().memory_info()
    return int((memory.rss - memory.shared) / 1e6)


def check_memory(most_mb: int) -> None:
    """Refuse where the process holds more than this; 0: as much as it will.

    What questions have freed and the C library keeps is given back first.

    Raises:
        MemoryShort.
    """
    if not most_mb or held_mb() <= most_mb:
        return
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    held = held_mb()
    if held > most_mb:
        raise MemoryShort(held=held, most=most_mb)
