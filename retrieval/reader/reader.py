"""Short answers from passages, with a probability, in milliseconds."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from retrieval.embed.bert_config import bert_settings
from retrieval.embed.checksum import MINILM, verify
from retrieval.embed.encoder import PACKAGE, Encoder
from retrieval.reader.network import Found, Network, Pair
from retrieval.reader.weights import FILE, HEADS, unpack
from retrieval.reader.windows import windows

if TYPE_CHECKING:
    from tokenizers import Encoding

_LIMIT = 512  # tokens that all-MiniLM has places for; a window of sentences takes a fifth
_QUESTION, _HEAD = 64, 48  # tokens of them at most


def is_installed() -> bool:
    """Whether all-MiniLM is there, on whose weights the reader stands."""
    return importlib.util.find_spec(PACKAGE) is not None


class Text(NamedTuple):
    """Words to look for an answer in; `head` says what they are, such as a table's header row.

    `cosine` is how near the question they are by all-MiniLM's vectors. The reader was shown one
    passage at a time and tells little of which is nearer.
    """

    text: str
    cosine: float
    head: str = ""


class Reading(NamedTuple):
    """The likeliest answer in one passage: `text` is its words from `start` to `end`.

    `probability` is that the passage answers the question, and with these words.
    """

    passage: int
    start: int
    end: int
    text: str
    probability: float
    found: Found


class Reader:
    """The packaged reader of English: all-MiniLM, trained on to point at answers.

    Raises DocAgentError if the package of all-MiniLM is not installed or not the known one.
    """

    def __init__(self) -> None:
        self._encoder = Encoder("minilm")
        self._network = _network()

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """The likeliest answer of each passage, the likeliest of all first.

        A passage without words has none. Of a question the first 64 tokens are read.
        """
        pieces = [
            _Piece(number, at, passage.text[at:stop], passage.head)
            for number, passage in enumerate(passages)
            for at, stop in windows(passage.text)
        ]
        tokenizer = self._encoder.tokenizer
        encoded = tokenizer.encode_batch([one.text for one in pieces], add_special_tokens=False)
        pairs = self._pairs(question, pieces, encoded)
        best: dict[int, Reading] = {}
        fitted = weights()
        for piece, item, pair, found in zip(
            pieces, encoded, pairs, self._network.read(pairs), strict=True
        ):
            if found.span < _NOWHERE:
                continue
            before = pair.second + pair.head
            first, last = (
                item.offsets[found.first - before][0],
                item.offsets[found.last - before][1],
            )
            likely = fitted.probability(found, passages[piece.passage].cosine)
            if piece.passage not in best or likely > best[piece.passage].probability:
                start, end, words = piece.at + first, piece.at + last, piece.text[first:last]
                best[piece.passage] = Reading(piece.passage, start, end, words, likely, found)
        return sorted(best.values(), key=lambda reading: -reading.probability)

    def _pairs(self, question: str, pieces: list[_Piece], encoded: list[Encoding]) -> list[Pair]:
        """The question before each piece and its head, in token numbers with their marks."""
        tokenizer = self._encoder.tokenizer
        begin, *asked, end = tokenizer.encode(question).ids
        asked = [begin, *asked[:_QUESTION], end]
        heads = {
            head: tokenizer.encode(head, add_special_tokens=False).ids[:_HEAD] if head else []
            for head in {piece.head for piece in pieces}
        }
        pairs = []
        for piece, item in zip(pieces, encoded, strict=True):
            head = heads[piece.head]
            ids = [*asked, *head, *item.ids][: _LIMIT - 1]
            pairs.append(Pair([*ids, end], len(asked), len(head)))
        return pairs


class _Piece(NamedTuple):
    """Neighbouring sentences of a passage, from its character `at` on."""

    passage: int
    at: int
    text: str
    head: str


_NOWHERE = -1e3  # log probability of a span where a piece has no token


class Weights(NamedTuple):
    """Of the logits that say whether and how surely words answer, and of a passage's cosine."""

    intercept: float
    answers: float
    span: float
    cosine: float

    def probability(self, found: Found, cosine: float) -> float:
        """That the passage answers with these words."""
        signs = self.answers * found.answers + self.span * found.span + self.cosine * cosine
        return 1 / (1 + math.exp(-self.intercept - signs))


@cache
def weights() -> Weights:
    """As `training/reader/calibrate.py` wrote them."""
    file = files("retrieval.reader").joinpath("calibration.json")
    return Weights(**json.loads(file.read_text("utf-8")))


@cache
def _network() -> Network:
    from safetensors.torch import load_file

    encoder = Encoder("minilm")
    file = encoder.folder / "model.safetensors"
    verify(file, MINILM)
    settings = bert_settings(encoder.folder, encoder.tokenizer)
    assert settings is not None  # of the known weights
    learnt = unpack(load_file(FILE))
    heads = {name[len(HEADS) :]: w for name, w in learnt.items() if name.startswith(HEADS)}
    return Network({**load_file(file), **learnt}, heads, settings, encoder.tokenizer)
