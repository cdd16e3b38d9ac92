"""Open documents and wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from docagent.api import DocAgent
from retrieval.corpus import Corpus
from retrieval.progress import Progress, finish


def open_corpus(
    agent: DocAgent,
    paths: Sequence[str | Path],
    wait: bool = False,
    emit: Callable[[Progress], None] | None = None,
) -> Corpus:
    """`DocAgent.open` as a plain function."""
    return finish(agent.open(paths, wait), emit)
