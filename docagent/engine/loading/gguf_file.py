"""A GGUF file: its metadata, and its tensors where they lie in the mapped file.

Layout: ggml's docs/gguf.md. The package gguf reads the same, but takes 15 seconds for the header
of a file with Qwen2's vocabulary where this takes a third of one (two cores of an AMD EPYC 7003),
and a question waits for it.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from numpy.typing import NDArray

MAGIC, VERSIONS = b"GGUF", (2, 3)
ALIGNMENT = 32
STRING, ARRAY = 8, 9
NUMBERS = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
"""Metadata types as struct's letters."""


@dataclass(frozen=True)
class GgufTensor:
    """`data` is (rows, bytes of a row) of the file itself; `shape` is as torch counts."""

    name: str
    kind: str
    shape: tuple[int, ...]
    data: NDArray[np.uint8]


class GgufFile:
    """Metadata by key and tensors by name. Raises ValueError for what is not a whole GGUF file."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size < 24:
            raise ValueError("it is empty or cut off")
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 4
        self.fields: dict[str, Any] = {}
        self.tensors: dict[str, GgufTensor] = {}
        try:
            self._read()
        except (struct.error, OverflowError, UnicodeDecodeError) as error:
            raise ValueError(f"its header is cut off or damaged: {error}") from error

    def _read(self) -> None:
        if self._bytes[:4] != MAGIC:
            raise ValueError("it does not begin with GGUF")
        version = self._number("I")
        if version not in VERSIONS:
            raise ValueError(f"its version is {version}; {VERSIONS[-1]} can be read")
        tensors, fields = self._number("Q"), self._number("Q")
        for _ in range(fields):
            key = self._string()
            self.fields[key] = self._value(self._number("I"))
        entries = [self._described() for _ in range(tensors)]
        alignment = int(self.fields.get("general.alignment", ALIGNMENT))
        start = -(-self._at // alignment) * alignment
        for name, shape, kind, offset in entries:
            self.tensors[name] = self._tensor(name, shape, kind, start + offset)

    def _described(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._string()
        dimensions = self._number("I")
        if not 1 <= dimensions <= 4:
            raise ValueError(f"the tensor {name} has {dimensions} dimensions")
        shape = tuple(self._number("Q") for _ in range(dimensions))
        return name, shape[::-1], self._number("I"), self._number("Q")

    def _tensor(self, name: str, shape: tuple[int, ...], number: int, start: int) -> GgufTensor:
        try:
            kind = GGMLQuantizationType(number)
        except ValueError as error:
            raise ValueError(f"the tensor {name} is of an unknown type ({number})") from error
        weights, nbytes = GGML_QUANT_SIZES[kind]
        if shape[-1] % weights:
            raise ValueError(f"the tensor {name} does not fill blocks of {weights}")
        row, rows = shape[-1] // weights * nbytes, math.prod(shape[:-1])
        if start + rows * row > len(self._bytes):
            raise ValueError(f"the tensor {name} is cut off")
        data = np.frombuffer(self._bytes, np.uint8, rows * row, start).reshape(rows, row)
        return GgufTensor(name, kind.name, shape, data)

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._string()
        if kind == ARRAY:
            kind, count = self._number("I"), self._number("Q")
            if count > len(self._bytes):
                raise ValueError("a list is longer than the file")
            if kind in NUMBERS:
                return list(self._numbers(f"<{count}{NUMBERS[kind]}"))
            return [self._value(kind) for _ in range(count)]
        if kind not in NUMBERS:
            raise ValueError(f"a value is of an unknown type ({kind})")
        return self._number(NUMBERS[kind])

    def _string(self) -> str:
        (size,) = struct.unpack_from("<Q", self._bytes, self._at)
        start = self._at + 8
        self._at = start + size
        if self._at > len(self._bytes):
            raise ValueError("a text is longer than the file")
        return self._bytes[start : self._at].decode("utf-8")

    def _number(self, letter: str) -> Any:
        return self._numbers(f"<{letter}")[0]

    def _numbers(self, form: str) -> tuple[Any, ...]:
        numbers = struct.unpack_from(form, self._bytes, self._at)
        self._at += struct.calcsize(form)
        return numbers
