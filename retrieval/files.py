"""Which files a question is about, and what they are called in its answer."""

from __future__ import annotations

import glob
import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from retrieval.errors import DocumentError
from retrieval.parse.document import FORMATS
from retrieval.parse.registry import suffixes

log = logging.getLogger("docagent")

_LISTED = 5  # files a warning lists; of more it gives the number

Paths = str | Path | Iterable[str | Path]
"""One path, or several."""


def path_list(paths: Paths) -> list[Path]:
    """The paths a caller gives, which may be a single one."""
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]


def readable_files(paths: Paths) -> tuple[list[Path], list[Path]]:
    """Files named by the user, and files found in folders or by patterns they named.

    `**` in a pattern stands for any folders. Raises DocumentError where nothing is found.
    """
    named: list[Path] = []
    searched: list[Path] = []
    for path in path_list(paths):
        if path.is_dir():
            searched += _in_folder(path)
        elif path.is_file():
            named.append(path)
        elif is_pattern(path):
            searched += _matching(path)
        else:
            raise DocumentError(f"{path} does not exist.")
    if not named and not searched:
        raise DocumentError("No document was given.")
    return list(dict.fromkeys(named)), [p for p in dict.fromkeys(searched) if p not in named]


def is_pattern(path: Path) -> bool:
    """Whether it is no file or folder, and may match some."""
    return glob.has_magic(str(path)) and not path.exists()


def matches_of(path: Path) -> list[Path]:
    """What a pattern matches that no shell expanded; any other path alone."""
    if not is_pattern(path):
        return [path]
    # Path.glob takes no absolute pattern and gives hidden files too.
    return [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207


def is_below(path: Path, roots: list[Path]) -> bool:
    """Whether a path is one of these, or lies anywhere in it."""
    return any(path == root or root in path.parents for root in roots)


def _matching(pattern: Path) -> list[Path]:
    matches = matches_of(pattern)
    if not matches:
        raise DocumentError(f"No file matches {pattern}.")
    files = [match for match in matches if match.is_file()]
    if not files:
        return [file for match in matches if match.is_dir() for file in _in_folder(match)]
    return files


def _in_folder(folder: Path) -> list[Path]:
    """Its readable files and those of all folders below; others are named in one warning."""
    readable = suffixes()
    files = sorted(_walk(folder))
    inside = [file for file in files if file.suffix.lower() in readable]
    if not inside:
        raise DocumentError(f"{folder} holds no file docagent reads ({FORMATS}).")
    others = [file for file in files if file.suffix.lower() not in readable]
    warn_of_others(folder, [str(file.relative_to(folder)) for file in others])
    return inside


def warn_of_others(folder: str | Path, names: list[str]) -> None:
    """Name files that are of no format docagent reads, if there are any."""
    if names:
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        listed = ", ".join(names[:_LISTED])
        log.warning("%s: not of a format docagent reads: %s%s.", folder, listed, more)


def _walk(folder: Path) -> Iterator[Path]:
    """Files that are not hidden, nor in a hidden folder; each linked folder is entered once."""
    seen: set[str] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(here))
        folders[:] = sorted(
            name
            for name in folders
            if name[0] != "." and os.path.realpath(Path(here, name)) not in seen
        )
        for name in files:
            file = Path(here, name)
            if name[0] != "." and file.is_file():
                yield file


def document_names(paths: list[Path]) -> dict[str, Path]:
    """File names, or as much of the path as tells two of the same name apart."""
    parts = {path: path.absolute().parts for path in paths}
    ends = dict.fromkeys(paths, 1)
    alike, take = paths, 1
    while alike:
        count = Counter(parts[path][-take:] for path in alike)
        alike = [p for p in alike if count[parts[p][-take:]] > 1 and take < len(parts[p])]
        take += 1
        ends |= dict.fromkeys(alike, take)
    return {"/".join(parts[path][-ends[path] :]): path for path in paths}
