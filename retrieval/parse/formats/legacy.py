"""Old Office files (.doc, .xls, .ppt), through LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from retrieval.errors import DocumentError
from retrieval.parse.decode import stem
from retrieval.parse.document import Document
from retrieval.parse.ole import ole_kind
from retrieval.parse.registry import Format, formats, register
from retrieval.progress import Emit

_NEWER = {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}
_LONGEST = 180  # seconds


def read_old(path: Path, password: str | None, emit: Emit) -> Document:
    """Parse an old Office file. Raises DocumentError without LibreOffice, or if it cannot."""
    with path.open("rb") as file:
        newer = _NEWER[ole_kind(path, file.read(8))]
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise DocumentError(
            f"{path.name} is in an old Office format: save it as .{newer}, "
            "or install LibreOffice, through which it is then read."
        )
    with TemporaryDirectory() as folder:
        source = Path(folder, f"old.{path.suffix.lower().lstrip('.') or 'doc'}")
        shutil.copyfile(path, source)
        command = [
            program,
            f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
            *("--headless", "--norestore", "--convert-to", newer, "--outdir", folder),
            str(source),
        ]
        try:
            subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)
        except subprocess.TimeoutExpired as error:
            raise DocumentError(f"{path.name}: LibreOffice did not read it in time.") from error
        made = source.with_suffix(f".{newer}")
        if not made.exists():
            raise DocumentError(f"LibreOffice cannot read {path.name}; save it as .{newer}.")
        document = formats()[newer].read(made, password, emit)
        return replace(document, title=stem(path)) if document.title == "old" else document


register(
    Format(
        "legacy",
        (".doc", ".xls", ".ppt", ".dot", ".xlt", ".pps"),
        read_old,
        is_text=False,
        detects=lambda path, start: ole_kind(path, start) in _NEWER,
        available=lambda: bool(shutil.which("soffice") or shutil.which("libreoffice")),
    )
)
