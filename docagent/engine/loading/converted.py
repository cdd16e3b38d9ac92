"""A folder of the cache that is written once, whole or not at all, and checked before use."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

MANIFEST = "manifest.json"
"""Size of every file, and the SHA-256 of the small ones; written last."""

HASHED_UP_TO = 16 * 1024**2
"""Bytes; hashing gigabytes of weights at every start would cost more than loading them."""


def complete(folder: Path) -> bool:
    """Whether the folder holds every file of its manifest, of the right size and content."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            _fingerprint(folder / name) == expected for name, expected in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def build(folder: Path, write: Callable[[Path], None]) -> None:
    """Make `folder` with the files that `write` puts into the empty folder it is given.

    Safe to call from several processes at once: one builds, the others wait for it. A folder that
    is not complete is replaced. Raises OSError when the disk is full or not writable.
    """
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        # Another process may have built it while this one waited for the lock.
        if complete(folder):
            return
        for remains in folder.parent.glob(f"{folder.name}.*.tmp"):
            # Left by a process that was killed; a live one would hold the lock.
            shutil.rmtree(remains, ignore_errors=True)
        building = _empty(folder)
        try:
            fill(building, write)
            _put_in_place(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def fill(folder: Path, write: Callable[[Path], None]) -> None:
    """Let `write` put its files into an empty folder, then write the manifest of them."""
    write(folder)
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
        aside = _empty(folder)
        folder.rename(aside / "damaged")
        building.replace(folder)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        building.replace(folder)


def _empty(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".tmp", dir=folder.parent))


def _fingerprint(path: Path) -> dict[str, int | str]:
    size = path.stat().st_size
    if size > HASHED_UP_TO:
        return {"bytes": size}
    return {"bytes": size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
