"""Old Office files (.doc, .xls, .ppt), through LibreOffice where it is installed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
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
        if not _has_ended(command):
            raise DocumentError(f"{path.name}: LibreOffice did not read it in time.")
        made = source.with_suffix(f".{newer}")
        if not made.exists():
            raise DocumentError(f"LibreOffice cannot read {path.name}; save it as .{newer}.")
        try:
            document = formats()[newer].read(made, password, emit)
        except DocumentError as error:
            raise DocumentError(str(error).replace(made.name, path.name)) from error
        return replace(document, title=stem(path)) if document.title == "old" else document


def _has_ended(command: list[str]) -> bool:
    """Whether a program came to its end in time; if not, it ends now with all it has started."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(_LONGEST)
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return True


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
