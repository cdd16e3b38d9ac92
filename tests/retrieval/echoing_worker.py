"""A worker that says which process it is; see test_worker.py."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any


def messages(dies: bool = False, words: str = "", seconds: float = 0) -> Iterator[dict[str, Any]]:
    yield {"process": os.getpid(), "words": words}
    time.sleep(seconds)
    if dies:
        raise ValueError(words)
    yield {"process": os.getpid(), "words": words}
