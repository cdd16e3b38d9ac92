"""What a file is: told by its content, and by its name only where content cannot tell."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Literal

from retrieval.errors import DocAgentError
from retrieval.parse.plain import decode
from retrieval.parse.zipped import open_zip

log = logging.getLogger("docagent")

FileKind = Literal[
    "pdf", "image", "docx", "pptx", "xlsx", "epub",
    "html", "eml", "json", "csv", "code", "md", "txt",
]  # fmt: skip
IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})
_CODE = """py pyi js mjs cjs ts tsx jsx java kt kts scala groovy c h cc cpp cxx hpp hh m mm cs go
    rs rb php pl pm lua r jl swift dart ex exs erl hs ml clj lisp el vim sh bash zsh fish ps1 bat
    sql css scss less vue svelte proto graphql tf gradle cmake mk toml yaml yml ini cfg conf
    properties xml xsd xsl tex bib rst adoc org log srt vtt diff patch"""
# What a name says. Text under one of these names stays the text it is: offsets hold in the file.
_NAMED: dict[str, FileKind] = {
    **{f".{ending}": "code" for ending in _CODE.split()},
    **dict.fromkeys((".txt", ".text"), "txt"),
    **dict.fromkeys((".md", ".markdown"), "md"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".geojson", ".ipynb"), "json"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    ".eml": "eml",
}  # fmt: skip
_PACKED: dict[str, FileKind] = {
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".pptx", ".pptm", ".ppsx"), "pptx"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx"), "xlsx"),
    ".epub": "epub",
    ".pdf": "pdf",
}
SUFFIXES = frozenset(_NAMED) | frozenset(_PACKED)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_OFFICE: tuple[tuple[bytes, FileKind], ...] = (
    (b"wordprocessingml.document.main", "docx"),
    (b"wordprocessingml.template.main", "docx"),
    (b"ms-word.document.macroEnabled.main", "docx"),
    (b"presentationml.", "pptx"),
    (b"spreadsheetml.sheet.main", "xlsx"),
    (b"spreadsheetml.template.main", "xlsx"),
    (b"ms-excel.sheet.macroEnabled.main", "xlsx"),
)
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_HEADER = re.compile(rb"([A-Za-z][A-Za-z0-9-]*):[ \t]?.*|[ \t]+\S.*|From .*|>.*")
_MAIL = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version"}


def kind_of(path: Path) -> FileKind:
    """Which reader a file needs.

    Raises DocAgentError for a file that is empty, an archive, or of no format docagent reads.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    suffix = path.suffix.lower()
    if not start:
        raise DocAgentError(f"{path.name} is empty (0 bytes).")
    kind = _by_content(path, start)
    if kind:
        return kind
    named = _NAMED.get(suffix)
    if named:
        return named
    kind = _by_text(path, start)
    if suffix in _PACKED or suffix in IMAGES:
        log.warning(
            "%s is %s, although its name says otherwise; it is read as that.", path.name, kind
        )
    return kind


def _by_content(path: Path, start: bytes) -> FileKind | None:
    """A format that is not text, by its first bytes."""
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    found = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if found is None and start[257:262] == b"ustar":
        found = "archive"
    if found == "image" or (start[:4] == b"RIFF" and start[8:12] == b"WEBP") or _bitmap(start):
        return "image"
    if found:
        raise _refusal(path, found)
    return None


def _bitmap(start: bytes) -> bool:
    return start[:2] == b"BM" and start[6:10] == bytes(4)


def _refusal(path: Path, found: str) -> DocAgentError:
    if found == "archive":
        return DocAgentError(f"{path.name} is an archive: unpack it and give the files.")
    if found == "rtf":
        return DocAgentError(f"{path.name} is RTF, which is not read: save it as .docx.")
    with path.open("rb") as file:
        if "EncryptedPackage".encode("utf-16-le") in file.read(1 << 20):
            return DocAgentError(f"{path.name} is encrypted: save a copy without a password.")
    wanted = {".xls": ".xlsx", ".ppt": ".pptx", ".msg": ".eml"}.get(path.suffix.lower(), ".docx")
    return DocAgentError(f"{path.name} is in an old Office format: save it as {wanted}.")


def _zipped(path: Path) -> FileKind:
    with open_zip(path) as archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" in names:
            with archive.open("[Content_Types].xml") as part:
                types = part.read(1 << 20)
            for mark, kind in _OFFICE:
                if mark in types:
                    return kind
        if "mimetype" in names:
            with archive.open("mimetype") as part:
                told = part.read(100).strip()
            if told == b"application/epub+zip":
                return "epub"
            if told.startswith(b"application/vnd.oasis.opendocument"):
                raise DocAgentError(
                    f"{path.name} is OpenDocument, which is not read: "
                    "save it as .docx, .xlsx or .pptx."
                )
        if "META-INF/container.xml" in names:
            return "epub"
        if "xl/workbook.bin" in names:
            raise DocAgentError(f"{path.name} is a binary workbook: save it as .xlsx.")
    raise _refusal(path, "archive")


def _by_text(path: Path, start: bytes) -> FileKind:
    """What a text is whose name says nothing, or something that it is not."""
    if path.suffix.lower() == ".pdf" and start.count(0) > 0:
        raise DocAgentError(f"{path.name} is not a PDF, although its name says so.")
    decode(start, path.name)  # refuses what is not text
    if _HTML.match(start.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if _is_mail(start):
        return "eml"
    if start.lstrip()[:1] in (b"{", b"["):
        try:
            json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            return "txt"
        return "json"
    return "txt"


def _is_mail(start: bytes) -> bool:
    """Header lines only, up to the first blank one, three of a mail's own among them."""
    head = start.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = set()
    for line in head.splitlines()[:-1] or [head]:
        match = _HEADER.fullmatch(line)
        if not match:
            return False
        found.add((match[1] or b"").lower())
    return len(found & _MAIL) >= 3
