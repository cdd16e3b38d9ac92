"""Memory of a process and all it started."""

from __future__ import annotations

import threading

import psutil

_EVERY = 0.2  # seconds


def tree_bytes(number: int) -> int:
    """Resident bytes of a process, and those of its descendants that are theirs alone.

    PSS would be exact, but walking the pages of a gigabyte stops the measured process.
    """
    root, total = psutil.Process(number), 0
    for process in [root, *root.children(recursive=True)]:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue  # it ended meanwhile
        total += memory.rss if process == root else memory.rss - memory.shared
    return total


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
        while not self._ended.wait(_EVERY) and psutil.pid_exists(self.process):
            self.peak = max(self.peak, tree_bytes(self.process))
