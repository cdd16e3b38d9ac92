from __future__ import annotations

import json
import re

from docagent.engine.tools.schema import fit
from tests.engine.tools.walker import PASSAGES, QUOTED, Walker

QUOTE = {"type": "string", "x-quote": True}


def is_quote(text: str) -> bool:
    """A piece of a passage that neither begins nor ends within a word or a number."""
    if not text or text != text.strip():
        return False
    places = [(p, m) for p in PASSAGES for m in re.finditer(re.escape(text), p)]
    spaced = re.compile(r"[a-zA-Z0-9]")

    def whole(passage: str, start: int, end: int) -> bool:
        return not any(
            spaced.match(passage[at - 1 : at]) and spaced.match(passage[at : at + 1])
            for at in (start, end)
        )

    return any(whole(passage, *match.span()) for passage, match in places)


def test_a_quote_is_a_piece_of_a_passage(walker: Walker) -> None:
    for _ in range(walker.walks):
        text = json.loads(walker.write(walker.grammars.json_schema(QUOTE, PASSAGES)))
        assert is_quote(text), text


def test_quotes_in_json_are_pieces_of_the_passages(walker: Walker) -> None:
    for _ in range(walker.walks):
        constraint = walker.grammars.json_schema(QUOTED, PASSAGES)
        value = json.loads(walker.write(constraint))
        assert fit(value, {**QUOTED, "additionalProperties": False}) == value
        quotes = [claim["quote"] for claim in value["claims"]]
        quotes += [value["title"]] if value.get("title") is not None else []
        assert quotes and all(is_quote(quote) for quote in quotes), value


def test_numbers_are_quoted_whole(walker: Walker) -> None:
    passages = ["Sales were (12,345.60) and -7.5 % of 1,000."]
    for broken in ("12,345", "12,345.60)", "7.5", "-7.5 % of 1,0"):
        constraint = walker.grammars.json_schema(QUOTE, passages)
        tokens = walker.tokenizer.backend_tokenizer.encode(f'"{broken}"').ids
        assert constraint.allowed_prefix(tokens) < len(tokens)
    for whole in ("(12,345.60)", "-7.5 % of 1,000", "Sales were (12,345.60) and -7.5 %"):
        constraint = walker.grammars.json_schema(QUOTE, passages)
        walker.feed(constraint, f'"{whole}"')
        constraint.accept(min(walker.eos))
