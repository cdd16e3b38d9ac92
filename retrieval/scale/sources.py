"""The files of folders and buckets: which there are, and how one of them comes to this machine."""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from retrieval.errors import DocAgentError, DocumentError
from retrieval.extras import require
from retrieval.files import warn_of_others
from retrieval.parse.document import FORMATS
from retrieval.parse.registry import suffixes

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

log = logging.getLogger("docagent")

T = TypeVar("T")

WAITS = (1, 2, 4, 8, 15, 30, 60)  # seconds between tries
_HOPELESS = re.compile("NO_SUCH_BUCKET|ACCESS_DENIED|INVALID_ACCESS_KEY|SIGNATURE_DOES_NOT_MATCH")


@dataclass(frozen=True, slots=True)
class Source:
    """A file as a listing shows it: `uri`, bytes, and when it was last written (ns)."""

    uri: str
    size: int
    modified: int


class UnreachableError(DocAgentError):
    """A file that could not be fetched, for now: its store is away, or refuses."""


def root_of(path: str) -> str:
    """A folder, file, bucket or prefix as its files' addresses begin: absolute, without a "/"."""
    return (path if "://" in path else str(Path(path).absolute())).rstrip("/")


def below(uri: str, root: str) -> bool:
    """Whether a file is `root` itself or lies anywhere in it."""
    return uri == root or uri.startswith(root + "/")


def sources(paths: Iterable[str]) -> list[Source]:
    """The readable files at or below these paths, by address; hidden ones are left out.

    Raises DocumentError if a path cannot be listed, or holds no file that can be read.
    """
    found = {source.uri: source for path in paths for source in _listed(root_of(path))}
    return [found[uri] for uri in sorted(found)]


def fetch(uri: str, folder: Path) -> Path:
    """A file on this machine, under its own name: copied to `folder` unless it lies here.

    Raises DocumentError if there is no such file, and UnreachableError if its store does not
    answer for two minutes or refuses.
    """
    if "://" not in uri:
        return Path(uri)
    copy = folder / PurePosixPath(uri).name

    def copied() -> Path:
        system, path = _opened(uri)
        with system.open_input_stream(path) as stream, copy.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
        return copy

    try:
        return patiently(copied)
    except FileNotFoundError as error:
        raise DocumentError(f"Cannot read {uri}: it is no longer there.") from error
    except OSError as error:
        raise UnreachableError(f"Cannot fetch {uri}: {_reason(error)}") from error


def patiently(work: Callable[[], T], errors: tuple[type[Exception], ...] = (OSError,)) -> T:
    """The result of `work`, tried again for two minutes: object stores are away for a while.

    Raises its last error; at once if that is none of `errors`, or says what is wrong.
    """
    for wait in WAITS:
        try:
            return work()
        except (FileNotFoundError, PermissionError, DocumentError):
            raise
        except errors as error:
            if _HOPELESS.search(str(error)):
                raise
            log.info("Trying again: %s", _reason(error))
            time.sleep(wait)
    return work()


def _listed(root: str) -> Iterator[Source]:
    """The files of a root that are of a format that can be read, as the store lists them."""
    from pyarrow.fs import FileSelector, FileType

    def listed() -> tuple[str, list[FileInfo]]:
        system, path = _opened(root)
        infos: list[FileInfo] = system.get_file_info([path])
        if infos[0].type != FileType.File:
            infos = system.get_file_info(FileSelector(path, recursive=True))
        return path, infos

    try:
        path, infos = patiently(listed)
    except FileNotFoundError as error:
        raise DocumentError(f"{root} does not exist.") from error
    except OSError as error:
        raise DocumentError(f"Cannot list {root}: {_reason(error)}") from error
    readable, count = suffixes(), 0
    others: list[str] = []
    for info in infos:
        inside = info.path[len(path) :]
        if info.type != FileType.File or "/." in inside:
            continue
        if PurePosixPath(info.path).suffix.lower() in readable:
            count += 1
            yield Source(root + inside, info.size, info.mtime_ns or 0)
        else:
            others.append(inside.lstrip("/"))
    if not count:
        raise DocumentError(f"{root} holds no file docagent reads ({FORMATS}).")
    warn_of_others(root, others)


def _opened(uri: str) -> tuple[FileSystem, str]:
    """The file system of an address, and the path in it. Raises OSError."""
    fs = require("pyarrow.fs", "pyarrow", "ray", "Reading from buckets")
    try:
        system, path = fs.FileSystem.from_uri(uri)
    except (ValueError, TypeError) as error:
        raise DocumentError(f"{uri} is no address of files: {_reason(error)}") from error
    return system, path.rstrip("/")


def _reason(error: Exception) -> str:
    """The first line of what a library says."""
    return str(error).strip().partition("\n")[0].partition(" (Request ID")[0]
