from __future__ import annotations

import json
import re

from docagent.engine.tools.schema import fit
from tests.engine.tools.walker import PASSAGES, QUOTED, Walker


def is_quote(text: str, limit: int) -> bool:
    """A piece of a passage that neither begins nor ends within a word or a number."""
    if not (0 < len(text) <= limit and text == text.strip()):
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
        text = walker.write(walker.grammars.quote(PASSAGES, max_chars=40))
        assert is_quote(text, 40), text


def test_quotes_in_json_are_pieces_of_the_passages(walker: Walker) -> None:
    for _ in range(walker.walks):
        constraint = walker.grammars.json_with_quotes(QUOTED, PASSAGES, max_chars=40)
        value = json.loads(walker.write(constraint))
        assert fit(value, {**QUOTED, "additionalProperties": False}) == value
        quotes = [claim["quote"] for claim in value["claims"]]
        quotes += [value["title"]] if value.get("title") is not None else []
        assert quotes and all(is_quote(quote, 40) for quote in quotes), value


def test_numbers_are_quoted_whole(walker: Walker) -> None:
    passages = ["Sales were (12,345.60) and -7.5 % of 1,000."]
    for broken in ("12,345", "12,345.60)", "7.5", "-7.5 % of 1,0"):
        constraint = walker.grammars.quote(passages)
        tokens = walker.tokenizer.backend_tokenizer.encode(broken).ids
        assert constraint.allowed_prefix([*tokens, *walker.eos]) <= len(tokens)
    for whole in ("(12,345.60)", "-7.5 % of 1,000", "Sales were (12,345.60) and -7.5 %"):
        constraint = walker.grammars.quote(passages)
        walker.feed(constraint, whole)
        constraint.accept(min(walker.eos))
