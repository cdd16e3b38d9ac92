"""Keys and values of long prompts on disk: tomorrow's question on a document starts warm."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from docagent.engine.decoding.prefixes import ENDING, Ids, common_prefix

if TYPE_CHECKING:
    from docagent.engine.network.keyvalues import KeyValues

SUFFIX = ".kv.safetensors"
BLOCK = 256
"""Tokens whose hash names a file: prompts that differ earlier never look at each other's."""

WORTH_SAVING = 1024
"""Tokens; fewer are read faster than they are found."""

_log = logging.getLogger("docagent")


class SavedPrefixes:
    """Files of one model under `folder`, the oldest removed beyond `budget` bytes.

    `weights` names the weights: keys of other weights would be silently wrong.
    """

    def __init__(self, folder: Path, weights: str, budget: int) -> None:
        self.folder = folder
        self._weights = weights
        self._budget = budget

    def load(self, wanted: Ids, empty: KeyValues) -> KeyValues:
        """The saved keys and values with the longest prefix of `wanted`, else `empty` itself."""
        best, longest = None, WORTH_SAVING - 1
        for path in self._candidates(wanted, empty):
            common = min(common_prefix(_ids(path), wanted), len(wanted) - 1)
            if common > longest:
                best, longest = path, common
        if best is None:
            return empty
        try:
            with safe_open(best, "pt") as file:
                empty.reserve(longest)
                for layer in range(empty.shape.layers):
                    empty.restore(layer, file.get_slice(str(layer))[:, :, :longest])
        except (OSError, SafetensorError) as error:
            _log.warning("%s cannot be read (%s); reading the text again", best, error)
            return empty
        empty.length = longest
        best.touch()
        return empty

    def save(self, known: Ids, past: KeyValues) -> None:
        """Write them unless a file holds as much; a full disk is a warning, not an error."""
        if len(known) < WORTH_SAVING:
            return
        others = [(path, _ids(path)) for path in self._candidates(known, past)]
        for path, ids in others:
            if common_prefix(ids, known) >= len(known) - ENDING:
                path.touch()
                return
        try:
            newest = self._write(known, past)
            for path, ids in others:
                if path != newest and common_prefix(ids, known) >= len(ids) - ENDING:
                    # The new file holds all of it but an ending.
                    path.unlink(missing_ok=True)
            self._evict()
        except (OSError, SafetensorError) as error:
            # Safetensors reports a full disk as its own error.
            _log.warning("the keys of this prompt cannot be saved in %s (%s)", self.folder, error)

    def _write(self, known: Ids, past: KeyValues) -> Path:
        layers = range(past.shape.layers)
        tensors = {str(layer): past.stored(layer).cpu().contiguous() for layer in layers}
        tensors["ids"] = torch.from_numpy(known.copy())
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(suffix=".tmp", dir=self.folder)
        os.close(handle)
        try:
            save_file(tensors, temporary)
            name = f"{self._stem(known, past)}-{_digest(known.tobytes())}{SUFFIX}"
            return Path(temporary).replace(self.folder / name)
        finally:
            Path(temporary).unlink(missing_ok=True)

    def _stem(self, ids: Ids, past: KeyValues) -> str:
        told = json.dumps([self._weights, *past.method, str(past.dtype)])
        return _digest(told.encode() + ids[:BLOCK].tobytes())

    def _candidates(self, ids: Ids, past: KeyValues) -> list[Path]:
        return sorted(self.folder.glob(f"{self._stem(ids, past)}-*{SUFFIX}"))

    def _evict(self) -> None:
        sizes = {path: path.stat() for path in self.folder.glob(f"*{SUFFIX}")}
        oldest_first = sorted(sizes, key=lambda path: sizes[path].st_mtime_ns)
        total = sum(told.st_size for told in sizes.values())
        for path in oldest_first[:-1]:
            if total <= self._budget:
                return
            total -= sizes[path].st_size
            path.unlink(missing_ok=True)


def _ids(path: Path) -> Ids:
    """The tokens a file holds; none where another process has removed it, or it is damaged."""
    try:
        with safe_open(path, "np") as file:
            ids: Ids = file.get_tensor("ids")
            return ids
    except (OSError, SafetensorError):
        return np.zeros(0, np.int64)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
