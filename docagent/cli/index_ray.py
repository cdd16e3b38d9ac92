"""docagent index --store STORE --on ray"""

from __future__ import annotations

import logging

import typer

from docagent.cli.progress import Screen
from docagent.reading.cost import duration
from docagent.sanitize import one_line
from retrieval.scale.job import Report, index_on_ray
from retrieval.store.collections import Collections
from retrieval.store.lance import LanceStore

log = logging.getLogger("docagent")


def index_store(
    collections: Collections,
    paths: list[str],
    name: str | None,
    store: str | None,
    on: str,
    embedding: str | None,
    password: str | None,
) -> int:
    """Bring a store to the files at or below the paths, and say what was done."""
    if not paths or store is None:
        raise typer.BadParameter(
            "say what is read and where it goes: docagent index s3://bucket/reports "
            "--store lance:s3://bucket/index --on ray.",
            param_hint="--on",
        )
    opened = LanceStore.open(store)
    with Screen() as screen:
        report = index_on_ray(paths, opened, on, embedding, password, emit=screen.show)
    for line in report.left_out.values():
        log.warning("Left out: %s", one_line(line))
    if name is not None:
        collections.save(name, [], opened.uri)
    print(_summary(report))
    return 0


def _summary(report: Report) -> str:
    """ "7 of 10 files read (12 passages, 2,400 tokens) in 40 s, 2 unchanged, 1 left out"."""
    return (
        f"{report.documents:,} of {report.files:,} files read "
        f"({report.passages:,} passages, {report.tokens:,} tokens) in {duration(report.seconds)}, "
        f"{report.unchanged:,} unchanged, {report.removed:,} removed, "
        f"{len(report.left_out):,} left out"
    )
