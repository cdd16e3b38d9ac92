"""One compared system in a process of its own: `python -m benchmarks.rivals.worker`.

Standard input: {"system", "model", "questions": {pdf: [question, ...]}} as JSON. Standard output:
one JSON line a PDF: {"pdf", "seconds" to index, "found": [{"seconds", "hits": [[page, characters],
...]}, ...]}, and before them {"loaded": seconds}.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.rivals.system import load


def main() -> None:
    job = json.load(sys.stdin)
    # What libraries print must not mix with the results.
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory() as scratch, results:
        begun = time.perf_counter()
        index = load(job["system"], Path(job["model"]), Path(scratch))
        print(json.dumps({"loaded": time.perf_counter() - begun}), file=results, flush=True)
        for pdf, questions in job["questions"].items():
            begun = time.perf_counter()
            search = index(Path(pdf))
            indexed = time.perf_counter() - begun
            found = []
            for question in questions:
                begun = time.perf_counter()
                hits = search(question)
                seconds = time.perf_counter() - begun
                found.append({"seconds": seconds, "hits": [[p, len(text)] for p, text in hits]})
            print(
                json.dumps({"pdf": pdf, "seconds": indexed, "found": found}),
                file=results,
                flush=True,
            )


if __name__ == "__main__":
    main()
