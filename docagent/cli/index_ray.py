"""docagent index --store STORE --on ray"""

from __future__ import annotations

import logging

from docagent.cli.progress import Screen
from docagent.reading.cost import duration
from docagent.sanitize import one_line
from retrieval.scale.job import Report, index_on_ray
from retrieval.scale.manifest import Manifest
from retrieval.scale.stages import Way
from retrieval.store.lance import LanceStore

log = logging.getLogger("docagent")


def index_store(
    paths: list[str], store: str, on: str, embedding: str, password: str | None
) -> None:
    """Bring a store to the files at or below the paths, and say what was done."""
    with Screen() as screen:
        report = index_on_ray(
            paths,
            LanceStore.open(store),
            Manifest(store),
            on,
            Way(embedding, password),
            emit=screen.show,
        )
    for line in report.left_out.values():
        log.warning("Left out: %s", one_line(line))
    print(_summary(report))


def _summary(report: Report) -> str:
    """ "7 of 10 documents read (12 passages, 2,400 tokens) in 40 s, 2 unchanged, 1 left out"."""
    parts = [
        f"{report.documents:,} of {report.files:,} files read "
        f"({report.passages:,} passages, {report.tokens:,} tokens) in {duration(report.seconds)}",
        f"{report.unchanged:,} unchanged",
        f"{report.removed:,} removed",
        f"{len(report.left_out):,} left out",
    ]
    return ", ".join(parts)
