"""Memory of a process and all it started."""

from __future__ import annotations

import os
import threading
from pathlib import Path

_EVERY = 0.2  # seconds


def tree_bytes(process: int) -> int:
    """Resident bytes of a process, and those of its descendants that are theirs alone.

    From statm: PSS would be exact, but walking the pages of a gigabyte stops the measured process.
    """
    total, waiting = 0, [process]
    while waiting:
        number = waiting.pop()
        folder = Path("/proc") / str(number)
        try:
            resident, shared = map(int, (folder / "statm").read_text("ascii").split()[1:3])
            children = [thread / "children" for thread in (folder / "task").iterdir()]
            waiting += [int(child) for file in children for child in file.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        total += resident if number == process else resident - shared
    return total * os.sysconf("SC_PAGE_SIZE")


class PeakMemory:
    """Looks at a process five times a second: `with PeakMemory(pid) as memory`; `peak` in bytes."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self.peak = max(self.peak, tree_bytes(self.process))
