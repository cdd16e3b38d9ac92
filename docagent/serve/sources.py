"""Which files are served: the paths a server was started with, and nothing that lies outside."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from docagent.errors import DocumentError
from retrieval.files import matches_of, path_list
from retrieval.parse.registry import suffixes
from retrieval.store.cache import Cache
from retrieval.store.collections import Collections


class Sources:
    """Paths of files and folders, patterns, and collections as `@name`.

    In a folder, hidden files are passed over, and so is a link that leads out of it: whoever may
    write into the folder must not get other files read.
    """

    def __init__(self, paths: Sequence[str | Path], cache: Path) -> None:
        self.paths = path_list(paths)
        self._collections = Collections(Cache(cache))
        for path in self._collections.expand(self.paths):
            if not any(match.exists() for match in matches_of(path)):
                raise DocumentError(f"{path} does not exist.")

    @property
    def places(self) -> list[Path]:
        """The folders and files that the paths mean, to be watched."""
        return [match for match in self._matches() if match.exists()]

    def files(self) -> list[Path]:
        """The files that are there now, each once."""
        readable = suffixes()
        found: dict[Path, None] = {}
        for match in self._matches():
            if match.is_dir():
                found |= dict.fromkeys(_below(match.absolute(), readable))
            elif match.is_file():
                found[match.absolute()] = None
        return list(found)

    def _matches(self) -> Iterator[Path]:
        for path in self._collections.expand(self.paths):
            yield from matches_of(path)


def _below(folder: Path, readable: frozenset[str]) -> Iterator[Path]:
    root, folders = folder.resolve(), [str(folder)]
    while folders:
        # What the listing says of a file is enough: thousands need not be looked at one by one.
        here = _listed(folders.pop())
        for found in here:
            if not found.is_file() or Path(found.name).suffix.lower() not in readable:
                continue
            file = Path(found.path)
            if not found.is_symlink() or file.resolve().is_relative_to(root):
                yield file
        folders += reversed([each.path for each in here if each.is_dir(follow_symlinks=False)])


def _listed(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder and not hidden, by name; nothing if it is gone or may not be listed."""
    try:
        with os.scandir(folder) as found:
            return sorted((one for one in found if one.name[0] != "."), key=lambda one: one.name)
    except OSError:
        return []
