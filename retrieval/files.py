"""Which files a question is about, and what they are called in its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from docagent.errors import DocAgentError
from retrieval.parse.open import SUFFIXES


def readable_files(paths: Iterable[str | Path]) -> tuple[list[Path], list[Path]]:
    """Files named by the user, and files found in folders they named."""
    named: list[Path] = []
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in SUFFIXES and file.is_file() and file.name[0] != "."
            )
            if not inside:
                raise DocAgentError(f"{path} holds no file docagent reads (.pdf, .txt, .md).")
            found += inside
        elif path.is_file():
            named.append(path)
        else:
            raise DocAgentError(f"{path} does not exist.")
    if not named and not found:
        raise DocAgentError("No document was given.")
    return list(dict.fromkeys(named)), [p for p in dict.fromkeys(found) if p not in named]


def document_names(paths: list[Path]) -> dict[str, Path]:
    """File names, or as much of the path as tells two of the same name apart."""
    names: dict[str, Path] = {}
    namesakes: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        namesakes[path.name].append(path)
    for path in paths:
        same = namesakes[path.name]
        parts = path.absolute().parts
        take = 1
        while (
            take < len(parts)
            and sum(other.absolute().parts[-take:] == parts[-take:] for other in same) > 1
        ):
            take += 1
        names["/".join(parts[-take:])] = path
    return names
