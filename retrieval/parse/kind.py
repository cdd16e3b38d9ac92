"""What a file is: told by its content, and by its name only where content cannot tell."""

from __future__ import annotations

import logging
from pathlib import Path

from retrieval.errors import DocumentError, PasswordRequired
from retrieval.parse.decode import decode
from retrieval.parse.document import FORMATS
from retrieval.parse.office.package import main_type
from retrieval.parse.registry import Format, by_suffix, formats
from retrieval.parse.zipped import open_zip

log = logging.getLogger("docagent")

_MAGIC = (  # of what is refused, with the advice that goes with it
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)
_NEWER = {
    ".doc": ".docx", ".dot": ".docx", ".wps": ".docx", ".xls": ".xlsx", ".xlt": ".xlsx",
    ".ppt": ".pptx", ".pps": ".pptx", ".pot": ".pptx", ".msg": ".eml",
}  # fmt: skip


def format_of(path: Path) -> Format:
    """The format a file is in.

    Raises DocumentError for a file that is empty, an archive, or in no format that can be read.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        raise DocumentError(f"{path.name} is empty (0 bytes).")
    if binary := _binary_format(path, start):
        return binary
    named = by_suffix(path.suffix.lower())
    # Text under the suffix of a text format is in that format: offsets hold in the file.
    if named and (named.is_text or not (named.detects or named.zip_marks)):
        return named
    detected = _text_format(path, start)
    if named:
        log.warning(
            "%s is %s, although its name says otherwise; it is read as that.",
            path.name,
            detected.name,
        )
    return detected


def format_within(path: Path) -> Format | None:
    """The format of a file that another holds; None for text that its name calls something else.

    Raises DocumentError for an archive.
    """
    with path.open("rb") as file:
        binary = _binary_format(path, file.read(4096))
    named = by_suffix(path.suffix.lower())
    return binary or (named if named and named.is_text else None)


def _binary_format(path: Path, start: bytes) -> Format | None:
    """A format that is not text, by the first bytes of the file."""
    binary = [each for each in formats().values() if not each.is_text]
    for each in binary:
        if each.detects and each.detects(path, start):
            return each
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped_format(path, binary)
    refused = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if refused is None and start[257:262] == b"ustar":
        refused = "archive"
    if refused:
        raise _refusal(path, refused)
    return None


def _zipped_format(path: Path, binary: list[Format]) -> Format:
    with open_zip(path) as archive:
        names = set(archive.namelist())

        def beginning(member: str, size: int) -> bytes:
            if member not in names:
                return b""
            with archive.open(member) as part:
                return part.read(size).strip()

        def marked(text: bytes) -> Format | None:
            return next((each for each in binary if any(m in text for m in each.zip_marks)), None)

        mimetype = beginning("mimetype", 100) or beginning("META-INF/manifest.xml", 4000)
        detected = marked(main_type(archive)) or marked(mimetype)
        if detected:
            return detected
        if detected := marked("\n".join(names).encode("utf-8", "replace")):
            return detected
        if "xl/workbook.bin" in names:
            raise DocumentError(f"{path.name} is a binary workbook: save it as .xlsx.")
    raise _refusal(path, "archive")


def _refusal(path: Path, kind: str) -> DocumentError:
    if kind == "archive":
        return DocumentError(f"{path.name} is an archive: unpack it and give the files.")
    with path.open("rb") as file:
        if "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20):
            return PasswordRequired(f"{path.name} is encrypted: save a copy without a password.")
    if newer := _NEWER.get(path.suffix.lower()):
        return DocumentError(f"{path.name} is in an old Office format: save it as {newer}.")
    return DocumentError(
        f"{path.name} is of a program whose files docagent does not read ({FORMATS})."
    )


def _text_format(path: Path, start: bytes) -> Format:
    """The format of a text whose name says nothing, or something that it is not."""
    if path.suffix.lower() == ".pdf" and start.count(0) > 0:
        raise DocumentError(f"{path.name} is not a PDF, although its name says so.")
    decode(start, path.name)  # refuses what is not text
    for each in formats().values():
        if each.is_text and each.detects and each.detects(path, start):
            return each
    return formats()["txt"]
