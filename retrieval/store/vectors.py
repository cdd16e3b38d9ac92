"""A document's vectors on disk: in shards while they are being made, then in one mapped file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.dense.index import Codes, codes
from retrieval.store.cache import SMALL, Cache

T = TypeVar("T", bound=np.generic)

KIND = "vectors"
_VECTORS = "vectors.f16"  # bare numbers: numpy's own format takes 0.3 ms to open, for each document
_CODES = "codes.u8"  # of the whole document, for the first look at all passages
SHARD = 1024  # chunks embedded between two saves: a killed run loses no more than these

Half = NDArray[np.float16]  # [n, dimensions]; half the disk, and cosines differ by less than 0.001


def load(cache: Cache, key: str, rows: int) -> Half | None:
    """All vectors of a document [rows, d], mapped and not read; None if any is missing."""
    return _load(cache, key, rows)


def load_codes(cache: Cache, key: str, rows: int) -> Codes | None:
    """The codes of a document's vectors [rows, d]; None if they are missing."""
    try:
        return _numbers(cache.root / KIND / key / _CODES, np.uint8).reshape(rows, -1)
    except (FileNotFoundError, ValueError):
        return None


def load_shard(cache: Cache, key: str, start: int, rows: int) -> Half | None:
    """The shard that begins at a chunk; None if it was not saved."""
    return _load(cache, _shard_key(key, start), min(SHARD, rows - start))


def save_shard(cache: Cache, key: str, start: int, shard: Half) -> None:
    """Keep one shard; it survives a kill from now on."""
    cache.save(KIND, _shard_key(key, start), _writer(shard))


def join(cache: Cache, key: str, shards: list[Half]) -> Half:
    """One file from all shards; as they are in memory if it cannot be written."""
    vectors = np.concatenate(shards)
    if cache.save(KIND, key, _writer(vectors, codes(vectors))) is None:
        return vectors
    mapped = load(cache, key, len(vectors))
    if len(shards) > 1:  # to look for them takes long among thousands of entries
        for shard in cache.root.glob(f"{KIND}/{key}-*"):
            cache.remove(KIND, shard.name)
    return vectors if mapped is None else mapped


def sweep(cache: Cache) -> None:
    """Remove shards whose document has all its vectors in one file: of runs killed in `join`."""
    for shard in cache.root.glob(f"{KIND}/[!.]*-*"):
        if shard.with_name(shard.name.partition("-")[0]).is_dir():
            cache.remove(KIND, shard.name)


def raw(folder: Path) -> Half:
    """All numbers of an entry in a row; a large file is mapped. Raises FileNotFoundError."""
    return _numbers(folder / _VECTORS, np.float16)


def parts(cache: Cache, key: str) -> list[Path]:
    """The entries that hold a document's vectors, whole or in shards."""
    kinds = (key, f"{key}-*", f"{key}.*")  # whole, in shards, of another model
    return [part for kind in kinds for part in cache.root.glob(f"{KIND}/{kind}")]


def _shard_key(key: str, start: int) -> str:
    return f"{key}-{start // SHARD}"


def _load(cache: Cache, key: str, rows: int) -> Half | None:
    if not (cache.root / KIND / key).is_dir():
        return None
    folder = cache.load(KIND, key)
    if folder is None:
        return None
    try:
        return raw(folder).reshape(rows, -1)
    except FileNotFoundError:  # removed since it was seen whole
        return None
    except ValueError:
        cache.drop(KIND, key)
        return None


def _numbers(file: Path, kind: type[T]) -> NDArray[T]:
    if file.stat().st_size > SMALL:
        return np.memmap(file, kind, "r")
    return np.fromfile(file, kind)


def _writer(vectors: Half, coded: Codes | None = None) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / _VECTORS).write_bytes(np.ascontiguousarray(vectors).data)
        if coded is not None:
            (folder / _CODES).write_bytes(coded.data)

    return write
