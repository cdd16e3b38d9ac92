"""OpenDocument (.odt, .ods, .odp): what LibreOffice and Google Docs save."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

from retrieval.errors import PasswordRequired
from retrieval.parse.builder import Builder
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.library import library, reading, xml_parser
from retrieval.parse.odf import Body, fields
from retrieval.parse.odf_styles import Styles
from retrieval.parse.registry import Format, register
from retrieval.parse.zipped import open_zip

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read_odf(path: Path, *_: object) -> Document:
    """Parse an OpenDocument file. Raises DocumentError if it is damaged or encrypted."""
    etree: Any = library("lxml.etree", "lxml", path.name)
    builder = Builder()
    with reading(path.name, "OpenDocument file"), open_zip(path) as archive:
        names = set(archive.namelist())
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in archive.read(manifest):
            raise PasswordRequired(f"{path.name} is encrypted: save a copy without a password.")

        def member(name: str) -> Any:
            try:
                return _xml(etree, archive, name) if name in names else None
            except etree.XMLSyntaxError:
                builder.warn(f"a part of the file cannot be read ({name[:60]}).")
                return None

        root = _xml(etree, archive, "content.xml")
        roots = [each for name in ("styles.xml", "meta.xml") if (each := member(name)) is not None]
        return _document(path, builder, member, root, *roots)


def read_flat(path: Path, *_: object) -> Document:
    """Parse an OpenDocument file that is one piece of XML. Raises DocumentError if damaged."""
    etree: Any = library("lxml.etree", "lxml", path.name)
    with reading(path.name, "OpenDocument file"):
        root = etree.fromstring(path.read_bytes(), _parser(etree))
        return _document(path, Builder(), lambda _: None, root)


def _document(path: Path, builder: Builder, member: Any, root: Any, *more: Any) -> Document:
    body = Body(builder, Styles(root, *more), member)
    body.controls = fields(root)
    unit: Any = "page"
    for part in root.iterfind(f"{_OFFICE}body/*"):
        kind = part.tag.rpartition("}")[2]
        if kind == "spreadsheet":
            unit = "sheet"
            body.sheets(part.iterchildren("{*}table"), (*more, root))
        elif kind == "text":
            body.furniture("header", (*more, root))
            body.read(part)
            body.furniture("footer", (*more, root))
        else:
            unit = "slide"
            body.read(part)
    if body.unseen:
        builder.warn(
            f"hidden slides are left out ({', '.join(body.unseen[:20])}); "
            "show them and save the file to have them read."
        )
    titles = (each.findtext(".//{http://purl.org/dc/elements/1.1/}title") for each in (*more, root))
    title = next(filter(None, titles), "")
    heading = builder.first_heading() if unit == "page" else ""
    return builder.document(title.strip() or heading or stem(path), path.name, unit)


def _xml(etree: Any, archive: ZipFile, name: str) -> Any:
    return etree.fromstring(archive.read(name), _parser(etree))


def _parser(etree: Any) -> Any:
    return xml_parser(etree, huge_tree=True, remove_comments=True, remove_pis=True)


register(
    Format(
        "odf",
        (".odt", ".ods", ".odp", ".odg", ".ott", ".ots", ".otp"),
        read_odf,
        is_text=False,
        zip_marks=(b"application/vnd.oasis.opendocument",),
    )
)
register(
    Format(
        "flat odf",
        (".fodt", ".fods", ".fodp"),
        read_flat,
        detects=lambda _, start: (
            b"opendocument:xmlns:office" in start and b"<office:document" in start
        ),
    )
)
