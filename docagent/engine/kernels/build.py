"""A small vocabulary over llvmlite for writing vector loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

I1, I8, I16, I32, I64 = (ir.IntType(bits) for bits in (1, 8, 16, 32, 64))
F16, F32 = ir.HalfType(), ir.FloatType()
POINTER = I8.as_pointer()

Value = Any
"""An llvmlite value: the package has no types of its own to check against."""


def vector(kind: Any, lanes: int) -> Any:
    """The type of so many lanes of a kind."""
    return ir.VectorType(kind, lanes)


def number(value: int) -> Value:
    """An index or a size in bytes."""
    return ir.Constant(I64, value)


def same(kind: Any, lanes: int, value: float) -> Value:
    """A constant vector with one value in every lane."""
    return ir.Constant(vector(kind, lanes), [value] * lanes)


class Code:
    """One function in the making."""

    def __init__(self, module: Any, name: str, kinds: Sequence[Any] = (POINTER,)) -> None:
        self.function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
        self.module = module
        self.b = ir.IRBuilder(self.function.append_basic_block("entry"))

    def at(self, place: Value, offset: Value) -> Value:
        """A pointer `offset` bytes further."""
        return self.b.gep(place, [number(offset) if isinstance(offset, int) else offset])

    def load(self, place: Value, offset: Value, kind: Any) -> Value:
        """What stands there; nothing needs to be aligned."""
        pointer = self.b.bitcast(self.at(place, offset), kind.as_pointer())
        return self.b.load(pointer, align=1)

    def store(self, value: Value, place: Value, offset: Value = 0) -> None:
        """Put a value there."""
        pointer = self.b.bitcast(self.at(place, offset), value.type.as_pointer())
        self.b.store(value, pointer, align=1)

    def times(self, *factors: Value) -> Value:
        """The product of indices, constants among them."""
        product = factors[0]
        for factor in factors[1:]:
            product = self.b.mul(product, number(factor) if isinstance(factor, int) else factor)
        return product

    def splat(self, value: Value, lanes: int) -> Value:
        """One number in every lane."""
        empty = ir.Constant(vector(value.type, lanes), ir.Undefined)
        first = self.b.insert_element(empty, value, ir.Constant(I32, 0))
        return self.pick(first, [0] * lanes)

    def pick(self, value: Value, lanes: Sequence[int], other: Value | None = None) -> Value:
        """Lanes of a vector by number; of two vectors, the second's after the first's."""
        if other is None:
            other = ir.Constant(value.type, ir.Undefined)
        return self.b.shuffle_vector(
            value, other, ir.Constant(vector(I32, len(lanes)), list(lanes))
        )

    def joined(self, parts: Sequence[Value]) -> Value:
        """Two vectors, or one, as one."""
        if len(parts) == 1:
            return parts[0]
        first, second = parts
        return self.pick(first, range(2 * first.type.count), second)

    def pair_products(self, left: Value, right: Value) -> Value:
        """Sums of the products of lanes 0 and 1, 2 and 3, ...: i16 to i32.

        On x86 that is one instruction, vpmaddwd; with VNNI it takes the addition after it as well.
        """
        lanes = left.type.count
        wide = vector(I32, lanes)
        product = self.b.mul(self.b.sext(left, wide), self.b.sext(right, wide))
        even, odd = list(range(0, lanes, 2)), list(range(1, lanes, 2))
        return self.b.add(self.pick(product, even), self.pick(product, odd))

    def intrinsic(self, name: str, kind: Any, *arguments: Value) -> Value:
        """A function of LLVM's own, such as llvm.fma, on vectors or numbers."""
        suffix = f"v{kind.count}f32" if isinstance(kind, ir.VectorType) else "f32"
        full = f"{name}.{suffix}"
        if full not in self.module.globals:
            kinds = [argument.type for argument in arguments]
            ir.Function(self.module, ir.FunctionType(kind, kinds), full)
        return self.b.call(self.module.globals[full], arguments)

    def total(self, value: Value, name: str = "fadd") -> Value:
        """The sum, or with "fmax" the largest, of the lanes of a float vector."""
        full = f"llvm.vector.reduce.{name}.v{value.type.count}f32"
        start = [ir.Constant(F32, -0.0)] if name == "fadd" else []
        if full not in self.module.globals:
            kinds = [argument.type for argument in (*start, value)]
            ir.Function(self.module, ir.FunctionType(F32, kinds), full)
        return self.b.call(self.module.globals[full], [*start, value], fastmath=("reassoc",))

    def smaller(self, left: Value, right: Value) -> Value:
        """The smaller of two indices."""
        return self.b.select(self.b.icmp_signed("<", left, right), left, right)

    @contextmanager
    def loop(
        self, start: Value, stop: Value, step: Value, carried: Sequence[Value] = ()
    ) -> Iterator[Loop]:
        """The code inside, for each index from `start` below `stop`; `carried` values go round."""
        before = self.b.block
        head = self.function.append_basic_block("head")
        body = self.function.append_basic_block("body")
        after = self.function.append_basic_block("after")
        self.b.branch(head)
        self.b.position_at_end(head)
        index = self.b.phi(I64)
        index.add_incoming(start, before)
        round_ = [self.b.phi(value.type) for value in carried]
        for phi, value in zip(round_, carried, strict=True):
            phi.add_incoming(value, before)
        self.b.cbranch(self.b.icmp_signed("<", index, stop), body, after)
        self.b.position_at_end(body)
        loop = Loop(index, round_)
        yield loop
        end = self.b.block
        index.add_incoming(self.b.add(index, step), end)
        for phi, value in zip(round_, loop.next, strict=True):
            phi.add_incoming(value, end)
        self.b.branch(head)
        self.b.position_at_end(after)


class Loop:
    """A loop's index and what goes round: `values` at the start of a turn, `next` at its end.

    After the loop `values` are what the last turn left.
    """

    def __init__(self, index: Value, values: list[Value]) -> None:
        self.index = index
        self.values = values
        self.next: list[Value] = list(values)


Unpack = Callable[[Code, Value], tuple[list[Value], Value, Value | None]]
"""Code for the block at a pointer: its weights as integers, sixteen lanes of i16 each, the float
that they are to be multiplied by, and, where a format has them, eight floats to be added, one for
each 32 weights."""
