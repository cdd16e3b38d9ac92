"""Files to documents to vectors, as a stream that Ray Data runs."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from retrieval.scale.cluster import results
from retrieval.scale.sources import Source
from retrieval.scale.stages import Reading, Way, embed, grouped, read_source

if TYPE_CHECKING:
    import pyarrow as pa

_FILES, _BYTES = 64, 16 << 20  # of one task at most, and one file at least


def stream(
    ray: Any, sources: Sequence[Source], known: Mapping[str, str], way: Way, alone: bool = False
) -> Iterator[Reading]:
    """What became of each file, its document as rows, in the order in which they are done.

    `known` are the keys of contents by address. Tasks hand on a few megabytes at a time, and wait
    while whoever takes the results is slower. Files of a task whose worker was killed over and
    over are missing from the stream; `alone` gives each file a task of its own.
    """
    import pyarrow as pa

    tasks = [
        pa.table({"uri": [s.uri for s in group], "known": [known.get(s.uri, "") for s in group]})
        for group in grouped(sources, lambda source: source.size, _BYTES, 1 if alone else _FILES)
    ]
    for block in results(ray, partial(_blocks, tasks, way)):
        yield from _readings(block)


def _blocks(tasks: list[pa.Table], way: Way, ray: Any) -> Iterator[pa.Table]:
    """The graph, and what comes out of it."""
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
    yield from made.iter_batches(batch_size=None, batch_format="pyarrow")


def _read(files: pa.Table, way: Way) -> Iterator[pa.Table]:
    """Each file's document as soon as it is read."""
    for uri, known in zip(*(column.to_pylist() for column in files.columns), strict=True):
        yield _table([read_source(uri, known, way)])


def _embed(block: pa.Table, way: Way, together: bool = False) -> pa.Table:
    return _table(list(embed(list(_readings(block)), way, together)))


class _OnGpu:
    """An actor that embeds, its model loaded once."""

    def __init__(self, way: Way) -> None:
        self._way = way

    def __call__(self, block: pa.Table) -> pa.Table:
        return _embed(block, self._way, together=True)


def _table(readings: Sequence[Reading]) -> pa.Table:
    """As they travel between workers of this run: Ray cuts a table between two rows."""
    import pyarrow as pa

    data = [pickle.dumps(reading, pickle.HIGHEST_PROTOCOL) for reading in readings]
    return pa.table({"reading": pa.array(data, pa.large_binary())})


def _readings(block: pa.Table) -> Iterator[Reading]:
    for data in block["reading"]:
        yield pickle.loads(data.as_py())
