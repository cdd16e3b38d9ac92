"""Weights unpacked: a panel of them at a time, for products or as numbers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from docagent.engine.kernels.build import (
    F32,
    I16,
    I32,
    I64,
    POINTER,
    Code,
    Value,
    number,
    same,
    vector,
)
from docagent.engine.kernels.formats import Format
from docagent.engine.kernels.task import field, pointer, units

TILE, PANEL = 64, 512
"""Outputs and inputs whose weights are unpacked at once, and then meet all rows: 70 KB, which stay
in a core's second cache. Rows stream past from the third, once a tile: with 32 outputs a thousand
rows took a quarter longer."""

PANEL_ROW = 2 * PANEL + 64
"""Bytes from one unpacked row to the next: with a distance of 1,024 alone they would fall into the
same sets of the cache."""


def dequantise(module: Any, format_: Format, half: bool) -> None:
    """OUT (units, n) <- the rows of WEIGHTS that X, int64 of (units,), names; as float32, or, when
    `half`, as bfloat16 rounded to even."""
    name = "bfloat16" if half else "float32"
    unpack = unpacker(module, format_)
    c = Code(module, f"{name}_{format_.name}")
    task = c.function.args[0]
    q, d, m = scratch(c, format_, 1)
    all_blocks = field(c, task, "blocks")
    blocks = PANEL // format_.weights
    size = 2 if half else 4
    with units(c, task) as unit:
        row = c.load(pointer(c, task, "x", c.times(unit, 8)), 0, I64)
        with c.loop(number(0), all_blocks, number(blocks)) as panel:
            panel_blocks = c.smaller(number(blocks), c.b.sub(all_blocks, panel.index))
            at = c.b.mul(row, field(c, task, "row_bytes"))
            at = c.b.add(at, c.times(panel.index, format_.nbytes))
            c.b.call(unpack, [pointer(c, task, "weights", at), panel_blocks, q, d, m])
            place = c.b.add(c.b.mul(unit, all_blocks), panel.index)
            out = pointer(c, task, "out", c.times(place, format_.weights, size))
            with c.loop(number(0), panel_blocks, number(1)) as block:
                scale = c.splat(c.load(d, c.times(block.index, 4), F32), 32)
                with c.loop(number(0), number(format_.weights // 32), number(1)) as group:
                    index = c.b.add(c.times(block.index, format_.weights // 32), group.index)
                    added = None
                    if format_.mins:
                        added = c.splat(c.load(m, c.times(index, 4), F32), 32)
                    value = c.load(q, c.times(index, 64), vector(I16, 32))
                    order = weight_order(format_.weights)
                    value = c.pick(value, [order.index(lane) for lane in range(32)])
                    value = c.b.fmul(c.b.sitofp(value, vector(F32, 32)), scale)
                    if added is not None:
                        value = c.b.fadd(value, added)
                    c.store(_rounded(c, value) if half else value, out, c.times(index, 32, size))
    c.b.ret_void()


def weight_order(group: int) -> list[int]:
    """Where each 32 weights of a format stand once unpacked."""
    return [*range(0, 32, 2), *range(1, 32, 2)] if group == 256 else list(range(32))


def _rounded(c: Code, value: Value) -> Value:
    """The bits of bfloat16, rounded to even."""
    lanes = value.type.count
    bits = c.b.bitcast(value, vector(I32, lanes))
    last = c.b.and_(c.b.lshr(bits, same(I32, lanes, 16)), same(I32, lanes, 1))
    bits = c.b.add(bits, c.b.add(last, same(I32, lanes, 0x7FFF)))
    return c.b.trunc(c.b.lshr(bits, same(I32, lanes, 16)), vector(I16, lanes))


def unpacker(module: Any, format_: Format) -> Any:
    """A function (source, blocks, q, d, m) that unpacks one row of a panel."""
    name = f"unpack_{format_.name}"
    if name in module.globals:
        return module.globals[name]
    kinds = [POINTER, I64, POINTER, POINTER, POINTER]
    c = Code(module, name, kinds)
    source, blocks, q, d, m = c.function.args
    with c.loop(number(0), blocks, number(1)) as block:
        place = c.at(source, c.times(block.index, format_.nbytes))
        vectors, scale, added = format_.unpack(c, place)
        for index, value in enumerate(vectors):
            at = c.b.add(c.times(block.index, format_.weights * 2), number(32 * index))
            c.store(value, q, at)
        c.store(scale, d, c.times(block.index, 4))
        if added is not None:
            c.store(added, m, c.times(block.index, 32))
    c.b.ret_void()
    return c.function


def scratch(c: Code, format_: Format, tile: int) -> tuple[Value, Value, Value]:
    """Room for unpacked weights on this thread's stack: integers, scales, minima."""
    blocks = PANEL // format_.weights
    sizes = (PANEL_ROW * tile, 4 * blocks * tile, 4 * (PANEL // 32) * tile)
    rooms = []
    for size in sizes:
        room = c.b.alloca(ir.IntType(8), size=number(size))
        room.align = 64
        rooms.append(room)
    q, d, m = rooms
    return q, d, m


def panel_rows(
    c: Code, format_: Format, scratch: tuple[Value, Value, Value], row: Value
) -> list[Value]:
    """Where a tile's row stands in the scratch."""
    blocks = PANEL // format_.weights
    sizes = (PANEL_ROW, 4 * blocks, 4 * (PANEL // 32))
    return [c.at(room, c.times(row, size)) for room, size in zip(scratch, sizes, strict=True)]
