"""XML: feeds, books (.fb2) and data; what stands between the tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.formats.code import read_code
from retrieval.parse.formats.html import add_html, page_text
from retrieval.parse.formula import mathml
from retrieval.parse.kind import format_of
from retrieval.parse.library import library, reading, xml_parser
from retrieval.parse.markup import Markup
from retrieval.parse.office.flat import is_flat, write_package
from retrieval.parse.registry import Format, register
from retrieval.progress import Emit

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>\s*")
_TITLES = ("title", "head", "heading", "subtitle", "book-title")
_ROWS = ("tr", "row")
_SECTION = re.compile(r"(sub)?sect?(ion)?\d?|chapter|part|div\d?|item|entry|topic|appendix")
_WIDEST = 100  # empty cells side by side
_NOT_READ = ("binary", "script", "style")
_HTML = re.compile(r"</?(?:p|br|div|a|b|i|em|strong|span|ul|ol|li|img|h\d|table)\b[^<>]*>", re.I)
_CODES = re.compile(
    r"(xml|xmlns|xsi|xlink|.*:)?(id|class|href|url|src|type|lang|version|.*ref)$", re.I
)


def read_xml(path: Path, password: str | None, emit: Emit) -> Document:
    """Parse an XML file; one that is damaged, or holds no words, as it stands.

    Raises DocumentError if it is empty or is not text.
    """
    etree: Any = library("lxml.etree", "lxml", path.name)
    builder = Builder()
    parser = xml_parser(etree, huge_tree=True, remove_pis=True)
    # Decoded here: of some names for encodings lxml knows nothing.
    text = _DECLARATION.sub("", page_text(builder, path.read_bytes(), path.name), count=1)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return read_code(path)
    if is_flat(root):
        return _read_package(path, root, password, emit)
    if _name(root) == "html":
        Markup(builder).read(root)
    else:
        _walk(builder, root, path.name)
    if not builder.blocks:
        return read_code(path)
    return builder.document(_title(root) or builder.first_heading() or stem(path), path.name)


def _read_package(path: Path, root: Any, password: str | None, emit: Emit) -> Document:
    with TemporaryDirectory() as folder, reading(path.name, "Office file"):
        made = Path(folder, path.name)
        write_package(root, made)
        return format_of(made).read(made, password, emit)


def _walk(builder: Builder, root: Any, file: str) -> None:
    """Without recursion, since a file may nest without end."""
    waiting = [(root, 1)]
    while waiting:
        element, level = waiting.pop()
        name = _name(element)
        if not name or name in _NOT_READ:
            continue
        _add_attributes(builder, element)
        children = [child for child in element if _name(child)]
        if name == "math":
            builder.add("text", mathml(element))
        elif name == "table" and next(element.iter("{*}tr"), None) is not None:
            Markup(builder).read(element)  # which knows cells over several rows
        elif name in _TITLES:
            builder.add("heading", _words(element), min(level, 9))
        elif name in _ROWS and children:
            builder.row(_cells(children))
        elif not children or _is_mixed(element):
            _add_text(builder, element, name, file)
        else:
            level += bool(_SECTION.fullmatch(name))
            waiting += [(child, level) for child in reversed(children)]


def _cells(children: list[Any]) -> Iterator[str]:
    """The cells of a row at their columns, which Excel's own XML says where some are empty."""
    at = 1
    for child in children:
        said = {key.rpartition("}")[2]: text for key, text in child.attrib.items()}
        index, across = (_whole(said.get(name)) for name in ("Index", "MergeAcross"))
        yield from [""] * min(max(0, index - at), _WIDEST)
        yield _words(child)
        yield from [""] * min(across, _WIDEST)
        at = max(at, index) + 1 + across


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else 0


def _add_text(builder: Builder, element: Any, name: str, file: str) -> None:
    words = _words(element)
    if len(element) == 0 and _HTML.search(words):  # as feeds have it
        add_html(builder, words, file)
    elif any(char.isalpha() for char in words):
        Markup(builder).read(element)
    elif words.strip():  # a figure says nothing without its name
        builder.add("text", f"{name}: {words}")


def _add_attributes(builder: Builder, element: Any) -> None:
    for key, text in element.attrib.items():
        key = key.rpartition("}")[2]
        if text.strip() and not _CODES.fullmatch(key):
            builder.add("text", f"{key}: {text}")


def _is_mixed(element: Any) -> bool:
    """Whether words stand beside its elements, which then are parts of a sentence."""
    return any(text and text.strip() for text in (element.text, *(e.tail for e in element)))


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _words(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def _title(root: Any) -> str:
    """What a feed or a book calls itself."""
    paths = ("{*}title", "{*}channel/{*}title", ".//{*}book-title", "{*}info/{*}title")
    return next((_words(found) for path in paths if (found := root.find(path)) is not None), "")


def is_xml(_: Path, start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<?xml")


register(
    Format("xml", (".xml", ".rss", ".atom", ".fb2", ".opml", ".dita"), read_xml, detects=is_xml)
)
