"""Short answers from passages, with a probability, in milliseconds."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from retrieval.embed.bert_config import bert_settings
from retrieval.embed.checksum import MINILM, verify
from retrieval.embed.encoder import PACKAGE, Encoder
from retrieval.reader.network import Found, Network, Pair
from retrieval.reader.weights import FILE, HEADS, unpack
from retrieval.reader.windows import windows

_LIMIT = 256  # tokens of question and window
_QUESTION, _HEAD = 64, 48  # tokens of them at most


def is_installed() -> bool:
    """Whether all-MiniLM is there, on whose weights the reader stands."""
    return importlib.util.find_spec(PACKAGE) is not None


class Text(NamedTuple):
    """Words to look for an answer in; `head` says what they are, such as a table's header row."""

    text: str
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

        A passage without words has none.
        """
        tokenizer = self._encoder.tokenizer
        start, *asked, end = tokenizer.encode(question).ids
        asked = [start, *asked[:_QUESTION], end]
        pieces = [
            (number, at, passage.text[at:stop], passage.head)
            for number, passage in enumerate(passages)
            for at, stop in windows(passage.text)
        ]
        encoded = tokenizer.encode_batch([piece[2] for piece in pieces], add_special_tokens=False)
        heads = {
            head: tokenizer.encode(head, add_special_tokens=False).ids[:_HEAD] if head else []
            for head in {piece[3] for piece in pieces}
        }
        pairs = []
        for (_, _, _, head), item in zip(pieces, encoded, strict=True):
            room = _LIMIT - len(asked) - len(heads[head]) - 1
            ids = [*asked, *heads[head], *item.ids[:room], end]
            pairs.append(Pair(ids, len(asked), len(heads[head])))
        best: dict[int, Reading] = {}
        for (number, at, text, _), item, pair, found in zip(
            pieces, encoded, pairs, self._network.read(pairs), strict=True
        ):
            before = pair.second + pair.head
            if not item.ids or found.span < _NOTHING:
                continue
            first, last = (
                item.offsets[found.first - before][0],
                item.offsets[found.last - before][1],
            )
            likely = probability(found)
            if number not in best or likely > best[number].probability:
                words = text[first:last]
                best[number] = Reading(number, at + first, at + last, words, likely, found)
        return sorted(best.values(), key=lambda reading: -reading.probability)


_NOTHING = -1e3  # log probability of a span that lies nowhere in the passage


def probability(found: Found) -> float:
    """What the logits of a pair are worth, by logistic regression (`training/reader`)."""
    intercept, answers, span = _calibration()
    return 1 / (1 + math.exp(-intercept - answers * found.answers - span * found.span))


@cache
def _calibration() -> tuple[float, float, float]:
    found = json.loads(files("retrieval.reader").joinpath("calibration.json").read_text("utf-8"))
    return found["intercept"], found["answers"], found["span"]


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
