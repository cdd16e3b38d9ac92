"""EPUB books: the chapters in reading order, each a page of XHTML."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from retrieval.errors import DocumentError
from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.formats.html import add_html, decode_html
from retrieval.parse.library import library, reading
from retrieval.parse.markup import Markup
from retrieval.parse.registry import Format, register
from retrieval.parse.zipped import open_zip

_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})


def read_epub(path: Path, *_: object) -> Document:
    """Parse an .epub file. Raises DocumentError if it is damaged or protected."""
    etree: Any = library("lxml.etree", "lxml", path.name)
    builder = Builder()
    with reading(path.name, "EPUB"), open_zip(path) as archive:
        package = posixpath.normpath(_package(etree, archive))
        root = _xml(etree, archive.read(package))
        hrefs = {
            item.get("id"): posixpath.normpath(
                posixpath.join(posixpath.dirname(package), unquote(item.get("href", "")))
            )
            for item in root.iterfind(".//{*}manifest/{*}item")
            if item.get("media-type") in _PAGES
        }
        chapters = [hrefs.get(ref.get("idref")) for ref in root.iterfind(".//{*}spine/{*}itemref")]
        locked = _locked(etree, archive)
        for chapter in filter(None, chapters):
            if chapter in locked:
                raise DocumentError(f"{path.name} is protected (DRM): it cannot be read.")
            _add_chapter(etree, builder, archive.read(chapter), path.name)
        title = root.findtext(".//{*}metadata/{*}title") or ""
    return builder.document(title.strip() or stem(path), path.name)


def _add_chapter(etree: Any, builder: Builder, data: bytes, file: str) -> None:
    try:
        root = _xml(etree, data)
    except etree.XMLSyntaxError:  # a book made by hand; browsers read it as well
        add_html(builder, decode_html(data, file), file)
    else:
        Markup(builder).read(root)


def _xml(etree: Any, data: bytes) -> Any:
    """Entities stay what they are in the text: none is expanded and nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    return etree.fromstring(data, parser)


def _package(etree: Any, archive: ZipFile) -> str:
    container = _xml(etree, archive.read("META-INF/container.xml"))
    root_file = container.find(".//{*}rootfile")
    return unquote(root_file.get("full-path"))


def _locked(etree: Any, archive: ZipFile) -> set[str]:
    """Members that only a reader's key opens; fonts may be among them, which is no matter."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    root = _xml(etree, archive.read("META-INF/encryption.xml"))
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
