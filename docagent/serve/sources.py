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
    root = folder.resolve()
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        for name in sorted(names):
            file = Path(here, name)
            if name[0] == "." or file.suffix.lower() not in readable:
                continue
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                continue
            if file.is_file():
                yield file
