"""Folders that are watched: what changes in them is read as soon as it is quiet."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import watchfiles

from docagent.errors import DocAgentError
from docagent.serve.library import Library

log = logging.getLogger("docagent")

_LOOK = 500  # milliseconds between two looks at files that are still being written


def watch(folders: Sequence[Path], library: Library, ended: threading.Event) -> None:
    """Keep a library like these folders, until `ended` is set."""
    whole = library.read_all()
    for changes in watchfiles.watch(
        *folders,
        stop_event=ended,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        ignore_permission_denied=True,
        raise_interrupt=False,
    ):
        if not changes and whole:
            continue
        try:
            library.refresh()
            whole = library.read_all()
            if whole and library.entries():
                library.corpus()  # now, rather than when somebody asks
        except DocAgentError as error:
            log.warning("%s", error)
