"""The file that multilingual-e5-small comes in: 4-bit weights and their tokenizer, all as data.

Little-endian throughout: a header, the pieces of a unigram tokenizer with their scores, what each
character is read as, and a directory of tensors. Large matrices are in blocks of 32 weights: a
half-precision scale, then 16 bytes whose low halves are the first 16 weights plus 8 and whose high
halves are the others.
"""

from __future__ import annotations

import struct
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retrieval.embed.bert_config import BertSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Bytes = NDArray[np.uint8]

_BLOCK, _BYTES = 32, 18  # weights of a block, and its bytes
_HEADER = 44  # bytes before the tokenizer
_START, _END, _UNKNOWN = 0, 2, 3  # numbers of marks in the tokenizer
_NAMES = {
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""What BertModel calls the parts of a layer, and of the embeddings."""


class E5File:
    """What the file holds, each part read when it is asked for."""

    def __init__(self, file: Path) -> None:
        self._bytes: Bytes = np.memmap(file, np.uint8, "r")
        width, layers, heads, inner, _, limit, _, epsilon, _ = self._numbers("<7ifi", 8)
        self.width, self._inner = width, inner
        self.settings = BertSettings(layers, heads, epsilon, limit)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Cuts as XLM-RoBERTa's does what `readings` went over; it neither truncates nor pads."""
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram
        from tokenizers.pre_tokenizers import Metaspace, Sequence, WhitespaceSplit
        from tokenizers.processors import TemplateProcessing

        count, size = self._pieces
        ends = self._array(np.uint32, count + 1, _HEADER + 28).tolist()
        at = _HEADER + 28 + 4 * (count + 1)
        scores = self._array(np.float32, count, at).tolist()
        text = self._bytes[at + 4 * count :][:size].tobytes()
        pieces = [text[start:end].decode() for start, end in pairwise(ends)]
        tokenizer = Tokenizer(Unigram(list(zip(pieces, scores, strict=True)), _UNKNOWN, False))
        tokenizer.pre_tokenizer = Sequence([WhitespaceSplit(), Metaspace()])
        marks = [("<s>", _START), ("</s>", _END)]
        tokenizer.post_processor = TemplateProcessing("<s> $A </s>", special_tokens=marks)
        return tokenizer

    @cached_property
    def readings(self) -> dict[int, str]:
        """What the tokenizer is given for a character, for `str.translate`."""
        at = self._after_pieces
        count, size = self._numbers("<iI", at)
        table, place, readings = self._bytes[at + 8 :][:size].tobytes(), 0, {}
        for _ in range(count):
            character, length = struct.unpack_from("<IB", table, place)
            codes = struct.unpack_from(f"<{length}I", table, place + 5)
            readings[character] = "".join(map(chr, codes))
            place += 5 + 4 * length
        return readings

    @cached_property
    def weights(self) -> dict[str, Tensor]:
        """All but the word vectors, in float32 by BertModel's names."""
        import torch

        weights = {}
        for name, (kind, count, at) in self._directory.items():
            layer, _, part = name.partition(".")
            if layer == "emb" and part == "word":
                continue
            if kind:
                found = unpacked(self._bytes[at : at + count // _BLOCK * _BYTES])
                found = found.reshape(-1, self._inner if part == "fo.w" else self.width)
            else:
                found = self._array(np.float32, count, at)
            weights[_name(layer, part)] = torch.from_numpy(found.copy())
        for table in ("position", "token_type"):
            name = f"embeddings.{table}_embeddings.weight"
            weights[name] = weights[name].view(-1, self.width)
        return weights

    def words(self, ids: Tensor) -> Tensor:
        """The vectors of these tokens, [n, length] to [n, length, d].

        They stay packed in the file's own pages: 54 MB instead of 384.
        """
        import torch

        _, count, at = self._directory["emb.word"]
        row = self.width // _BLOCK * _BYTES
        table = self._bytes[at : at + count // _BLOCK * _BYTES].reshape(-1, row)
        found = unpacked(table[ids.cpu().numpy().ravel()])
        return torch.from_numpy(found).view(*ids.shape, self.width).to(ids.device)

    @cached_property
    def _pieces(self) -> tuple[int, int]:
        """How many there are, and their bytes."""
        count, *_, size = self._numbers("<5iQ", _HEADER)
        return count, size

    @property
    def _after_pieces(self) -> int:
        count, size = self._pieces
        return _HEADER + 28 + 4 * (count + 1) + 4 * count + size

    @cached_property
    def _directory(self) -> dict[str, tuple[int, int, int]]:
        """Whether a tensor is in blocks, its numbers, and where it begins."""
        at = self._after_pieces
        at += 8 + self._numbers("<iI", at)[1]
        (tensors,) = self._numbers("<i", at)
        at += 4
        found = {}
        for _ in range(tensors):
            (length,) = self._numbers("<H", at)
            name = self._bytes[at + 2 : at + 2 + length].tobytes().decode()
            kind, count, place, _ = self._numbers("<BIQQ", at + 2 + length)
            found[name] = kind, count, place
            at += 2 + length + 21
        return found

    def _numbers(self, form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(form, self._bytes.data, at)

    def _array(self, kind: Any, count: int, at: int) -> NDArray[Any]:
        return np.frombuffer(self._bytes, kind, count, at)


def unpacked(packed: Bytes) -> NDArray[np.float32]:
    """The weights of blocks, in order."""
    blocks = packed.reshape(-1, _BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view(np.float16).astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return (halves.astype(np.float32) - 8) * scales


def _name(layer: str, part: str) -> str:
    """BertModel's name of a tensor: "l0" and "q.w" are layer 0's query weight."""
    if part in ("pos", "type"):
        return f"embeddings.{'position' if part == 'pos' else 'token_type'}_embeddings.weight"
    piece, _, suffix = part.partition(".")
    last = "weight" if suffix == "w" else "bias"
    if layer == "emb":
        return f"{_NAMES['emb.ln']}.{last}"
    return f"encoder.layer.{layer[1:]}.{_NAMES[piece]}.{last}"
