"""Packages that not everybody needs: each belongs to an extra of docagent."""

from __future__ import annotations

import importlib
from typing import Any

from retrieval.errors import DocAgentError


def require(
    module: str, package: str, extra: str, what: str, error: type[DocAgentError] = DocAgentError
) -> Any:
    """A module of an extra. Raises `error`, with the line that installs it, where it is absent."""
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise error(f"{what} needs {package}: pip install 'docagent[{extra}]'.") from missing
