"""Where a content of the cache lies, for the list of what is indexed."""

from __future__ import annotations

import json
from pathlib import Path

from retrieval.store.cache import Cache, replace_text

_FILE = "sources.json"  # the one file of an entry that changes, so its manifest does not name it


def add(cache: Cache, folder: Path, source: str) -> None:
    """Keep in mind that the content of this entry was found at another place than the first."""
    others = _others(folder)
    if source in others or not cache.writable:
        return
    there = [other for other in others if Path(other).exists()]
    try:
        replace_text(folder / _FILE, json.dumps([*there, source]))
    except OSError as error:
        cache.give_up(error)


def known(folder: Path | None, first: str) -> list[str]:
    """The places where a content still is; the last one if it is at none. `first` is its first."""
    places = [first, *_others(folder)]
    return [place for place in places if Path(place).exists()] or places[-1:]


def _others(folder: Path | None) -> list[str]:
    if folder is None:
        return []
    try:
        return [str(place) for place in json.loads((folder / _FILE).read_text("utf-8"))]
    except (OSError, ValueError, TypeError):  # there is none, or it was damaged
        return []
