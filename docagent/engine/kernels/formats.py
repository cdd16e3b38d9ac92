"""The block formats of GGUF files (ggml's quants.c and ggml-common.h), each as code to unpack it.

A weight is `d * q + m`: `q` an integer in which the scale of its small group is already a factor,
`d` a float of the block, `m` of each 32 weights. So a block's product with integer activations
needs one conversion to float. The largest |q| is 127 * 32 (Q6_K).

Of each 32 weights in a block of 256 the even ones come first, then the odd ones: so they are had
with the fewest instructions. Activations are put into the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from docagent.engine.kernels.build import (
    F16,
    F32,
    I8,
    I16,
    I32,
    Code,
    Unpack,
    Value,
    same,
    vector,
)


@dataclass(frozen=True)
class Format:
    """`weights` of a block stand in `nbytes`; `unpack` writes the code that reads one."""

    name: str
    weights: int
    nbytes: int
    unpack: Unpack
    mins: bool = False


def _half(c: Code, place: Value, offset: int) -> Value:
    return c.b.fpext(c.load(place, offset, F16), F32)


def _wide(c: Code, value: Value) -> Value:
    """Bytes as numbers of 16 bits."""
    return c.b.zext(value, vector(I16, value.type.count))


def _low(c: Code, value: Value) -> Value:
    return c.b.and_(value, same(value.type.element, value.type.count, 15))


def _high(c: Code, value: Value) -> Value:
    return c.b.lshr(value, same(value.type.element, value.type.count, 4))


def _less(c: Code, value: Value, amount: int) -> Value:
    return c.b.sub(value, same(I16, 16, amount))


def _q8_0(c: Code, place: Value) -> tuple[list[Value], Value, Value | None]:
    signed = [c.load(place, 2 + 16 * part, vector(I8, 16)) for part in range(2)]
    return [c.b.sext(part, vector(I16, 16)) for part in signed], _half(c, place, 0), None


def _q4_0(c: Code, place: Value) -> tuple[list[Value], Value, Value | None]:
    pairs = c.load(place, 2, vector(I8, 16))
    nibbles = [_low(c, pairs), _high(c, pairs)]
    return [_less(c, _wide(c, part), 8) for part in nibbles], _half(c, place, 0), None


def _q5_0(c: Code, place: Value) -> tuple[list[Value], Value, Value | None]:
    pairs = c.load(place, 6, vector(I8, 16))
    bits = c.load(place, 2, I32)
    mask = ir.Constant(vector(I16, 16), [1 << lane for lane in range(16)])
    weights = []
    for part, nibbles in enumerate((_low(c, pairs), _high(c, pairs))):
        own = c.b.trunc(c.b.lshr(bits, ir.Constant(I32, 16 * part)), I16)
        there = c.b.and_(c.splat(own, 16), mask)
        set_ = c.b.icmp_unsigned("!=", there, same(I16, 16, 0))
        fifth = c.b.select(set_, same(I16, 16, 0), same(I16, 16, 16))
        weights.append(c.b.sub(_wide(c, nibbles), fifth))
    return weights, _half(c, place, 0), None


def _scales_and_mins(c: Code, place: Value) -> tuple[Value, Value]:
    """The eight scales and eight minima, six bits each, of a Q4_K or Q5_K block: <8 x i8> both."""
    b = c.b
    first, second, third = (c.load(place, 4 + 4 * part, I32) for part in range(3))

    def const(value: int) -> Value:
        return ir.Constant(I32, value)

    def upper(lower_bits: Value, source: Value) -> Value:
        top = b.and_(b.lshr(source, const(6)), const(0x03030303))
        return b.or_(b.and_(lower_bits, const(0x0F0F0F0F)), b.shl(top, const(4)))

    def eight(low: Value, high: Value) -> Value:
        both = ir.Constant(vector(I32, 2), ir.Undefined)
        both = b.insert_element(both, low, const(0))
        both = b.insert_element(both, high, const(1))
        return b.bitcast(both, vector(I8, 8))

    six = const(0x3F3F3F3F)
    scales = eight(b.and_(first, six), upper(third, first))
    mins = eight(b.and_(second, six), upper(b.lshr(third, const(4)), second))
    return scales, mins


def _nibbles(c: Code, place: Value, offset: int) -> list[Value]:
    """The nibbles of 32 bytes: low ones of even bytes, of odd bytes, then the high ones.

    The bytes are taken as 16 numbers of 16 bits, so that nothing need be spread out.
    """
    both = c.load(place, offset, vector(I16, 16))
    weights = []
    for shift in (0, 8, 4, 12):
        part = c.b.lshr(both, same(I16, 16, shift)) if shift else both
        weights.append(part if shift == 12 else c.b.and_(part, same(I16, 16, 15)))
    return weights


def _k_block(
    c: Code, place: Value, nibbles: int, fifth: int | None
) -> tuple[list[Value], Value, Value]:
    """Q4_K, and Q5_K with a fifth bit of each weight at `fifth`."""
    scales, mins = _scales_and_mins(c, place)
    scales = _wide(c, scales)
    bits = c.load(place, fifth, vector(I16, 16)) if fifth else None
    weights = []
    for pair in range(4):
        for index, q in enumerate(_nibbles(c, place, nibbles + 32 * pair)):
            group, odd = 2 * pair + index // 2, index % 2
            if bits is not None:
                shifted = c.b.lshr(bits, same(I16, 16, group + 8 * odd))
                bit = c.b.and_(shifted, same(I16, 16, 1))
                q = c.b.or_(q, c.b.shl(bit, same(I16, 16, 4)))
            weights.append(c.b.mul(q, c.pick(scales, [group] * 16)))
    added = c.b.uitofp(mins, vector(F32, 8))
    added = c.b.fmul(added, c.splat(c.b.fneg(_half(c, place, 2)), 8))
    return weights, _half(c, place, 0), added


def _q6_k(c: Code, place: Value) -> tuple[list[Value], Value, Value | None]:
    """128 weights at a time: four of them share the two high bits of one byte."""
    b = c.b
    scales = b.sext(c.load(place, 192, vector(I8, 16)), vector(I16, 16))
    weights = []
    for half in range(2):
        first, second = (_nibbles(c, place, 64 * half + 32 * part) for part in range(2))
        top = c.load(place, 128 + 32 * half, vector(I16, 16))
        quarters = (first[:2], second[:2], first[2:], second[2:])
        for quarter, parities in enumerate(quarters):
            at = 8 * half + 2 * quarter
            scale = c.pick(scales, [at] * 8 + [at + 1] * 8)
            for odd, nibbles in enumerate(parities):
                shift = 2 * quarter + 8 * odd - 4
                amount = same(I16, 16, abs(shift))
                two = b.lshr(top, amount) if shift > 0 else b.shl(top, amount)
                q = b.or_(nibbles, b.and_(two, same(I16, 16, 0x30)))
                weights.append(b.mul(_less(c, q, 32), scale))
    return weights, _half(c, place, 208), None


FORMATS = {
    spec.name: spec
    for spec in (
        Format("Q4_0", 32, 18, _q4_0),
        Format("Q5_0", 32, 22, _q5_0),
        Format("Q8_0", 32, 34, _q8_0),
        Format("Q4_K", 256, 144, lambda c, place: _k_block(c, place, 16, None), mins=True),
        Format("Q5_K", 256, 176, lambda c, place: _k_block(c, place, 48, 16), mins=True),
        Format("Q6_K", 256, 210, _q6_k),
    )
}
