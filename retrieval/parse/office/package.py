"""The parts of an Office file (an OPC package), and what must be mended before a library opens it.

The libraries take one content type each, know no Strict namespaces, and refuse a whole file for
one relationship that leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar
from urllib.parse import unquote
from xml.sax.saxutils import unescape
from zipfile import ZIP_DEFLATED, ZipFile

from retrieval.parse.builder import Builder
from retrieval.parse.library import xml_parser

Loaded = TypeVar("Loaded")

ODD = (ArithmeticError, AttributeError, EOFError, LookupError, SyntaxError, TypeError, ValueError)
"""What a part raises that is not as it should be; the other parts can still be read."""

TYPES = "[Content_Types].xml"
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(_STRICT + rb"([\w/-]+)")
_VARIANT = re.compile(
    rb"application/vnd\.(?:ms-(word|excel|powerpoint)\.(?:document|sheet|template|addin|presentation"
    rb"|slideshow)\.macroEnabled(?:Template)?|openxmlformats-officedocument\.(wordprocessingml|"
    rb"spreadsheetml|presentationml)\.(?:template|slideshow))\.main\+xml"
)
_PLAIN = {
    b"w": b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    b"e": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    b"s": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    b"p": b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"""\b(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_BOOK, _BOOK_LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*/>")
_MISSED = frozenset({"slide", "worksheet", "chart", "image", "comments", "footnotes", "aFChunk"})
_MOST = 64 << 20  # bytes of one part that is read whole


class Relation(NamedTuple):
    """A part that another one uses: `kind` is the last word of the type, such as "comments"."""

    id: str
    kind: str
    target: str
    external: bool


def relations(archive: ZipFile, part: str) -> list[Relation]:
    """What a part ("" for the package) uses; an empty list where nothing is said."""
    folder, name = posixpath.split(part)
    member = posixpath.join(folder, "_rels", f"{name}.rels")
    text = read_part(archive, member).decode("utf-8", "replace")
    found = []
    for element in _RELATION.findall(text):
        said = _attributes(element)
        external = said.get("TargetMode") == "External"
        target = said.get("Target", "")
        if not external:
            target = _resolved(folder, target)
        kind = said.get("Type", "").rsplit("/", 1)[-1]
        found.append(Relation(said.get("Id", ""), kind, target, external))
    return found


def _attributes(element: str) -> dict[str, str]:
    return {
        name: unescape(double or single, {"&quot;": '"', "&apos;": "'"})
        for name, double, single in _ATTRIBUTE.findall(element)
    }


def _resolved(folder: str, target: str) -> str:
    target = target.split("#")[0].replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def read_part(archive: ZipFile, name: str) -> bytes:
    """The bytes of a part, b"" where there is none. Raises ValueError if it is too large."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        return b""
    if info.file_size > _MOST:
        raise ValueError(f"{name} is {info.file_size >> 20} MB")
    return archive.read(info)


def main_type(archive: ZipFile) -> bytes:
    """The content type of the part that a package is about; b"" where it is not said."""
    main = next((r.target for r in relations(archive, "") if r.kind == "officeDocument"), None)
    if main is None:
        return b""
    types = read_part(archive, TYPES).decode("utf-8", "replace")
    default = ""
    for element in re.findall(r"<(?:\w+:)?(?:Override|Default)\b[^>]*>", types):
        said = _attributes(element)
        if unquote(said.get("PartName", "")).lstrip("/").lower() == main.lower():
            return said.get("ContentType", "").encode()
        if said.get("Extension", "").lower() == main.rpartition(".")[2].lower():
            default = said.get("ContentType", "")
    return default.encode()


def parse_xml(data: bytes, recover: bool = False) -> Any:
    """The root element; entities stay unread. Raises SyntaxError for what is no XML, or makes the
    best of it (`recover`), which may be None."""
    from lxml import etree

    return etree.fromstring(data, xml_parser(etree, recover=recover))


def opened(
    path: Path, archive: ZipFile, builder: Builder, load: Callable[[BinaryIO], Loaded]
) -> Loaded:
    """What `load` makes of the file; where it fails, of the file without its broken parts."""
    try:
        with mended(path, archive, builder) as file:
            return load(file)
    except ODD:
        broken = broken_parts(archive, builder)
        if not broken:
            raise
    with mended(path, archive, builder, broken) as file:
        return load(file)


def broken_parts(archive: ZipFile, builder: Builder) -> set[str]:
    """The parts that should be XML and are not, each named in a warning; never the main one."""
    main = {each.target for each in relations(archive, "") if each.kind == "officeDocument"}
    broken = set()
    for name in {*archive.namelist()} - {TYPES} - main:
        if name.endswith(".xml"):
            try:
                parse_xml(read_part(archive, name))
            except (SyntaxError, ValueError):
                broken.add(name)
    for name in sorted(broken):
        builder.warn(f"a part of the file cannot be read ({posixpath.basename(name)[:60]}).")
    return broken


def mended(
    path: Path, archive: ZipFile, builder: Builder, without: Collection[str] = ()
) -> BinaryIO:
    """The file as the libraries take it, without what leads nowhere; the caller closes it.

    `without` names parts to be left out.
    """
    package = _Package(archive, without, builder)
    types = read_part(archive, TYPES)
    changed = {TYPES: _VARIANT.sub(lambda m: _PLAIN[(m[1] or m[2])[:1]], types)}
    strict = _STRICT in read_part(archive, "_rels/.rels")
    for name in package.names:
        if name.endswith(".rels"):
            changed[name] = package.without_dead_ends(name)
    if package.dead_sheets:
        changed[_BOOK] = package.without_dead_sheets()
    odd_names = any(info.filename != info.orig_filename for info in archive.infolist())
    if (
        not strict
        and not without
        and not odd_names
        and all(archive.read(name) == data for name, data in changed.items())
    ):
        return path.open("rb")
    copy = BytesIO()
    with ZipFile(copy, "w", ZIP_DEFLATED, compresslevel=1) as target:
        for info in archive.infolist():
            if info.filename in without:
                continue
            data = changed[info.filename] if info.filename in changed else archive.read(info)
            if strict and info.filename.endswith((".xml", ".rels")):
                data = _STRICT_NAME.sub(_transitional, data)
            target.writestr(info.filename, data)
    copy.seek(0)
    return copy


class _Package:
    """The parts that are there, and the relations that lead to none of them."""

    def __init__(self, archive: ZipFile, without: Collection[str], builder: Builder) -> None:
        self.archive, self.without, self.builder = archive, without, builder
        self.names = {*archive.namelist()} - {*without}
        self.capitals = {name.lower(): name for name in self.names}
        self.dead_sheets: set[str] = set()

    def without_dead_ends(self, name: str) -> bytes:
        folder = posixpath.dirname(posixpath.dirname(name))

        def kept(match: re.Match[str]) -> str:
            said = _attributes(match[0])
            target = _resolved(folder, said.get("Target", ""))
            if said.get("TargetMode") == "External" or not self.names.isdisjoint(
                (target, unquote(target))
            ):
                return match[0]
            if found := self.capitals.get(target.lower()):  # names differ in more than capitals
                return match[0].replace(said["Target"], f"/{found}")
            kind = said.get("Type", "").rsplit("/", 1)[-1]
            if kind in _MISSED and target not in self.without:
                lost = posixpath.basename(target)[:60]
                self.builder.warn(f"a part of the file is missing ({lost}).")
            if name == _BOOK_LINKS and kind.endswith("sheet"):
                self.dead_sheets.add(said.get("Id", ""))
            return ""

        text = read_part(self.archive, name).decode("utf-8", "surrogateescape")
        return _RELATION.sub(kept, text).encode("utf-8", "surrogateescape")

    def without_dead_sheets(self) -> bytes:
        """The workbook, which openpyxl refuses where a sheet that it lists is missing."""

        def kept(match: re.Match[str]) -> str:
            return "" if _attributes(match[0]).get("id") in self.dead_sheets else match[0]

        text = read_part(self.archive, _BOOK).decode("utf-8", "surrogateescape")
        return _SHEET.sub(kept, text).encode("utf-8", "surrogateescape")


def _transitional(match: re.Match[bytes]) -> bytes:
    """Strict `.../ooxml/drawingml/chart` is `.../drawingml/2006/chart` elsewhere."""
    head, _, rest = match[1].partition(b"/")
    return b"http://schemas.openxmlformats.org/" + head + b"/2006/" + rest
