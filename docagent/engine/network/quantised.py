"""Layers whose weights stay as a GGUF file has them, mapped into memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from docagent.engine.kernels.formats import FORMATS, Format
from docagent.engine.kernels.matmul import SINGLES
from docagent.engine.kernels.products import kernel, run
from docagent.engine.kernels.task import Task
from docagent.engine.kernels.unpack import TILE
from retrieval import machine

DENSE_ROWS = 128
"""From so many rows on a CPU with bfloat16 instructions multiplies dequantised weights. Making them
takes it as long as reading some hundred rows from the blocks."""

FEW_ROWS, FEW_OUTPUTS = 8, 16
"""Up to so many rows, the outputs of a unit of work: little is gained by unpacking more at once."""

_scratch = threading.local()


class QuantisedWeight:
    """A matrix (outputs, inputs) in blocks: `data` is (outputs, bytes of a row)."""

    def __init__(self, format_: Format, data: NDArray[np.uint8]) -> None:
        self.format = format_
        self.data = data
        self.address = data.ctypes.data
        self.outputs, self.row_bytes = data.shape
        self.blocks = self.row_bytes // format_.nbytes
        self.shape = self.outputs, self.blocks * format_.weights

    @staticmethod
    def readable(kind: str, outputs: int) -> bool:
        """Whether there are kernels for weights of this kind."""
        return kind in FORMATS and outputs % SINGLES == 0

    def rows(self, numbers: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        """The rows of these numbers, (n,), as numbers of `out`'s type, (n, inputs)."""
        numbers = numbers.to("cpu", torch.int64).contiguous()
        half = out.dtype == torch.bfloat16
        rows = out if half else torch.empty(out.shape)
        run(
            kernel("bfloat16" if half else "float32", self.format.name),
            Task(
                units=len(numbers),
                out=rows.data_ptr(),
                x=numbers.data_ptr(),
                blocks=self.blocks,
                weights=self.address,
                row_bytes=self.row_bytes,
            ),
        )
        return rows if rows is out else out.copy_(rows)

    def dense(self, dtype: torch.dtype) -> torch.Tensor:
        """All of it, dequantised."""
        every = torch.arange(self.shape[0])
        return self.rows(every, torch.empty(self.shape, dtype=dtype))


class QuantisedLinear:
    """x W^T + b, where W is one or several quantised matrices on top of each other.

    A row of activations becomes integers of 14 bits with one scale a block; their product with the
    blocks' integers is exact, so that the result is closer to float32 than bfloat16 comes.
    """

    def __init__(self, parts: Sequence[QuantisedWeight], bias: torch.Tensor | None = None) -> None:
        self._parts = list(parts)
        self._bias = None if bias is None else bias.float()
        self._outputs = sum(part.shape[0] for part in parts)
        self._inputs = parts[0].shape[1]

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, self._inputs)
        if len(rows) >= DENSE_ROWS and x.dtype == torch.bfloat16 and machine.has_bfloat16_cpu():
            result = self._dense(rows)
        else:
            result = self.product(rows)
            if self._bias is not None:
                result += self._bias
        return result.to(x.dtype).view(*x.shape[:-1], self._outputs)

    def product(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows (n, inputs) of any float type times the weights, (n, outputs) in float32."""
        values = rows.float().contiguous()
        count = values.shape[0]
        result = torch.empty((count, self._outputs))
        tile = FEW_OUTPUTS if count <= FEW_ROWS else TILE
        by_group: dict[int, tuple[torch.Tensor, ...]] = {}
        start = result.data_ptr()
        for part in self._parts:
            group = part.format.weights
            if group not in by_group:
                by_group[group] = quantised_rows(values, group)
            x, scales, sums = by_group[group]
            outputs = part.outputs
            run(
                kernel("single" if count == 1 else "product", part.format.name),
                Task(
                    units=-(-outputs // tile),
                    out=start,
                    x=x.data_ptr(),
                    blocks=part.blocks,
                    scales=scales.data_ptr(),
                    sums=sums.data_ptr(),
                    weights=part.address,
                    row_bytes=part.row_bytes,
                    outputs=outputs,
                    rows=count,
                    stride=self._outputs,
                    tile=tile,
                ),
            )
            start += 4 * outputs
        return result

    def _dense(self, rows: torch.Tensor) -> torch.Tensor:
        weights = _room(self._outputs * self._inputs).view(self._outputs, self._inputs)
        start = 0
        for part in self._parts:
            end = start + part.shape[0]
            part.rows(torch.arange(part.shape[0]), weights[start:end])
            start = end
        bias = None if self._bias is None else self._bias.to(rows.dtype)
        return functional.linear(rows, weights, bias)


class QuantisedHead:
    """The product with the vocabulary; its logits are float32 as they come."""

    def __init__(self, weight: QuantisedWeight) -> None:
        self._linear = QuantisedLinear([weight])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        return self._linear.product(rows).view(*x.shape[:-1], -1)


class QuantisedEmbedding:
    """The vectors of token ids."""

    device = torch.device("cpu")

    def __init__(self, weight: QuantisedWeight, dtype: torch.dtype) -> None:
        self._weight = weight
        self.dtype = dtype

    def __call__(self, ids: torch.Tensor) -> torch.Tensor:
        out = torch.empty((ids.numel(), self._weight.shape[1]), dtype=self.dtype)
        return self._weight.rows(ids.reshape(-1), out).view(*ids.shape, -1)


def quantised_rows(values: torch.Tensor, group: int) -> tuple[torch.Tensor, ...]:
    """Rows (n, inputs) in float32 as int16, the scale of each `group` and the sum of each 32."""
    count, inputs = values.shape
    blocks = inputs // group
    x = torch.empty((count, inputs), dtype=torch.int16)
    scales = torch.empty((count, blocks))
    sums = torch.empty((count, inputs // 32))
    run(
        kernel(f"quantise_{group}"),
        Task(
            units=count,
            out=x.data_ptr(),
            x=values.data_ptr(),
            blocks=blocks,
            scales=scales.data_ptr(),
            sums=sums.data_ptr(),
        ),
    )
    return x, scales, sums


def _room(size: int) -> torch.Tensor:
    """This thread's scratch buffer of bfloat16, as large as its largest layer."""
    room: torch.Tensor | None = getattr(_scratch, "room", None)
    if room is None or len(room) < size:
        room = _scratch.room = torch.empty(size, dtype=torch.bfloat16)
    return room[:size]
