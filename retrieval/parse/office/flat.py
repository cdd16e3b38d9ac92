"""Office files that are one piece of XML, as Word saves them under "Word XML Document"."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

PACKAGE = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def is_flat(root: Any) -> bool:
    """Whether an XML file is an Office file in one piece."""
    return bool(root.tag == f"{PACKAGE}package")


def write_package(root: Any, path: Path) -> None:
    """The same as a file of parts, as Office saves it otherwise.

    Raises ValueError for a part that is damaged.
    """
    from lxml import etree

    types = []
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for part in root.iterfind(f"{PACKAGE}part"):
            name = part.get(f"{PACKAGE}name", "")
            kind = part.get(f"{PACKAGE}contentType", "")
            types.append(f"<Override PartName={quoteattr(name)} ContentType={quoteattr(kind)}/>")
            xml = next(part.iterfind(f"{PACKAGE}xmlData/*"), None)
            data = part.findtext(f"{PACKAGE}binaryData") or ""
            content = base64.b64decode(data) if xml is None else etree.tostring(xml)
            archive.writestr(name.lstrip("/"), content)
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}">{"".join(types)}</Types>')
