"""The cache on disk: folders that are whole or not there at all."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from retrieval.errors import DocAgentError
from retrieval.store.atomic import replace_file

log = logging.getLogger("docagent")

LAYOUT = 3
"""Counts up when the files of an entry change. Each layout has a folder of its own, so that what
another version of docagent wrote is never read as something else."""

MANIFEST = "manifest.json"
Manifest = dict[str, list[int]]  # file name -> size in bytes, CRC-32

_STALE = 24 * 3600  # seconds; an unfinished entry this old has no owner any more
SMALL = 1 << 20
"""Bytes up to which a file's checksum is compared whenever its entry is opened. For larger ones
only the size is: the 460 MB of vectors of 600,000 passages would cost each question 0.3 s. Text is
compared when it is read (`read_checked`), and everything by `docagent index --verify`."""

_OLD = re.compile(
    r"[0-9a-f]{40}(-\d+)?(\.lock)?"
)  # entries of the layout before they were numbered


class Cache:
    """Entries `root/index-LAYOUT/kind/key`, each a folder with a manifest of sizes and checksums.

    An entry is built in a folder beside its place and renamed, so a reader never sees half of
    one. If the cache folder cannot be written, nothing is cached: one warning says so.
    """

    def __init__(self, root: Path) -> None:
        self.root = root / f"index-{LAYOUT}"
        self.writable = True
        try:
            # It contains the documents' text, which is for their owner's eyes.
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.root.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            self.give_up(error)

    def load(self, kind: str, key: str) -> Path | None:
        """The entry's folder if it is there and undamaged, large files aside (see `SMALL`)."""
        folder = self.root / kind / key
        files = manifest(folder)
        if files is not None and whole(folder, files):
            return folder
        if folder.is_dir():
            self.drop(kind, key)
        return None

    def drop(self, kind: str, key: str) -> None:
        """Remove a damaged entry, so that it is built again."""
        log.warning("The cache entry %s is damaged; building it again.", key[:12])
        self.remove(kind, key)

    def save(self, kind: str, key: str, build: Callable[[Path], None]) -> Path | None:
        """Let `build` fill a new entry; None if it could not be written."""
        place = self.root / kind / key
        partial = place.with_name(f".{key}.{uuid4().hex[:8]}")
        if not self.writable:
            return None
        try:
            partial.mkdir(parents=True)
            build(partial)
            (partial / MANIFEST).write_text(json.dumps(checksums(partial)), "utf-8")
            self.remove(kind, key)
            partial.rename(place)
        except OSError as error:
            self.give_up(error)
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
            self.give_up(error)
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def sweep(self) -> None:
        """Remove what killed runs left unfinished, and entries of older layouts."""
        for partial in self.root.glob("*/.*"):
            if partial.is_dir() and time.time() - partial.stat().st_mtime > _STALE:
                shutil.rmtree(partial, ignore_errors=True)
        if self.writable and _sweep_old(self.root.parent):
            log.info("The cache was written by an older docagent; documents are indexed again.")

    def entries(self, kind: str) -> list[Path]:
        return sorted(p for p in (self.root / kind).glob("*") if p.name[:1] != "." and p.is_dir())

    def remove(self, kind: str, key: str) -> None:
        """Remove an entry: out of its place at once, then file by file."""
        place = self.root / kind / key
        removed = place.with_name(f".{key}.{uuid4().hex[:8]}")
        try:
            place.rename(removed)
        except OSError:  # it is not there, or the cache is read-only
            return
        shutil.rmtree(removed, ignore_errors=True)

    def give_up(self, error: OSError) -> None:
        """Go on without writing; the first time with a warning."""
        if self.writable:
            reason = error.strerror or str(error)
            log.warning(
                "The cache %s cannot be written (%s); going on without it.",
                self.root.parent,
                reason,
            )
        self.writable = False


class Unkept(Cache):
    """A cache that keeps nothing: what is made stays in memory."""

    def __init__(self) -> None:
        self.root = Path(os.devnull)
        self.writable = False

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Nobody else writes here."""
        yield


def checksums(folder: Path, known: Manifest | None = None) -> Manifest:
    """Size and CRC-32 of each file, tantivy's lock files aside.

    Large files are flushed to disk now, or a power cut could leave empty ones. Damage to small
    ones shows in their checksum at the next opening; waiting for the disk nine times a document
    took a quarter of the time to index short texts.

    `known` files of an unchanged size keep their checksum: for files never written twice.
    """
    files: Manifest = {}
    for file in sorted(folder.iterdir()):
        if file.name == MANIFEST or file.name.endswith(".lock"):
            continue
        size = file.stat().st_size
        if known and known.get(file.name, [-1])[0] == size and size > SMALL:
            files[file.name] = known[file.name]
        else:
            files[file.name] = [size, _checksum(file)]
            if size > SMALL:
                _flush(file)
    return files


def manifest(folder: Path) -> Manifest | None:
    """An entry's manifest; None if there is none that can be read."""
    try:
        files = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return files if isinstance(files, dict) and files else None


def whole(folder: Path, files: Manifest, every: bool = False) -> bool:
    """Whether all files have their sizes and checksums; `every` reads the large ones too."""
    try:
        return all(
            (folder / name).stat().st_size == size
            and ((size > SMALL and not every) or _checksum(folder / name) == checksum)
            for name, (size, checksum) in files.items()
        )
    except (OSError, ValueError, TypeError):
        return False


def read_checked(folder: Path, name: str) -> bytes:
    """A file of an entry, compared with its checksum.

    Raises DocAgentError if it was damaged or removed after the entry was opened.
    """
    files = manifest(folder)
    try:
        data = (folder / name).read_bytes()
    except OSError:
        data = b""
    if files is None or files.get(name) != [len(data), zlib.crc32(data)]:
        shutil.rmtree(folder, ignore_errors=True)
        raise DocAgentError(
            f"The cache entry {folder.name[:12]} is damaged or was cleared; ask once more."
        )
    return data


def replace_text(file: Path, text: str) -> None:
    """Write a small file that readers see whole, old or new. Raises OSError."""

    def write(partial: Path) -> None:
        partial.write_text(text, "utf-8")
        _flush(partial)

    replace_file(file, write)


def _checksum(file: Path) -> int:
    value = 0
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep_old(root: Path) -> bool:
    """Remove entries of older layouts; whether there were any.

    Only what has the name of an entry goes: the folder may hold other things of the user's. The
    named collections stay, as they are no work of ours.
    """
    old = [p for p in root.glob("index-*") if p.name[6:].isdecimal() and int(p.name[6:]) < LAYOUT]
    for kind in ("documents", "vectors", "lexical", "locks"):
        old += [path for path in root.glob(f"{kind}/*") if _OLD.fullmatch(path.name)]
    for path in old:
        _keep_collections(path, root / f"index-{LAYOUT}")
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return bool(old)


def _keep_collections(old: Path, new: Path) -> None:
    for file in old.glob("collections/*.json"):
        if not (new / "collections" / file.name).exists():
            replace_text(new / "collections" / file.name, file.read_text("utf-8"))
