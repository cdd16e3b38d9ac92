"""Which GGUF file a path means."""

from __future__ import annotations

import re
from pathlib import Path

from docagent.errors import ModelUnavailable

PART = re.compile(r"-\d{5}-of-(\d{5})\.gguf$", re.IGNORECASE)


def is_gguf(path: Path) -> bool:
    """Whether a path is a GGUF file, or a folder that holds GGUF files and no checkpoint."""
    if path.is_dir():
        return not (path / "config.json").is_file() and bool(_files(path))
    return path.suffix.casefold() == ".gguf" and path.is_file()


def gguf_path(path: Path) -> Path:
    """The file itself, or the only one of a folder.

    Raises `ModelUnavailable`, in one line, where there is none or several, or one that is split.
    """
    if path.is_dir():
        files = _files(path)
        parts = [file for file in files if PART.search(file.name)]
        if len(files) > 1 and len(parts) < len(files):
            raise ModelUnavailable(
                f"{path} holds {len(files)} GGUF files; name one, such as {path / files[0].name}"
            )
        if not files:
            raise ModelUnavailable(f"{path} holds no GGUF file")
        path = files[0]
    if part := PART.search(path.name):
        raise ModelUnavailable(
            f"{path.name} is one of {int(part[1])} parts; join them with llama.cpp's "
            "llama-gguf-split --merge and name the result"
        )
    if not path.is_file():
        raise ModelUnavailable(f"there is no file {path}")
    return path


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.casefold() == ".gguf")
