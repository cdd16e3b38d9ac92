from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docagent.engine.decoding.textstream import TextStream

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# The tiny tokenizer has one token per byte, so every other character is split across tokens.
TEXT = "the 你好 😀 e\u0301 \ufffd users END of it"


def pieces(tokenizer: PreTrainedTokenizerFast, text: str, stop: list[str]) -> list[str]:
    stream = TextStream(tokenizer, stop)
    ids = tokenizer.backend_tokenizer.encode(text).ids
    return [stream.push(number) for number in ids] + [stream.finish()]


def test_whole_characters_and_nothing_lost(tiny_tokenizer: PreTrainedTokenizerFast) -> None:
    result = pieces(tiny_tokenizer, TEXT, [])
    ids = tiny_tokenizer.backend_tokenizer.encode(TEXT).ids
    assert "".join(result) == tiny_tokenizer.decode(ids) == TEXT.replace("e\u0301", "é")
    assert sum("\ufffd" in piece for piece in result) == 1


def test_a_character_cut_off_at_the_end_comes_out(tiny_tokenizer: PreTrainedTokenizerFast) -> None:
    ids = tiny_tokenizer.backend_tokenizer.encode("a😀").ids[:-1]
    stream = TextStream(tiny_tokenizer)
    assert "".join([*map(stream.push, ids), stream.finish()]) == tiny_tokenizer.decode(ids)


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        (["END"], "the 你好 😀 é \ufffd users "),
        (["好 😀"], "the 你"),
        (["END of them", "it"], "the 你好 😀 é \ufffd users END of "),
        (["nowhere", ""], "the 你好 😀 é \ufffd users END of it"),
        (["the"], ""),
        (["of it!"], "the 你好 😀 é \ufffd users END of it"),
    ],
)
def test_stop_strings_never_come_out(
    tiny_tokenizer: PreTrainedTokenizerFast, stop: list[str], expected: str
) -> None:
    assert "".join(pieces(tiny_tokenizer, TEXT, stop)) == expected
