"""Files to documents to vectors, as a stream that Ray Data runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from retrieval.scale.sources import Source
from retrieval.scale.stages import Reading, Way, embed, packed, read_source, unpacked
from retrieval.store.vectors import Half

if TYPE_CHECKING:
    import pyarrow as pa

_FILES, _BYTES = 64, 16 << 20  # of one task at most, and one file at least


def stream(
    ray: Any, sources: Sequence[Source], known: Mapping[str, str], way: Way, alone: bool = False
) -> Iterator[tuple[Reading, Half]]:
    """What became of each file, and its vectors [n, d], in the order in which they are done.

    `known` are the keys of contents by address. Tasks hand on a few megabytes at a time, and wait
    while whoever takes the results is slower. Files of a task whose worker was killed over and
    over are missing from the stream; `alone` gives each file a task of its own.
    """
    import pyarrow as pa

    tasks = [
        pa.table({"uri": [s.uri for s in group], "known": [known.get(s.uri, "") for s in group]})
        for group in _tasks(sources, 1 if alone else _FILES)
    ]
    gpus = int(ray.cluster_resources().get("GPU", 0))
    read = ray.data.from_arrow(tasks).map_batches(
        _read, batch_size=None, batch_format="pyarrow", fn_args=(way,)
    )
    if gpus:  # actors: they keep the model on their GPU
        made = read.map_batches(
            _OnGpu,
            batch_size=None,
            batch_format="pyarrow",
            fn_constructor_args=(way,),
            num_gpus=1,
            concurrency=(1, gpus),
        )
    else:  # in the same task as the reading
        made = read.map_batches(_embed, batch_size=None, batch_format="pyarrow", fn_args=(way,))
    for block in made.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield from _results(block)


def _tasks(sources: Sequence[Source], files: int) -> Iterator[list[Source]]:
    """Files in groups that a worker reads in one go."""
    group: list[Source] = []
    size = 0
    for source in sources:
        if group and (len(group) == files or size + source.size > _BYTES):
            yield group
            group, size = [], 0
        group.append(source)
        size += source.size
    if group:
        yield group


def _read(files: pa.Table, way: Way) -> Iterator[pa.Table]:
    """Each file's document as soon as it is read."""
    for uri, known in zip(*(column.to_pylist() for column in files.columns), strict=True):
        yield _table([read_source(uri, known, way)])


def _embed(block: pa.Table, way: Way, together: bool = False) -> pa.Table:
    readings = [reading for reading, _ in _results(block)]
    return _table(readings, embed(readings, way, together))


class _OnGpu:
    """An actor that embeds, its model loaded once."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def __call__(self, block: pa.Table) -> pa.Table:
        return _embed(block, self._way, together=True)


def _table(readings: Sequence[Reading], vectors: Iterable[Half] = ()) -> pa.Table:
    import pyarrow as pa

    columns = {
        "uri": pa.array([r.uri for r in readings], pa.string()),
        "key": pa.array([r.key for r in readings], pa.string()),
        "tokens": pa.array([r.tokens for r in readings], pa.int64()),
        "document": pa.array([packed(r.document) for r in readings], pa.large_binary()),
        "error": pa.array([r.error for r in readings], pa.string()),
        "again": pa.array([r.again for r in readings], pa.bool_()),
    }
    rows = [each.tobytes() for each in vectors] or [b""] * len(readings)
    return pa.table(columns | {"vectors": pa.array(rows, pa.large_binary())})


def _results(block: pa.Table) -> Iterator[tuple[Reading, Half]]:
    for row in block.to_pylist():
        document = unpacked(row["document"])
        rows = len(document) if document else 0
        vectors = np.frombuffer(row.pop("vectors"), np.float16)
        shaped = vectors.reshape(rows, -1) if vectors.size else np.empty((0, 0), np.float16)
        yield Reading(**{**row, "document": document}), shaped
