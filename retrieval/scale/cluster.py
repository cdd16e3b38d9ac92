"""Ray: a cluster that is there, or one of this machine alone for the time of a run."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from retrieval.errors import DocAgentError, first_line
from retrieval.extras import require

T = TypeVar("T")

LOCAL = "ray"
_MEMORY = 500 << 20  # bytes for what is on its way between workers on one machine
_BLOCK = 4 << 20  # bytes of what one task hands on: some hundred pages


@contextmanager
def ray_on(where: str, workers: int | None = None) -> Iterator[Any]:
    """Ray's module, connected for the time of a run.

    Raises what `connect` does, and DocAgentError where the cluster fails meanwhile.
    """
    ray = connect(where, workers)
    try:
        yield ray
    except ray.exceptions.RayError as error:
        raise DocAgentError(
            f"Ray failed, the next run goes on from here: {first_line(error)}"
        ) from error
    finally:
        ray.shutdown()


def connect(where: str, workers: int | None = None) -> Any:
    """Ray's module, connected until this process ends: to `ray://HOST:PORT`, or by `ray`.

    `ray` is the cluster of RAY_ADDRESS; without that, one of `workers` processes (a core each) on
    this machine. Raises DocAgentError if Ray is not installed or not reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anyone
    ray = require("ray", "ray", "ray", "--on ray")
    require("ray.data", "ray", "ray", "--on ray")
    if ray.is_initialized():
        return ray
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if where == LOCAL and "RAY_ADDRESS" not in os.environ:
        options |= {"address": "local", "num_cpus": workers, "include_dashboard": False}
        options["object_store_memory"] = _MEMORY
    elif where != LOCAL:
        options["address"] = where
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises bare ones where a node does not start
        raise DocAgentError(f"Ray cannot be reached at {where}: {first_line(error)}") from error
    _quiet(ray)
    return ray


def results(ray: Any, make: Callable[[Any], Iterator[T]]) -> Iterator[T]:
    """What `make` yields from Ray's module.

    Ray Data does not run through a client's port: there an actor of the cluster goes through it,
    and hands on one result while it prepares the next.
    """
    from ray.util.client import ray as client

    if not client.is_connected():  # type: ignore[no-untyped-call]
        yield from make(ray)
        return
    feed = ray.remote(num_cpus=0)(_Feed).remote(make)
    ahead = feed.next.remote()
    while (result := ray.get(ahead)) is not None:
        ahead = feed.next.remote()
        yield result


class _Feed:
    """An actor that goes through results in the place of a client."""

    def __init__(self, make: Callable[[Any], Iterator[Any]]) -> None:
        import ray

        _quiet(ray)
        self._results = make(ray)

    def next(self) -> Any:
        """The next result, or None behind the last."""
        return next(self._results, None)


def _quiet(ray: Any) -> None:
    """Small blocks, so that results come early, and no output of its own."""
    context = ray.data.DataContext.get_current()
    context.target_max_block_size = _BLOCK
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # files of a task that was killed are read once more, alone
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
