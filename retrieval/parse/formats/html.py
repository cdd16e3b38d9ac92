"""HTML files: title, headings, paragraphs, lists and tables; scripts and menus are left out."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from retrieval.errors import DocumentError
from retrieval.parse.builder import Builder
from retrieval.parse.decode import read_text, stem
from retrieval.parse.document import Document
from retrieval.parse.encoding import marked, named
from retrieval.parse.library import library, reading
from retrieval.parse.markup import Markup
from retrieval.parse.registry import Format, register
from retrieval.parse.stylesheet import StyleSheets

_CHARSET = re.compile(
    rb"""<(?:meta\b|\?xml\b)[^>]*?\b(?:charset|encoding)\s*=[\s"']*([\w:.-]+)""", re.IGNORECASE
)
_NO_HEAD = re.compile(rb"<!--.*?-->|<body\b.*", re.IGNORECASE | re.DOTALL)
_PREFIX = re.compile(r"""\sxmlns:([\w-]+)\s*=\s*["']http://www\.w3\.org/1999/xhtml["']""")
_LONGEST_PREFIX = 4096  # characters
_LONGEST_HEAD = 1 << 20  # bytes
_MARK = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_PROLOGUE = re.compile(
    r"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)?", re.IGNORECASE | re.DOTALL
)


def read_html(path: Path, *_: object) -> Document:
    """Parse an .html file. Raises DocumentError if lxml is missing or there is no text in it."""
    builder = Builder()
    with reading(path.name, "HTML file"):
        title = add_html(builder, page_text(builder, path.read_bytes(), path.name), path.name)
    return builder.document(title or builder.first_heading() or stem(path), path.name)


def add_html(builder: Builder, text: str, file: str, linked: str = "") -> str:
    """The page's blocks into `builder`; returns its title, "" where it has none.

    `linked` are the style sheets that came with it.
    """
    lxml_html: Any = library("lxml.html", "lxml", file)
    # lxml takes no text that declares bytes, and shows entities that a page defines as text.
    text = _PROLOGUE.sub("", text.lstrip("\ufeff"), count=1)
    if prefix := _PREFIX.search(text[:_LONGEST_PREFIX]):  # <h:p>, which a browser reads as XML
        text = re.sub(rf"(</?){prefix[1]}:", r"\1", text)
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise DocumentError(f"{file} is empty: there is nothing to read in it.")
    # huge_tree: without it a page nested deeper than 256 elements is cut off.
    parser = lxml_html.HTMLParser(huge_tree=True, no_network=True, remove_comments=False)
    root = lxml_html.document_fromstring(text.replace("\x00", ""), parser=parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise DocumentError(f"{file} cannot be read whole: its elements nest 2048 deep or more.")
    for frame in root.xpath("//iframe[normalize-space(@srcdoc)]"):  # a page within the page
        frame.tag, frame.text = "div", None
        frame[:] = lxml_html.fragments_fromstring(f"<div>{frame.get('srcdoc')}</div>")
    sheets = StyleSheets(root, file, linked)
    if not sheets.whole:
        builder.warn("its style sheets are too large to tell all that they hide.")
    Markup(builder, sheets).read(root)
    title = root.find(".//head/title")
    return " ".join((title.text_content() if title is not None else "").split())


def page_text(builder: Builder, data: bytes, name: str, declared: str = "") -> str:
    """By the mark of byte order, else as mail or page declares, else as any text is."""
    if not marked(data):
        head = _NO_HEAD.sub(b"", data[:_LONGEST_HEAD])
        labels = [declared, *(label.decode("ascii", "replace") for label in _CHARSET.findall(head))]
        for encoding in filter(None, map(named, labels)):
            text = data.decode(encoding, errors="replace")
            # A few characters that are none are damage; many are another encoding.
            if text.count("\ufffd") <= 0.01 * len(text) + 1:
                return text
    text, warnings = read_text(data, name)
    for warning in warnings:
        builder.warn(warning)
    return text.removeprefix("\ufeff")


def is_html(_: Path, start: bytes) -> bool:
    return bool(_MARK.match(start.removeprefix(codecs.BOM_UTF8)))


register(Format("html", (".html", ".htm", ".xhtml"), read_html, detects=is_html))
