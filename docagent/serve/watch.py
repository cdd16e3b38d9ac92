"""Folders that are watched: what changes in them is read as soon as it is quiet."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import watchfiles

from docagent.errors import DocAgentError
from docagent.serve.entry import Entry
from docagent.serve.library import Library
from retrieval.progress import ignore

log = logging.getLogger("docagent")

_LOOK = 500  # milliseconds between two looks at files that are still being written


def watch(
    places: Sequence[Path],
    library: Library,
    ended: threading.Event,
    report: Callable[[str], None] = ignore,
) -> None:
    """Keep a library like these folders and files, until `ended` is set; `report` gets a line for
    each document that was read or has gone."""
    known = _indexed(library)
    quiet = False
    for changes in watchfiles.watch(
        *places,
        stop_event=ended,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        ignore_permission_denied=True,
        raise_interrupt=False,
    ):
        if not changes and quiet:
            continue
        try:
            library.refresh()
            quiet = library.read_all()
            if quiet and library.entries():
                library.corpus()  # now, rather than when somebody asks
        except DocAgentError as error:
            log.warning("%s", error)
        now = _indexed(library)
        for line in _changes(known, now):
            report(line)
        known = now


def _indexed(library: Library) -> dict[str, Entry]:
    """What can be asked, by what it was when it was read."""
    return {
        f"{entry.name} {entry.stamp}": entry
        for entry in library.entries()
        if entry.indexed is not None
    }


def _changes(before: dict[str, Entry], now: dict[str, Entry]) -> Iterator[str]:
    for key in now.keys() - before.keys():
        indexed = now[key].indexed
        if indexed is not None:
            name = now[key].path.name
            yield f"{name}: {indexed.page_count} pages, {len(indexed)} passages"
    paths = {entry.path for entry in now.values()}
    for path in {entry.path for entry in before.values()} - paths:
        if not path.exists():  # what is being written comes back as read
            yield f"{path.name}: gone"
