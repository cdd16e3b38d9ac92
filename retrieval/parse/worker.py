"""Worker processes that read pages: native readers are not thread-safe, and can crash on a file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Queue
from threading import Lock, Thread
from typing import Any

# A worker finds this package behind everything else; no folder of the user's is an import path.
_ROOT = str(Path(__file__).parents[2])
_CODE = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from retrieval.parse.worker_main import serve; serve(sys.argv[2])"
)

Message = dict[str, Any]


def run_workers(
    module: str, tasks: Sequence[dict[str, Any]], handle: Callable[[Message], None]
) -> str:
    """Run one process for each task, and call `handle` with each message it prints.

    `module` has a function `messages(**task)`. Returns the last line on standard error of the
    first worker that failed, "" if none did. The processes end with this call, whatever it raises.
    """
    inbox: Queue[Message | str] = Queue()
    workers = [_Worker(module, task, inbox) for task in tasks]
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
            worker.stop()
    return failure


class StandingWorker:
    """A process that does one task after another; it is started for the first one.

    One that died is replaced at the next task, and it ends with this process.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, task: dict[str, Any]) -> list[Message] | None:
        """What the module says to a task; None if the worker died of it."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = _started(self._module, subprocess.DEVNULL)
            assert self._process.stdin and self._process.stdout
            found: list[Message] = []
            with suppress(BrokenPipeError):
                print(json.dumps(task), file=self._process.stdin, flush=True)
                for line in self._process.stdout:
                    if not line.strip():
                        return found
                    found.append(json.loads(line))
            self._process.kill()
            self._process.wait()
            return None


def _started(module: str, errors: int) -> subprocess.Popen[str]:
    """Its tasks come through standard input: a command line with a password is for all to see."""
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CODE, _ROOT, module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


class _Worker:
    """One process; a thread carries its messages to the inbox, then its last words or ""."""

    def __init__(self, module: str, task: dict[str, Any], inbox: Queue[Message | str]) -> None:
        self._inbox = inbox
        self._process = _started(module, subprocess.PIPE)
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # a worker that died is noticed by its exit status
            print(json.dumps(task), file=self._process.stdin, flush=True)
            self._process.stdin.close()
        self._last_line = ""
        self._errors = Thread(target=self._read_errors, daemon=True)
        self._errors.start()
        Thread(target=self._carry, daemon=True).start()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._last_line = line.strip() or self._last_line

    def _carry(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip():
                self._inbox.put(json.loads(line))
        status = self._process.wait()
        self._errors.join()
        self._inbox.put((self._last_line or f"exit status {status}") if status else "")
