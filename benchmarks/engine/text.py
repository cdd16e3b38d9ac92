"""English prose to measure with, long enough for the longest window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pydoc_data.topics import topics

DEFAULT = "the Python language reference, as `help()` has it in every installation"


def read_text(paths: Sequence[Path]) -> str:
    """Files and folders of .txt one after the other; without any, `DEFAULT`, 465,000 characters."""
    if not paths:
        return "\n\n".join(topics.values())
    files = [
        file
        for path in paths
        for file in (sorted(path.rglob("*.txt")) if path.is_dir() else [path])
    ]
    if not files or not all(file.is_file() for file in files):
        raise SystemExit(f"no .txt files: {', '.join(map(str, paths))}")
    return "\n\n".join(file.read_text("utf-8") for file in files)
