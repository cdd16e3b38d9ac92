"""Where the cache lies."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path


def default_cache() -> Path:
    """`DOCAGENT_CACHE`, or the platform's cache folder for the user."""
    named = os.environ.get("DOCAGENT_CACHE")
    return Path(named).expanduser() if named else user_cache_path("docagent", appauthor=False)
