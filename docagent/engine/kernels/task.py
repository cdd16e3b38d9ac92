"""The task of a kernel, and how its code gets at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from docagent.engine.kernels.build import I64, POINTER, Code, Value, number


class Task(NamedTuple):
    """What a kernel works on: addresses, sizes and counts, 64 bits each.

    The kernels say which they use. `x`, `scales` and `sums` are quantised activations, `stride` and
    `tile` are in outputs.
    """

    units: int
    out: int
    x: int
    blocks: int
    scales: int = 0
    sums: int = 0
    weights: int = 0
    row_bytes: int = 0
    outputs: int = 0
    rows: int = 0
    stride: int = 0
    tile: int = 0
    counter: int = 0


@contextmanager
def units(c: Code, task: Value) -> Iterator[Value]:
    """The code inside, for each unit that this thread gets."""
    take = c.function.append_basic_block("take")
    body = c.function.append_basic_block("unit")
    after = c.function.append_basic_block("finished")
    c.b.branch(take)
    c.b.position_at_end(take)
    counter = c.b.bitcast(place_of(c, task, "counter"), I64.as_pointer())
    unit = c.b.atomic_rmw("add", counter, number(1), "monotonic")
    c.b.cbranch(c.b.icmp_signed("<", unit, field(c, task, "units")), body, after)
    c.b.position_at_end(body)
    yield unit
    c.b.branch(take)
    c.b.position_at_end(after)


def field(c: Code, task: Value, name: str) -> Value:
    return c.load(place_of(c, task, name), number(0), I64)


def place_of(c: Code, task: Value, name: str) -> Value:
    return c.at(task, number(8 * Task._fields.index(name)))


def pointer(c: Code, task: Value, name: str, offset: Value) -> Value:
    return c.at(c.b.inttoptr(field(c, task, name), POINTER), offset)
