"""Worker processes that read pages: native readers are not thread-safe, and can crash on a file."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import TIMEOUT_MAX, Lock, Thread, Timer
from typing import Any

# A worker finds this package behind everything else; no folder of the user's is an import path.
_ROOT = str(Path(__file__).parents[2])
_CODE = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from retrieval.parse.worker_main import serve; serve(sys.argv[2])"
)

Message = dict[str, Any]

KEEP = 20.0
"""Seconds that a worker waits for its next task; one for OCR holds 450 MB."""


def run_workers(
    module: str,
    tasks: Sequence[dict[str, Any]],
    handle: Callable[[Message], None],
    keep: float = KEEP,
) -> str:
    """Run each task in a process of its own, and call `handle` with each message they print.

    `module` has a function `messages(**task)`; a task's `path` may be relative. Returns the last
    line on standard error of the first worker that failed, "" if none did. A process that has done
    its task waits `keep` seconds for another one, which may come from another call: starting one
    takes .1 s. All others end with this call, whatever it raises.
    """
    inbox: Queue[Message | str] = Queue()
    workers = [_taken(module) for _ in tasks]
    for worker, task in zip(workers, tasks, strict=True):
        Thread(target=_carry, args=(worker, task, inbox), daemon=True).start()
    failure, running = "", len(workers)
    try:
        while running:
            message = inbox.get()
            if isinstance(message, str):
                running -= 1
                failure = failure or message
            else:
                handle(message)
    finally:
        for worker in workers:
            _put_back(worker, keep)
    return failure


class StandingWorker:
    """A process that does one task after another; it is started for the first one.

    One that died is replaced at the next task, and it ends with this process.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = Lock()

    def ask(self, task: dict[str, Any]) -> list[Message] | None:
        """What the module says to a task; None if the worker died of it."""
        found: list[Message] = []
        with self._lock:
            failure = run_workers(self._module, [task], found.append, TIMEOUT_MAX)
        return None if failure else found


class _Died(Exception):
    """A worker has ended; says the last line on its standard error."""


class _Worker:
    """A process that does one task after another."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.is_free = True
        # Tasks come through standard input: a command line with a password is for all to see.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CODE, _ROOT, module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._last_line = ""
        self._errors = Thread(target=self._read_errors, daemon=True)
        self._errors.start()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def messages(self, task: dict[str, Any]) -> Iterator[Message]:
        """What the module says to a task. Raises _Died."""
        assert self._process.stdin and self._process.stdout
        self.is_free = False
        if "path" in task:  # the process stays in the folder that it was started in
            task = {**task, "path": str(Path(task["path"]).absolute())}
        with suppress(BrokenPipeError):  # a worker that died is noticed below
            print(json.dumps(task), file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if not line.strip():
                self.is_free = True
                return
            yield json.loads(line)
        status = self._process.wait()
        self._errors.join()
        raise _Died(self._last_line or f"exit status {status}")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._last_line = line.strip() or self._last_line


def _carry(worker: _Worker, task: dict[str, Any], inbox: Queue[Message | str]) -> None:
    """A worker's messages to the inbox, then its last words, or "" if it has done its task."""
    try:
        for message in worker.messages(task):
            inbox.put(message)
    except _Died as died:
        inbox.put(str(died))
    else:
        inbox.put("")


_waiting: dict[_Worker, Timer] = {}
"""Workers without a task, each with what will end it."""

_lock = Lock()


def _taken(module: str) -> _Worker:
    """A worker that waits, or a new one."""
    with _lock:
        for worker in [worker for worker in _waiting if worker.module == module]:
            _waiting.pop(worker).cancel()
            if worker.is_alive():
                return worker
    return _Worker(module)


def _put_back(worker: _Worker, seconds: float) -> None:
    if not seconds or not worker.is_free:
        worker.stop()
        return
    timer = Timer(seconds, _end, [worker])
    timer.daemon = True
    with _lock:
        _waiting[worker] = timer
    timer.start()


def _end(worker: _Worker) -> None:
    with _lock:
        waits = _waiting.pop(worker, None)
    if waits:
        worker.stop()


@atexit.register
def _end_all() -> None:
    for worker in [*_waiting]:
        _end(worker)


def _forget() -> None:
    """The workers belong to the process that this one was forked from."""
    global _lock
    _lock = Lock()
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
