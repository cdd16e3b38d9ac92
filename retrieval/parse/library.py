"""Libraries of the extras `formats` and `ocr`, and what is said where one is absent or fails."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrieval.errors import DocAgentError, first_line


def library(module: str, package: str, file: str) -> Any:
    """A module of the extra `formats`. Raises DocAgentError where `package` is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise DocAgentError(f"{file} needs {package}: pip install 'docagent[formats]'.") from error


@contextmanager
def reading(file: str, what: str) -> Iterator[None]:
    """Whatever a library raises on a damaged or hostile file becomes one clear line."""
    try:
        yield
    except DocAgentError:
        raise
    except Exception as error:
        raise DocAgentError(
            f"{file} is not a readable {what}: it is damaged, or made by an unusual program "
            f"({first_line(error)[:120]})."
        ) from error
