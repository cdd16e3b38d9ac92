"""One compared system in a process of its own: `python -m benchmarks.rivals.worker`.

Standard input: {"system", "model", "questions": {pdf: [question, ...]}} as JSON. Standard output:
a JSON line a PDF: {"pdf", "seconds" to index, "results": [{"seconds", "hits": [[page, characters],
...]}, ...]}. Loading libraries and the embedding model is not timed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rivals.systems import SYSTEMS


def main() -> None:
    job = json.load(sys.stdin)
    # What libraries print must not mix with the results.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as scratch, output:
        index = SYSTEMS[job["system"]](Path(job["model"]), Path(scratch))
        for pdf, questions in job["questions"].items():
            start = time.perf_counter()
            search = index(Path(pdf))
            indexed = time.perf_counter() - start
            results = []
            for question in questions:
                start = time.perf_counter()
                hits = search(question)
                took = time.perf_counter() - start
                results.append({"seconds": took, "hits": [[p, len(text)] for p, text in hits]})
            line = {"pdf": pdf, "seconds": indexed, "results": results}
            print(json.dumps(line), file=output, flush=True)


if __name__ == "__main__":
    main()
