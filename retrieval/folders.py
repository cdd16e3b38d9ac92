"""Where docagent keeps what it made."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """`DOCAGENT_CACHE`, or the platform's cache folder for the user."""
    from platformdirs import user_cache_path

    named = os.environ.get("DOCAGENT_CACHE")
    return Path(named).expanduser() if named else user_cache_path("docagent", appauthor=False)


def data_folder() -> Path:
    """Where what cannot be made again is kept: `DOCAGENT_CACHE`, or the platform's data folder."""
    from platformdirs import user_data_path

    named = os.environ.get("DOCAGENT_CACHE")
    return Path(named).expanduser() if named else user_data_path("docagent", appauthor=False)
