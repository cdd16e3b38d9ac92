"""Files that are whole or not there at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in its place at once.

    Readers see the old file or the new one, never half of one. Only its owner may read it: it may
    hold a document's text. The folder is made if it is not there. Raises OSError, and what `write`
    raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        partial.touch(mode=0o600)
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
