"""The products: activations to integers, and weights times activations.

Each kernel is one function of a `Task`, an array of 64-bit fields. Several threads run it on the
same task at once and take one unit of it after the other from a common counter.
"""

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
    Loop,
    Value,
    number,
    same,
    vector,
)
from docagent.engine.kernels.formats import Format
from docagent.engine.kernels.task import field, pointer, units
from docagent.engine.kernels.unpack import (
    PANEL,
    PANEL_ROW,
    TILE,
    panel_rows,
    scratch,
    unpacker,
    weight_order,
)

LEVELS = 8191
"""Activations become integers of so many steps each way, 14 bits with the sign. The sum of a block
stays below 2^31 with it: 16 vectors * 2 products a lane * 4,096 (Q6_K's largest weight) * 8,191."""

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


def quantise(module: Any, group: int) -> None:
    """X (rows, n) float32 -> OUT int16 of the same shape, SCALES (rows, n / group) and SUMS
    (rows, n / 32), so that x is about OUT * SCALES, in the order of the formats with such a group.

    A unit is a row of BLOCKS groups.
    """
    c = Code(module, f"quantise_{group}")
    task = c.function.args[0]
    groups = field(c, task, "blocks")
    size = c.times(groups, group)
    with units(c, task) as row:
        x = pointer(c, task, "x", c.times(row, size, 4))
        out = pointer(c, task, "out", c.times(row, size, 2))
        scales = pointer(c, task, "scales", c.times(row, groups, 4))
        sums = pointer(c, task, "sums", c.times(row, groups, group // 32, 4))
        with c.loop(number(0), groups, number(1)) as loop:
            part = c.at(x, c.times(loop.index, group, 4))
            zero = ir.Constant(F32, 0.0)
            with c.loop(number(0), number(group // 32), number(1), [same(F32, 8, 0.0)]) as inner:
                largest_lanes = inner.values[0]
                own = same(F32, 8, 0.0)
                for lane in range(4):
                    place = c.b.add(c.times(inner.index, 128), number(32 * lane))
                    value = c.load(part, place, vector(F32, 8))
                    own = c.b.fadd(own, value)
                    size_ = c.intrinsic("llvm.fabs", value.type, value)
                    largest_lanes = c.intrinsic("llvm.maxnum", value.type, largest_lanes, size_)
                inner.next[0] = largest_lanes
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
                c.store(c.pick(short, weight_order(group)), to, c.times(inner.index, 64))
    c.b.ret_void()


def product(module: Any, format_: Format, lanes: int) -> None:
    """OUT (rows, STRIDE) <- quantised X times the WEIGHTS (outputs, blocks), transposed.

    A unit is TILE outputs. A panel of them is unpacked into the thread's own scratch, then meets
    all rows.
    """
    blocks = PANEL // format_.weights
    unpack = unpacker(module, format_)
    dots = {rows: _dot(module, format_, lanes, rows) for rows in ROWS}
    c = Code(module, f"product_{format_.name}")
    task = c.function.args[0]
    q, d, m = scratch(c, format_, TILE)
    outputs, all_blocks, rows, tile = (
        field(c, task, name) for name in ("outputs", "blocks", "rows", "tile")
    )
    stride = field(c, task, "stride")
    width = c.times(all_blocks, format_.weights)
    with units(c, task) as unit:
        first = c.b.mul(unit, tile)
        count = c.smaller(tile, c.b.sub(outputs, first))
        with c.loop(number(0), all_blocks, number(blocks)) as panel:
            panel_blocks = c.smaller(number(blocks), c.b.sub(all_blocks, panel.index))
            with c.loop(number(0), count, number(1)) as output:
                at = c.b.mul(c.b.add(first, output.index), field(c, task, "row_bytes"))
                at = c.b.add(at, c.times(panel.index, format_.nbytes))
                source = pointer(c, task, "weights", at)
                rooms = panel_rows(c, format_, (q, d, m), output.index)
                c.b.call(unpack, [source, panel_blocks, *rooms])
            with c.loop(number(0), rows, number(BATCH)) as batch:
                stop = c.smaller(rows, c.b.add(batch.index, number(BATCH)))
                with c.loop(number(0), count, number(OUTS)) as output:
                    done = batch.index
                    for size in ROWS:
                        left = c.b.sdiv(c.b.sub(stop, done), number(size))
                        end = c.b.add(done, c.times(left, size))
                        with c.loop(done, end, number(size)) as row:
                            place = c.b.mul(row.index, width)
                            place = c.b.add(place, c.times(panel.index, format_.weights))
                            x = pointer(c, task, "x", c.times(place, 2))
                            place = c.b.sdiv(place, number(32))
                            sums = pointer(c, task, "sums", c.times(place, 4))
                            place = c.b.add(c.b.mul(row.index, all_blocks), panel.index)
                            scales = pointer(c, task, "scales", c.times(place, 4))
                            place = c.b.add(c.b.mul(row.index, stride), first)
                            place = c.b.add(place, output.index)
                            out = pointer(c, task, "out", c.times(place, 4))
                            weights = panel_rows(c, format_, (q, d, m), output.index)
                            sizes = (panel_blocks, all_blocks, stride, panel.index)
                            c.b.call(dots[size], [*weights, x, scales, sums, out, *sizes])
                        done = end
    c.b.ret_void()


def single(module: Any, format_: Format, lanes: int) -> None:
    """As `product` for one row: each weight is used once, so nothing is put down in between.

    A unit is TILE outputs.
    """
    c = Code(module, f"single_{format_.name}")
    task = c.function.args[0]
    blocks, tile = field(c, task, "blocks"), field(c, task, "tile")
    x, scales, sums = (pointer(c, task, name, number(0)) for name in ("x", "scales", "sums"))
    half = lanes // 2
    outs = 1 if format_.weights == 256 else SINGLES
    start = [same(F32, half, 0.0)] * outs + [same(F32, 8, 0.0)] * outs
    row_bytes = field(c, task, "row_bytes")
    with units(c, task) as unit:
        first = c.b.mul(unit, tile)
        last = c.smaller(c.b.add(first, tile), field(c, task, "outputs"))
        with c.loop(first, last, number(outs)) as output:
            row = pointer(c, task, "weights", c.b.mul(output.index, row_bytes))
            with c.loop(number(0), blocks, number(1), start) as block:
                for out in range(outs):
                    at = c.b.add(c.times(block.index, format_.nbytes), c.times(row_bytes, out))
                    _add_single(c, format_, lanes, block, out, c.at(row, at), (x, scales, sums))
            for out in range(outs):
                result = c.b.fadd(c.total(block.values[out]), c.total(block.values[outs + out]))
                at = c.times(c.b.add(output.index, number(out)), 4)
                c.store(result, pointer(c, task, "out", at))
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


def _dot(module: Any, format_: Format, lanes: int, rows: int) -> Any:
    """A function that multiplies `OUTS` unpacked panel rows with `rows` rows of activations.

    The first panel sets the outputs, others add to them.
    """
    kinds = [POINTER] * 7 + [I64] * 4
    c = Code(module, f"dot_{format_.name}_{rows}", kinds)
    q, _, _, x, _, _, out, blocks, all_blocks, stride, panel = c.function.args
    half, wide = lanes // 2, vector(I16, lanes)
    width = c.times(all_blocks, format_.weights)
    pairs = [(output, row) for output in range(OUTS) for row in range(rows)]
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
            places = [c.b.add(at, number(PANEL_ROW * output)) for output in range(OUTS)]
            weights = [c.load(q, place, wide) for place in places]
            for row in range(rows):
                value = c.load(x, c.b.add(at, c.times(width, 2 * row)), wide)
                for output, weight in enumerate(weights):
                    index = pairs.index((output, row))
                    products = c.pair_products(weight, value)
                    part.next[index] = c.b.add(part.values[index], products)
        _add_block(c, format_, block, part.values, pairs)
    first = c.b.icmp_signed("==", panel, number(0))
    for index, (output, row) in enumerate(pairs):
        result = c.total(block.values[index])
        if apart:
            result = c.b.fadd(result, c.total(block.values[len(pairs) + index]))
        at = c.b.add(c.times(stride, 4 * row), number(4 * output))
        before = c.b.select(first, ir.Constant(F32, 0.0), c.load(out, at, F32))
        c.store(c.b.fadd(result, before), out, at)
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
    own = [c.b.add(block.index, number(per_panel * output)) for output in range(outs)]
    theirs = [c.b.add(c.times(all_blocks, row), block.index) for row in range(rows)]
    of_weights, of_rows = [spread(d, at) for at in own], [spread(scales, at) for at in theirs]
    added = [c.load(m, c.times(at, 32), vector(F32, 8)) for at in own] if format_.mins else []
    for index, (output, row) in enumerate(pairs):
        total = c.b.sitofp(totals[index], lanes)
        both = c.b.fmul(of_weights[output], of_rows[row])
        result = c.intrinsic("llvm.fma", lanes, total, both, block.values[index])
        if added:
            sums_ = c.load(sums, c.times(theirs[row], 32), vector(F32, 8))
            if lanes.count == 8:
                result = c.intrinsic("llvm.fma", lanes, sums_, added[output], result)
            else:
                at = len(pairs) + index
                before = block.values[at]
                block.next[at] = c.intrinsic("llvm.fma", before.type, sums_, added[output], before)
        block.next[index] = result
