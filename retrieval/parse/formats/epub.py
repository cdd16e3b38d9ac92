"""EPUB books: the chapters in reading order, each a page of XHTML."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from retrieval.errors import DocumentError
from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.formats.html import add_html, page_text
from retrieval.parse.library import library, reading, xml_parser
from retrieval.parse.markup import Markup
from retrieval.parse.registry import Format, register
from retrieval.parse.stylesheet import StyleSheets
from retrieval.parse.zipped import open_zip

_XHTML = "{http://www.w3.org/1999/xhtml}"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_PAGE_NAMES = (".xhtml", ".html", ".htm")


def read_epub(path: Path, *_: object) -> Document:
    """Parse an .epub file. Raises DocumentError if it is damaged or protected."""
    etree: Any = library("lxml.etree", "lxml", path.name)
    builder = Builder()
    with reading(path.name, "EPUB"), open_zip(path) as archive:
        members = _Members(archive)
        package = posixpath.normpath(_package(etree, members))
        root = None
        with suppress(etree.XMLSyntaxError, KeyError):
            root = _xml(etree, members.read(package))
        if root is None:
            builder.warn("its list of chapters cannot be read; they come by their names.")
            chapters = sorted(name for name in members.names if name.lower().endswith(_PAGE_NAMES))
        else:
            chapters = _chapters(root, package)
        locked = _locked(etree, members)
        for chapter in chapters:
            if chapter in locked:
                raise DocumentError(f"{path.name} is protected (DRM): it cannot be read.")
            if chapter in members:
                _add_chapter(etree, builder, members, chapter, path.name)
            else:
                builder.warn(f"{chapter} is missing in it; the other chapters are read.")
        title = (root is not None and root.findtext(".//{*}metadata/{*}title")) or ""
    return builder.document(title.strip() or stem(path), path.name)


class _Members:
    """The files of a book, whose names may be written in other capitals than they are called."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive, self.names = archive, archive.namelist()
        self._names = {name.lower(): name for name in reversed(archive.namelist())}
        self._names |= {name: name for name in archive.namelist()}

    def __contains__(self, name: str) -> bool:
        return self._name(name) is not None

    def read(self, name: str) -> bytes:
        return self._archive.read(self._name(name) or name)

    def _name(self, name: str) -> str | None:
        return self._names.get(name) or self._names.get(name.lower())


def _chapters(root: Any, package: str) -> list[str]:
    """The pages of a book in reading order; without an order, as the package lists them."""
    hrefs: dict[str, str] = {}
    for item in root.iterfind(".//{*}manifest/{*}item"):
        href = unquote(item.get("href", "").partition("#")[0])
        is_page = item.get("media-type") in _PAGES or href.lower().endswith(_PAGE_NAMES)
        if is_page and "nav" not in (item.get("properties") or "").split():
            name = posixpath.join(posixpath.dirname(package), href)
            hrefs[item.get("id")] = posixpath.normpath(name)
    spine = [hrefs.get(ref.get("idref")) for ref in root.iterfind(".//{*}spine/{*}itemref")]
    return [chapter for chapter in spine if chapter] or list(hrefs.values())


def _add_chapter(etree: Any, builder: Builder, members: _Members, name: str, file: str) -> None:
    data = members.read(name)
    try:
        root = _xml(etree, data)
    except (etree.XMLSyntaxError, LookupError):  # made by hand; browsers read it as well
        add_html(builder, page_text(builder, data, file), file)
    else:
        for element in root.iter(f"{_XHTML}*"):  # selectors of style sheets name no namespace
            element.tag = element.tag.removeprefix(_XHTML)
        sheets = StyleSheets(root, file, _linked(root, members, posixpath.dirname(name)))
        Markup(builder, sheets).read(root)


def _linked(root: Any, members: _Members, folder: str) -> str:
    """The style sheets of the book that a chapter names."""
    hrefs = (unquote(link.get("href") or "") for link in root.iter("link"))
    names = (posixpath.normpath(posixpath.join(folder, href)) for href in hrefs)
    sheets = [name for name in names if name.lower().endswith(".css") and name in members]
    return "\n".join(members.read(name).decode("utf-8", "replace") for name in sheets)


def _xml(etree: Any, data: bytes) -> Any:
    """Entities stay what they are in the text: none is expanded and nothing is fetched."""
    return etree.fromstring(data.lstrip(), xml_parser(etree, huge_tree=True))


def _package(etree: Any, members: _Members) -> str:
    """The file that lists the chapters; where nothing names it, the one that is called as such."""
    with suppress(etree.XMLSyntaxError, KeyError):
        container = _xml(etree, members.read("META-INF/container.xml"))
        root_file = container.find(".//{*}rootfile")
        if root_file is not None and unquote(root_file.get("full-path", "")) in members:
            return unquote(root_file.get("full-path"))
    return next((name for name in members.names if name.lower().endswith(".opf")), "")


def _locked(etree: Any, members: _Members) -> set[str]:
    """Members that only a reader's key opens; fonts may be among them, which is no matter."""
    if "META-INF/encryption.xml" not in members:
        return set()
    root = _xml(etree, members.read("META-INF/encryption.xml"))
    return {unquote(reference.get("URI", "")) for reference in root.iter("{*}CipherReference")}


register(
    Format(
        "epub",
        (".epub",),
        read_epub,
        is_text=False,
        zip_marks=(b"application/epub+zip", b"META-INF/container.xml"),
    )
)
