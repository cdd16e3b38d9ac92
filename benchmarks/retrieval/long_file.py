"""Memory and seconds of reading one very long PDF, made for it: a page of prose and a table each.

    python -m benchmarks.retrieval.long_file --pages 5000

Peak memory is that of this process and its workers, looked at five times a second.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

from benchmarks.harness import Table, arguments, timed
from benchmarks.retrieval.memory import PeakMemory, tree_bytes
from retrieval.parse.formats.pdf import read_pdf

WORDS = (
    "harbour",
    "ferry",
    "crane",
    "winter",
    "rope",
    "tide",
    "keeper",
    "report",
    "council",
    "rent",
)


def main() -> None:
    options = arguments(__doc__, pages=5000)
    table = Table("pages", "file MB", "characters", "seconds", "MB before", "peak MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.pdf")
        write(path, options.pages)
        before = tree_bytes(os.getpid())
        with PeakMemory(os.getpid()) as memory:
            document, seconds = timed(lambda: read_pdf(path))
        table.add(
            f"{len(document.pages):,}",
            f"{path.stat().st_size / 1e6:.1f}",
            f"{len(document.text):,}",
            f"{seconds:.0f}",
            f"{before / 1e6:,.0f}",
            f"{memory.peak / 1e6:,.0f}",
        )


def write(path: Path, pages: int) -> None:
    from reportlab.pdfgen.canvas import Canvas

    dice = random.Random(5000)
    canvas = Canvas(str(path), pageCompression=1)
    for number in range(1, pages + 1):
        lines = [f"Chapter {number}", ""]
        lines += [" ".join(dice.choices(WORDS, k=12)) + "." for _ in range(30)]
        for at, line in enumerate(lines):
            canvas.drawString(72, 780 - 14 * at, line)
        for row in range(8):
            canvas.drawString(72, 300 - 14 * row, f"Item {row}")
            for column in range(3):
                canvas.drawRightString(300 + 80 * column, 300 - 14 * row, f"{dice.random():,.3f}")
        canvas.showPage()
    canvas.save()


if __name__ == "__main__":
    main()
