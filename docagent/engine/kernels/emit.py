"""The loops: activations to integers, weights times activations, weights to numbers.

Each kernel is one function of a `Task`, an array of 64-bit fields. Several threads run it on the
same task at once and take one unit of it after the other from a common counter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from llvmlite import ir

from docagent.engine.kernels.build import (
    F32,
    I16,
    I32,
    I64,
    POINTER,
    Code,
    Loop,
    Value,
    number,
    same,
    vector,
)
from docagent.engine.kernels.formats import Format

LEVELS = 8191
"""Activations become integers of so many steps each way, 14 bits with the sign. The sum of a block
stays below 2^31 with it: 16 vectors * 2 products a lane * 4,096 (Q6_K's largest weight) * 8,191."""

TILE, PANEL = 64, 512
"""Outputs and inputs whose weights are unpacked at once, and then meet all rows: 70 KB, which stay
in a core's second cache. Rows stream past from the third, once a tile: with 32 outputs a thousand
rows took a quarter longer."""

_ROW = 2 * PANEL + 64
"""Bytes from one unpacked row to the next: with a distance of 1,024 alone they would fall into the
same sets of the cache."""

BATCH = 16
"""Rows that meet the unpacked weights of some outputs at once: 16 KiB of a panel stay in the first
cache, the weights beside them."""

OUTS, ROWS = 2, (4, 2, 1)
"""Outputs and rows multiplied together: 8 sums, 2 weights, an activation and a product take 12 of
AVX2's 16 registers. What has fewer rows left goes by the next number. One core of an AMD EPYC 7003
makes 48 billion products a second of it, 31 with 4 outputs and 2 rows, 36 with 3 and 3; unrolling
the loop gains nothing. MKL makes 36 billion in float32."""

SINGLES = 4
"""Outputs whose blocks of 32 take turns where there is one row: each waits for its sum."""


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


def quantise(module: Any, group: int) -> None:
    """X (rows, n) float32 -> OUT int16 of the same shape, SCALES (rows, n / group) and SUMS
    (rows, n / 32), so that x is about OUT * SCALES, in the order of the formats with such a group.

    A unit is a row of BLOCKS groups.
    """
    c = Code(module, f"quantise_{group}")
    task = c.function.args[0]
    groups = _field(c, task, "blocks")
    size = c.times(groups, group)
    with _units(c, task) as row:
        x = _pointer(c, task, "x", c.times(row, size, 4))
        out = _pointer(c, task, "out", c.times(row, size, 2))
        scales = _pointer(c, task, "scales", c.times(row, groups, 4))
        sums = _pointer(c, task, "sums", c.times(row, groups, group // 32, 4))
        with c.loop(number(0), groups, number(1)) as loop:
            part = c.at(x, c.times(loop.index, group, 4))
            zero = ir.Constant(F32, 0.0)
            with c.loop(number(0), number(group // 32), number(1), [same(F32, 8, 0.0)]) as inner:
                most = inner.values[0]
                own = same(F32, 8, 0.0)
                for lane in range(4):
                    place = c.b.add(c.times(inner.index, 128), number(32 * lane))
                    value = c.load(part, place, vector(F32, 8))
                    own = c.b.fadd(own, value)
                    size_ = c.intrinsic("llvm.fabs", value.type, value)
                    most = c.intrinsic("llvm.maxnum", value.type, most, size_)
                inner.next[0] = most
                at = c.b.add(c.times(loop.index, group // 32), inner.index)
                c.store(c.total(own), sums, c.times(at, 4))
            largest = c.total(inner.values[0], "fmax")
            scale = c.b.fdiv(largest, ir.Constant(F32, float(LEVELS)))
            c.store(scale, scales, c.times(loop.index, 4))
            inverse = c.b.fdiv(ir.Constant(F32, float(LEVELS)), largest)
            # LEVELS over a smaller number is infinite.
            none = c.b.fcmp_ordered("<", largest, ir.Constant(F32, 1e-34))
            turned = c.splat(c.b.select(none, zero, inverse), 32)
            to = c.at(out, c.times(loop.index, group, 2))
            with c.loop(number(0), number(group // 32), number(1)) as inner:
                value = c.load(part, c.times(inner.index, 128), vector(F32, 32))
                whole = c.intrinsic("llvm.rint", value.type, c.b.fmul(value, turned))
                short = c.b.trunc(c.b.fptosi(whole, vector(I32, 32)), vector(I16, 32))
                c.store(c.pick(short, _order(group)), to, c.times(inner.index, 64))
    c.b.ret_void()


def product(module: Any, format_: Format, lanes: int) -> None:
    """OUT (rows, STRIDE) <- quantised X times the WEIGHTS (outputs, blocks), transposed.

    A unit is TILE outputs. A panel of them is unpacked into the thread's own scratch, then meets
    all rows.
    """
    blocks = PANEL // format_.weights
    unpack = _unpacker(module, format_)
    dots = {rows: _dot(module, format_, lanes, rows) for rows in ROWS}
    c = Code(module, f"product_{format_.name}")
    task = c.function.args[0]
    q, d, m = _scratch(c, format_, TILE)
    outputs, all_blocks, rows, tile = (
        _field(c, task, field) for field in ("outputs", "blocks", "rows", "tile")
    )
    stride = _field(c, task, "stride")
    width = c.times(all_blocks, format_.weights)
    with _units(c, task) as unit:
        first = c.b.mul(unit, tile)
        count = c.least(tile, c.b.sub(outputs, first))
        with c.loop(number(0), all_blocks, number(blocks)) as panel:
            here = c.least(number(blocks), c.b.sub(all_blocks, panel.index))
            with c.loop(number(0), count, number(1)) as one:
                at = c.b.mul(c.b.add(first, one.index), _field(c, task, "row_bytes"))
                at = c.b.add(at, c.times(panel.index, format_.nbytes))
                source = _pointer(c, task, "weights", at)
                c.b.call(unpack, [source, here, *_rows_of(c, format_, (q, d, m), one.index)])
            with c.loop(number(0), rows, number(BATCH)) as batch:
                stop = c.least(rows, c.b.add(batch.index, number(BATCH)))
                with c.loop(number(0), count, number(OUTS)) as one:
                    done = batch.index
                    for size in ROWS:
                        left = c.b.sdiv(c.b.sub(stop, done), number(size))
                        end = c.b.add(done, c.times(left, size))
                        with c.loop(done, end, number(size)) as row:
                            place = c.b.mul(row.index, width)
                            place = c.b.add(place, c.times(panel.index, format_.weights))
                            x = _pointer(c, task, "x", c.times(place, 2))
                            place = c.b.sdiv(place, number(32))
                            sums = _pointer(c, task, "sums", c.times(place, 4))
                            place = c.b.add(c.b.mul(row.index, all_blocks), panel.index)
                            scales = _pointer(c, task, "scales", c.times(place, 4))
                            place = c.b.add(c.b.mul(row.index, stride), first)
                            place = c.b.add(place, one.index)
                            out = _pointer(c, task, "out", c.times(place, 4))
                            weights = _rows_of(c, format_, (q, d, m), one.index)
                            sizes = (here, all_blocks, stride, panel.index)
                            c.b.call(dots[size], [*weights, x, scales, sums, out, *sizes])
                        done = end
    c.b.ret_void()


def single(module: Any, format_: Format, lanes: int) -> None:
    """As `product` for one row: each weight is used once, so nothing is put down in between.

    A unit is TILE outputs.
    """
    c = Code(module, f"single_{format_.name}")
    task = c.function.args[0]
    blocks, tile = _field(c, task, "blocks"), _field(c, task, "tile")
    x, scales, sums = (_pointer(c, task, field, number(0)) for field in ("x", "scales", "sums"))
    half = lanes // 2
    outs = 1 if format_.weights == 256 else SINGLES
    start = [same(F32, half, 0.0)] * outs + [same(F32, 8, 0.0)] * outs
    row_bytes = _field(c, task, "row_bytes")
    with _units(c, task) as unit:
        first = c.b.mul(unit, tile)
        last = c.least(c.b.add(first, tile), _field(c, task, "outputs"))
        with c.loop(first, last, number(outs)) as one:
            row = _pointer(c, task, "weights", c.b.mul(one.index, row_bytes))
            with c.loop(number(0), blocks, number(1), start) as block:
                for out in range(outs):
                    at = c.b.add(c.times(block.index, format_.nbytes), c.times(row_bytes, out))
                    _add_single(c, format_, lanes, block, out, c.at(row, at), (x, scales, sums))
            for out in range(outs):
                found = c.b.fadd(c.total(block.values[out]), c.total(block.values[outs + out]))
                at = c.times(c.b.add(one.index, number(out)), 4)
                c.store(found, _pointer(c, task, "out", at))
    c.b.ret_void()


def _add_single(
    c: Code,
    format_: Format,
    lanes: int,
    block: Loop,
    out: int,
    place: Value,
    row: tuple[Value, Value, Value],
) -> None:
    """The product of a block at `place` with its part of the row onto the sums of an output."""
    x, scales, sums = row
    half, step = lanes // 2, lanes // 16
    weights, scale, added = format_.unpack(c, place)
    total = same(I32, half, 0)
    for part in range(0, len(weights), step):
        at = c.b.add(c.times(block.index, format_.weights * 2), number(32 * part))
        value = c.load(x, at, vector(I16, lanes))
        total = c.b.add(total, c.pair_products(c.joined(weights[part : part + step]), value))
    both = c.splat(c.b.fmul(scale, c.load(scales, c.times(block.index, 4), F32)), half)
    floats = c.b.sitofp(total, both.type)
    block.next[out] = c.intrinsic("llvm.fma", both.type, floats, both, block.values[out])
    if added is not None:
        sum_ = c.load(sums, c.times(block.index, 32), added.type)
        at = len(block.values) // 2 + out
        block.next[at] = c.intrinsic("llvm.fma", added.type, sum_, added, block.values[at])


def dequantise(module: Any, format_: Format, half: bool) -> None:
    """OUT (units, n) <- the rows of WEIGHTS that X, int64 of (units,), names; as float32, or, when
    `half`, as bfloat16 rounded to even."""
    name = "bfloat16" if half else "float32"
    unpack = _unpacker(module, format_)
    c = Code(module, f"{name}_{format_.name}")
    task = c.function.args[0]
    q, d, m = _scratch(c, format_, 1)
    all_blocks = _field(c, task, "blocks")
    blocks = PANEL // format_.weights
    size = 2 if half else 4
    with _units(c, task) as unit:
        row = c.load(_pointer(c, task, "x", c.times(unit, 8)), 0, I64)
        with c.loop(number(0), all_blocks, number(blocks)) as panel:
            here = c.least(number(blocks), c.b.sub(all_blocks, panel.index))
            at = c.b.mul(row, _field(c, task, "row_bytes"))
            at = c.b.add(at, c.times(panel.index, format_.nbytes))
            c.b.call(unpack, [_pointer(c, task, "weights", at), here, q, d, m])
            place = c.b.add(c.b.mul(unit, all_blocks), panel.index)
            out = _pointer(c, task, "out", c.times(place, format_.weights, size))
            with c.loop(number(0), here, number(1)) as block:
                scale = c.splat(c.load(d, c.times(block.index, 4), F32), 32)
                with c.loop(number(0), number(format_.weights // 32), number(1)) as group:
                    index = c.b.add(c.times(block.index, format_.weights // 32), group.index)
                    added = None
                    if format_.mins:
                        added = c.splat(c.load(m, c.times(index, 4), F32), 32)
                    value = c.load(q, c.times(index, 64), vector(I16, 32))
                    order = _order(format_.weights)
                    value = c.pick(value, [order.index(lane) for lane in range(32)])
                    value = c.b.fmul(c.b.sitofp(value, vector(F32, 32)), scale)
                    if added is not None:
                        value = c.b.fadd(value, added)
                    c.store(_rounded(c, value) if half else value, out, c.times(index, 32, size))
    c.b.ret_void()


def _order(group: int) -> list[int]:
    """Where each 32 weights of a format stand once unpacked."""
    return [*range(0, 32, 2), *range(1, 32, 2)] if group == 256 else list(range(32))


def _rounded(c: Code, value: Value) -> Value:
    """The bits of bfloat16, rounded to even."""
    lanes = value.type.count
    bits = c.b.bitcast(value, vector(I32, lanes))
    last = c.b.and_(c.b.lshr(bits, same(I32, lanes, 16)), same(I32, lanes, 1))
    bits = c.b.add(bits, c.b.add(last, same(I32, lanes, 0x7FFF)))
    return c.b.trunc(c.b.lshr(bits, same(I32, lanes, 16)), vector(I16, lanes))


def _unpacker(module: Any, format_: Format) -> Any:
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


def _dot(module: Any, format_: Format, lanes: int, rows: int) -> Any:
    """A function that multiplies `OUTS` unpacked panel rows with `rows` rows of activations.

    The first panel sets the outputs, others add to them.
    """
    kinds = [POINTER] * 7 + [I64] * 4
    c = Code(module, f"dot_{format_.name}_{rows}", kinds)
    q, _, _, x, _, _, out, blocks, all_blocks, stride, panel = c.function.args
    half, wide = lanes // 2, vector(I16, lanes)
    width = c.times(all_blocks, format_.weights)
    pairs = [(one, row) for one in range(OUTS) for row in range(rows)]
    start = [same(F32, half, 0.0)] * len(pairs)
    apart = format_.mins and half > 8
    if apart:
        # Eight minima a block do not fill so wide a sum.
        start += [same(F32, 8, 0.0)] * len(pairs)
    with c.loop(number(0), blocks, number(1), start) as block:
        none = [same(I32, half, 0)] * len(pairs)
        parts = number(format_.weights // lanes)
        with c.loop(number(0), parts, number(1), none) as part:
            at = c.b.add(c.times(block.index, format_.weights * 2), c.times(part.index, 2 * lanes))
            places = [c.b.add(at, number(_ROW * one)) for one in range(OUTS)]
            weights = [c.load(q, place, wide) for place in places]
            for row in range(rows):
                value = c.load(x, c.b.add(at, c.times(width, 2 * row)), wide)
                for one, weight in enumerate(weights):
                    index = pairs.index((one, row))
                    made = c.pair_products(weight, value)
                    part.next[index] = c.b.add(part.values[index], made)
        _add_block(c, format_, block, part.values, pairs)
    first = c.b.icmp_signed("==", panel, number(0))
    for index, (one, row) in enumerate(pairs):
        found = c.total(block.values[index])
        if apart:
            found = c.b.fadd(found, c.total(block.values[len(pairs) + index]))
        at = c.b.add(c.times(stride, 4 * row), number(4 * one))
        before = c.b.select(first, ir.Constant(F32, 0.0), c.load(out, at, F32))
        c.store(c.b.fadd(found, before), out, at)
    c.b.ret_void()
    return c.function


def _add_block(
    c: Code, format_: Format, block: Loop, totals: list[Value], pairs: list[tuple[int, int]]
) -> None:
    """A block's integer sums, scaled, onto the floats that go round."""
    _, d, m, _, scales, sums, _, _, all_blocks, _, _ = c.function.args
    per_panel = PANEL // format_.weights
    lanes = vector(F32, totals[0].type.count)

    def spread(place: Value, index: Value) -> Value:
        return c.splat(c.load(place, c.times(index, 4), F32), lanes.count)

    outs, rows = (1 + max(numbers) for numbers in zip(*pairs, strict=True))
    own = [c.b.add(block.index, number(per_panel * one)) for one in range(outs)]
    theirs = [c.b.add(c.times(all_blocks, row), block.index) for row in range(rows)]
    of_weights, of_rows = [spread(d, at) for at in own], [spread(scales, at) for at in theirs]
    added = [c.load(m, c.times(at, 32), vector(F32, 8)) for at in own] if format_.mins else []
    for index, (one, row) in enumerate(pairs):
        total = c.b.sitofp(totals[index], lanes)
        both = c.b.fmul(of_weights[one], of_rows[row])
        found = c.intrinsic("llvm.fma", lanes, total, both, block.values[index])
        if added:
            sums_ = c.load(sums, c.times(theirs[row], 32), vector(F32, 8))
            if lanes.count == 8:
                found = c.intrinsic("llvm.fma", lanes, sums_, added[one], found)
            else:
                at = len(pairs) + index
                before = block.values[at]
                block.next[at] = c.intrinsic("llvm.fma", before.type, sums_, added[one], before)
        block.next[index] = found


@contextmanager
def _units(c: Code, task: Value) -> Iterator[Value]:
    """The code inside, for each unit that this thread gets."""
    take = c.function.append_basic_block("take")
    body = c.function.append_basic_block("unit")
    after = c.function.append_basic_block("finished")
    c.b.branch(take)
    c.b.position_at_end(take)
    counter = c.b.bitcast(_place(c, task, "counter"), I64.as_pointer())
    unit = c.b.atomic_rmw("add", counter, number(1), "monotonic")
    c.b.cbranch(c.b.icmp_signed("<", unit, _field(c, task, "units")), body, after)
    c.b.position_at_end(body)
    yield unit
    c.b.branch(take)
    c.b.position_at_end(after)


def _field(c: Code, task: Value, field: str) -> Value:
    return c.load(_place(c, task, field), number(0), I64)


def _place(c: Code, task: Value, field: str) -> Value:
    return c.at(task, number(8 * Task._fields.index(field)))


def _pointer(c: Code, task: Value, field: str, offset: Value) -> Value:
    return c.at(c.b.inttoptr(_field(c, task, field), POINTER), offset)


def _scratch(c: Code, format_: Format, tile: int) -> tuple[Value, Value, Value]:
    """Room for unpacked weights on this thread's stack: integers, scales, minima."""
    blocks = PANEL // format_.weights
    sizes = (_ROW * tile, 4 * blocks * tile, 4 * (PANEL // 32) * tile)
    found = []
    for size in sizes:
        room = c.b.alloca(ir.IntType(8), size=number(size))
        room.align = 64
        found.append(room)
    q, d, m = found
    return q, d, m


def _rows_of(
    c: Code, format_: Format, scratch: tuple[Value, Value, Value], row: Value
) -> list[Value]:
    """Where a tile's row stands in the scratch."""
    blocks = PANEL // format_.weights
    sizes = (_ROW, 4 * blocks, 4 * (PANEL // 32))
    return [c.at(room, c.times(row, size)) for room, size in zip(scratch, sizes, strict=True)]
