"""The cache on disk: folders that are whole or not there at all."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

log = logging.getLogger("docagent")

_MANIFEST = "manifest.json"
_STALE = 24 * 3600  # seconds; an unfinished entry this old has no owner any more


class Cache:
    """Entries `root/kind/key`, each a folder with a manifest of sizes and checksums.

    An entry is built in a folder beside its place and renamed, so a reader never sees half of
    one. A cache that cannot be written to is none: work goes on in memory, with one warning.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.writable = True
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)  # it holds the documents' text
        except OSError as error:
            self._give_up(error)

    def load(self, kind: str, key: str) -> Path | None:
        """The entry's folder if it is there and undamaged."""
        folder = self.root / kind / key
        if not folder.is_dir():
            return None
        if _is_whole(folder):
            return folder
        log.warning("The cache entry %s is damaged; building it again.", folder.name[:12])
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def save(self, kind: str, key: str, build: Callable[[Path], None]) -> Path | None:
        """Let `build` fill a new entry; None if it could not be written."""
        place = self.root / kind / key
        partial = place.with_name(f".{key}.{uuid4().hex[:8]}")
        if not self.writable:
            return None
        try:
            partial.mkdir(parents=True)
            build(partial)
            _write_manifest(partial)
            if place.exists():
                shutil.rmtree(place)
            partial.rename(place)
        except OSError as error:
            self._give_up(error)
            return None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return place

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold `name` against other processes; released by the system if this one is killed."""
        try:
            locks = self.root / "locks"
            locks.mkdir(parents=True, exist_ok=True)
            lock = FileLock(locks / f"{name}.lock")
            lock.acquire(timeout=1)
        except Timeout:
            log.info("Another docagent is working on the same file; waiting for it.")
            lock.acquire()
        except OSError as error:
            self._give_up(error)
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def sweep(self) -> None:
        """Remove what killed runs left unfinished."""
        for partial in self.root.glob("*/.*"):
            if partial.is_dir() and time.time() - partial.stat().st_mtime > _STALE:
                shutil.rmtree(partial, ignore_errors=True)

    def entries(self, kind: str) -> list[Path]:
        return sorted(p for p in (self.root / kind).glob("*") if p.name[:1] != "." and p.is_dir())

    def remove(self, kind: str, key: str) -> None:
        shutil.rmtree(self.root / kind / key, ignore_errors=True)

    def _give_up(self, error: OSError) -> None:
        if self.writable:
            reason = error.strerror or str(error)
            log.warning(
                "The cache %s cannot be written (%s); going on without it.", self.root, reason
            )
        self.writable = False


def _checksum(file: Path) -> int:
    value = 0
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def _write_manifest(folder: Path) -> None:
    """Sizes and CRC-32 of the files, tantivy's lock files aside."""
    told = {}
    for file in sorted(folder.iterdir()):
        if not file.name.endswith(".lock"):
            told[file.name] = [file.stat().st_size, _checksum(file)]
            _to_disk(file)
    manifest = folder / _MANIFEST
    manifest.write_text(json.dumps(told), "utf-8")
    _to_disk(manifest)


def _to_disk(file: Path) -> None:
    """Before the rename, or a power cut could leave an entry of empty files."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_whole(folder: Path) -> bool:
    try:
        told = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return bool(told) and all(
            (folder / name).stat().st_size == size and _checksum(folder / name) == checksum
            for name, (size, checksum) in told.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False
