"""One compared system in a process of its own: `python -m benchmarks.rivals SYSTEM MODEL_FOLDER`.

A request is {"pdf", "questions"}, a reply {"seconds" to index, "results": [{"seconds", "hits":
[[page, characters], ...]}, ...]}. Loading libraries and the embedding model is not timed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Row, serve, timed
from benchmarks.rivals.systems import SYSTEMS


def system(name: str, model: Path, scratch: Path) -> Callable[[Row], Row]:
    index = SYSTEMS[name](model, scratch)

    def reply(request: Row) -> Row:
        search, indexed = timed(lambda: index(Path(request["pdf"])))
        results = []
        for question in request["questions"]:
            hits, took = timed(lambda: search(question))  # noqa: B023
            results.append({"seconds": took, "hits": [[page, len(text)] for page, text in hits]})
        return {"seconds": indexed, "results": results}

    return reply


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        serve(lambda: system(sys.argv[1], Path(sys.argv[2]), Path(scratch)))
