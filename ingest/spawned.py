"""Processes for files that anybody may have written: how they are begun, and what binds them."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess
from pathlib import Path

from ingest import wall

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def begin(process: SpawnProcess) -> None:
    """Start it with Ctrl-C blocked, which it inherits: Ctrl-C is its parent's to handle.

    It is ended with the thread that calls this, as the kernel has it: one that lives long enough.
    """
    resource_tracker.ensure_running()  # once: starting it would unblock SIGINT again
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def confine(name: str, memory_mb: int, journal: Path | None, parent: int) -> None:
    """Within the process: no network, no Ctrl-C, no more memory than this, no core file, no life
    after its parent's, whatever it is doing and whatever ends that one.

    Args:
        name: as what it is stopped at the wall is journaled.
        memory_mb: of address space.
        journal: where attempts are noted, if anywhere.
        parent: the process that began it.
    """
    wall.stand(lambda: journal or Path(os.devnull), name, loopback=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 2**20, memory_mb * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has died before
        os._exit(1)
