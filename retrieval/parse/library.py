"""Libraries of the extra `formats`, and the errors for one that is absent or fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrieval.errors import DocumentError, first_line
from retrieval.extras import require


def library(module: str, package: str, file: str) -> Any:
    """A module of the extra `formats`. Raises DocumentError where `package` is not installed."""
    return require(module, package, "formats", file, DocumentError)


def xml_parser(etree: Any, **options: bool) -> Any:
    """lxml's parser for files of strangers: no entity is expanded and nothing else is opened."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, **options)


@contextmanager
def reading(file: str, what: str) -> Iterator[None]:
    """Whatever a library raises on a damaged or hostile file becomes one clear line."""
    try:
        yield
    except DocumentError:
        raise
    except Exception as error:
        raise DocumentError(
            f"{file} is not a readable {what}: it is damaged, or made by an unusual program "
            f"({first_line(error)[:120]})."
        ) from error
