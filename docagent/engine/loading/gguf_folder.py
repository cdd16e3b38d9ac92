"""The checkpoint folder of a GGUF file, converted once into the user's cache."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from pathlib import Path

from docagent.engine.loading import converted
from docagent.errors import DocAgentError

VERSION = "v1"
"""Of the conversion; another one makes new folders."""

PART = re.compile(r"-\d{5}-of-(\d{5})\.gguf$", re.IGNORECASE)
SAMPLES, SAMPLE_BYTES = 32, 64 * 1024
"""Pieces of a file that tell it from others; the first is the header, the last the end."""

_log = logging.getLogger("docagent")


def is_gguf(path: Path) -> bool:
    """Whether a path is a GGUF file, or a folder that holds GGUF files and no checkpoint."""
    if path.is_dir():
        return not (path / "config.json").is_file() and bool(_files(path))
    return path.suffix.casefold() == ".gguf" and path.is_file()


def gguf_folder(path: Path, cache: Path) -> Path:
    """The folder of a GGUF file as a Qwen2 checkpoint in bfloat16, converted if not there yet.

    `path` is the file, or a folder with one. The result stands in `cache/models` and is found again
    by the file's content, wherever it lies. Safe to call from several processes at once; a damaged
    folder is rebuilt. Raises `DocAgentError`, in one line, when the file is split or not a Qwen2
    model, or when there is no room.
    """
    source = _only_file(path)
    folder = cache / "models" / f"{_stem(source)}-{_key(source)}-{VERSION}"
    if converted.complete(folder):
        return folder
    from docagent.engine.loading.conversion import checkpoint_bytes, write_checkpoint

    needed = checkpoint_bytes(source)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder.parent).free
        if needed > free:
            raise DocAgentError(
                f"{source.name} takes {needed / 1e9:.1f} GB once converted and {folder.parent} has "
                f"{free / 1e9:.1f} GB free; set DOCAGENT_CACHE to a folder with room"
            )
        _log.info("converting %s, once: %.1f GB into %s", source.name, needed / 1e9, folder.parent)
        converted.build(folder, lambda empty: write_checkpoint(source, empty))
    except OSError as error:
        raise DocAgentError(
            f"{source.name} cannot be converted into {folder.parent} ({error.strerror or error}); "
            "set DOCAGENT_CACHE to a folder with room"
        ) from error
    return folder


def _only_file(path: Path) -> Path:
    if path.is_dir():
        files = _files(path)
        parts = [file for file in files if PART.search(file.name)]
        if len(files) > 1 and len(parts) < len(files):
            raise DocAgentError(
                f"{path} holds {len(files)} GGUF files; name one, such as {path / files[0].name}"
            )
        if not files:
            raise DocAgentError(f"{path} holds no GGUF file")
        path = files[0]
    if part := PART.search(path.name):
        raise DocAgentError(
            f"{path.name} is one of {int(part[1])} parts; join them with llama.cpp's "
            "llama-gguf-split --merge and name the result"
        )
    if not path.is_file():
        raise DocAgentError(f"there is no file {path}")
    return path


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.casefold() == ".gguf")


def _stem(path: Path) -> str:
    return re.sub(r"[^\w.-]+", "_", path.stem, flags=re.ASCII).strip("._-")[:80] or "model"


def _key(path: Path) -> str:
    """A name for the content: of its size and of pieces from all over it.

    Two models of one family differ in all their weights, so pieces tell them apart; reading
    gigabytes at every start would take longer than loading them.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    step = max(SAMPLE_BYTES, (size - SAMPLE_BYTES) // (SAMPLES - 1))
    with path.open("rb") as file:
        for number in range(SAMPLES):
            file.seek(min(number * step, max(0, size - SAMPLE_BYTES)))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:16]
