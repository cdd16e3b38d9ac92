"""KV caches of long prompts on disk: tomorrow's question on a document starts warm."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from docagent.engine.decoding.prefix import MAX_OVERWRITTEN, TokenIds, common_prefix
from retrieval.store.atomic import replace_file

if TYPE_CHECKING:
    from docagent.engine.network.kv_cache import KVCache

SUFFIX = ".kv.safetensors"
BLOCK = 256
"""Tokens whose hash names a file: prompts that differ earlier never look at each other's."""

MIN_STORED = 1024
"""Tokens; fewer are read faster than they are looked up."""

_log = logging.getLogger("docagent")


class PrefixStore:
    """Files of one model under `folder`, the oldest removed beyond `budget` bytes.

    `fingerprint` names the weights: keys of other weights would be silently wrong.
    """

    def __init__(self, folder: Path, fingerprint: str, budget: int) -> None:
        self.folder = folder
        self._fingerprint = fingerprint
        self._budget = budget

    def load(self, prompt: TokenIds, empty: KVCache) -> KVCache:
        """The stored KV cache with the longest prefix of `prompt`, else `empty` itself."""
        best, longest = None, MIN_STORED - 1
        for path in self._candidates(prompt, empty):
            common = min(common_prefix(_ids(path), prompt), len(prompt) - 1)
            if common > longest:
                best, longest = path, common
        if best is None:
            return empty
        try:
            with safe_open(best, "pt") as file:
                empty.reserve(longest)
                for layer in range(empty.config.layers):
                    empty.restore(layer, file.get_slice(str(layer))[:, :, :longest])
        except (OSError, SafetensorError) as error:
            _log.warning("%s cannot be read (%s); reading the text again", best, error)
            return empty
        empty.length = longest
        best.touch()
        return empty

    def save(self, prompt: TokenIds, cache: KVCache) -> None:
        """Write it unless a file holds as much; a full disk is a warning, not an error."""
        if len(prompt) < MIN_STORED:
            return
        others = [(path, _ids(path)) for path in self._candidates(prompt, cache)]
        for path, ids in others:
            if common_prefix(ids, prompt) >= len(prompt) - MAX_OVERWRITTEN:
                path.touch()
                return
        try:
            newest = self._write(prompt, cache)
            for path, ids in others:
                if path != newest and common_prefix(ids, prompt) >= len(ids) - MAX_OVERWRITTEN:
                    # The new file holds all of it but an ending.
                    path.unlink(missing_ok=True)
            self._evict()
        except (OSError, SafetensorError) as error:
            # Safetensors reports a full disk as its own error.
            _log.warning("the keys of this prompt cannot be saved in %s (%s)", self.folder, error)

    def _write(self, prompt: TokenIds, cache: KVCache) -> Path:
        layers = range(cache.config.layers)
        tensors = {str(layer): cache.stored(layer).cpu().contiguous() for layer in layers}
        tensors["ids"] = torch.from_numpy(prompt.copy())
        path = self.folder / f"{self._stem(prompt, cache)}-{_digest(prompt.tobytes())}{SUFFIX}"
        replace_file(path, lambda partial: save_file(tensors, partial))
        return path

    def _stem(self, ids: TokenIds, cache: KVCache) -> str:
        key = json.dumps([self._fingerprint, *cache.method, str(cache.dtype)])
        return _digest(key.encode() + ids[:BLOCK].tobytes())

    def _candidates(self, ids: TokenIds, cache: KVCache) -> list[Path]:
        return sorted(self.folder.glob(f"{self._stem(ids, cache)}-*{SUFFIX}"))

    def _evict(self) -> None:
        files = {path: path.stat() for path in self.folder.glob(f"*{SUFFIX}")}
        oldest_first = sorted(files, key=lambda path: files[path].st_mtime_ns)
        total = sum(file.st_size for file in files.values())
        for path in oldest_first[:-1]:
            if total <= self._budget:
                return
            total -= files[path].st_size
            path.unlink(missing_ok=True)


def _ids(path: Path) -> TokenIds:
    """The tokens of a file; none where another process has removed it, or it is damaged."""
    try:
        with safe_open(path, "np") as file:
            ids: TokenIds = file.get_tensor("ids")
            return ids
    except (OSError, SafetensorError):
        return np.zeros(0, np.int64)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
