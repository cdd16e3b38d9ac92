"""The file formats that can be read.

A module in `parse/formats` registers the format it reads; nothing else needs to know of it. A
program can register one of its own in the same way.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from retrieval.parse.document import Document
from retrieval.progress import Emit

Reader = Callable[[Path, str | None, Emit], Document]
"""Parses a file, given its password if there is one. Raises DocumentError if it cannot be read."""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    A text format is recognised by its suffix; `detects`, given the path and the first 4,096 bytes,
    is asked only about text under an unknown suffix. A binary format is recognised by `detects`
    whatever the file is called, or, if it is packed in a zip archive, by one of the `zip_marks` in
    the content type of its main part, its mimetype or its list of members. Folders are searched for
    files with one of the suffixes, if what the format needs is `available`.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    is_text: bool = True
    detects: Callable[[Path, bytes], bool] | None = None
    zip_marks: tuple[bytes, ...] = ()
    available: Callable[[], bool] = _always


_FORMATS: dict[str, Format] = {}


def register(file_format: Format) -> None:
    """Make a format readable; it takes the place of an earlier one of the same name."""
    _FORMATS[file_format.name] = file_format


def formats() -> dict[str, Format]:
    """All formats by name."""
    _import_formats()
    return _FORMATS


def suffixes() -> frozenset[str]:
    """The suffixes of the files that can be read here."""
    return frozenset(
        suffix for each in formats().values() if each.available() for suffix in each.suffixes
    )


def by_suffix(suffix: str) -> Format | None:
    """The format of files with this suffix (in small letters), if there is one."""
    return next((each for each in formats().values() if suffix in each.suffixes), None)


@cache
def _import_formats() -> None:
    package = import_module("retrieval.parse.formats")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
