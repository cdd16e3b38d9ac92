"""Random logits stand for the worst model there is: what it writes must parse all the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import torch
from langchain_core.messages import HumanMessage

from docagent.engine import ChatQwen2
from docagent.engine.decoding.constraint import Constraint, Grammars
from docagent.engine.tokens import ChatTokens
from docagent.engine.tools.marks import Format
from docagent.engine.tools.parse import parse
from docagent.engine.tools.render import render
from docagent.engine.tools.schema import fit
from docagent.errors import DocAgentError
from tests.engine.tools.conftest import LIST, OPEN, TOOLS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

WALKS = 200
PADDING = 64

PASSAGES = [
    'The dummy weighs 82 kilograms and is called "Osvald".\r\n\tIt cost (12,345.60) in C:\\data, '
    "e\u0301te\u0301, naïve 😀 — and −5 %.",
    "船舶登记处在八月开放。\n欢迎。",
    "damaged \ud800 here; \x04 \x1b there. The end",
]
QUOTED = {
    "type": "object",
    "properties": {
        "answer": {"type": "string", "maxLength": 12},
        "claims": {"type": "array", "items": {"$ref": "#/$defs/Claim"}, "minItems": 1},
        "title": {"anyOf": [{"type": "string", "x-quote": True}, {"type": "null"}]},
        "sure": {"type": "boolean"},
    },
    "required": ["claims", "sure"],
    "$defs": {
        "Claim": {
            "type": "object",
            "properties": {
                "page": {"type": "integer", "minimum": 1, "maximum": 99},
                "quote": {"type": "string", "x-quote": True},
            },
            "required": ["quote"],
        }
    },
}


class Walker:
    """Grammars of one tokenizer and answers that random logits write under them."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, vocabulary: int, eos: set[int]) -> None:
        self.tokenizer = tokenizer
        self.eos = eos
        self.size = vocabulary + PADDING
        self.grammars = Grammars(tokenizer, vocabulary, eos)
        self.random = torch.Generator().manual_seed(3)

    def logits(self) -> torch.Tensor:
        return torch.randn(self.size, generator=self.random)

    def write(self, constraint: Constraint, limit: int = 2_000) -> str:
        """An answer, which ends by itself if the grammar lets it."""
        tokens: list[int] = []
        for _ in range(limit):
            logits = self.logits()
            constraint.mask(logits)
            token = int(logits.argmax())
            constraint.accept(token)
            if token in self.eos:
                break
            tokens.append(token)
        return self.text(tokens)

    def text(self, tokens: list[int]) -> str:
        return str(
            self.tokenizer.decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def feed(self, constraint: Constraint, text: str) -> None:
        for token in self.tokenizer.backend_tokenizer.encode(text).ids:
            constraint.accept(token)


@pytest.fixture(scope="module")
def smol(embedded: ChatQwen2) -> Walker:
    return Walker(embedded.tokenizer, 49_152, {0, 2})


@pytest.fixture(scope="module")
def tiny(tiny_tokenizer: PreTrainedTokenizerFast) -> Walker:
    """Byte-level BPE as Qwen2.5's, call marks as tokens of their own."""
    from tokenizers import AddedToken

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.backend_tokenizer.add_tokens([AddedToken("</tool_call>", normalized=False)])
    ids = tokenizer.convert_tokens_to_ids(["<|endoftext|>", "<|im_end|>"])
    return Walker(tokenizer, len(tokenizer), set(ids))


@pytest.fixture(params=["smol", "tiny"])
def walker(request: pytest.FixtureRequest) -> Walker:
    chosen: Walker = request.getfixturevalue(request.param)
    return chosen


@pytest.mark.parametrize("format", ["hermes", "qwen"])
@pytest.mark.parametrize("choice", ["required", "open"])
def test_every_call_parses_and_names_a_tool(walker: Walker, format: Format, choice: str) -> None:
    for _ in range(WALKS):
        constraint = walker.grammars.tool_calls(TOOLS, choice, format, string_limit=20)
        text = walker.write(constraint)
        parsed = parse(text, TOOLS)
        assert parsed.content == "" and not parsed.invalid_tool_calls, text
        names = [call["name"] for call in parsed.tool_calls]
        assert 1 <= len(names) <= 8
        assert (
            names == ["open"] if choice == "open" else {"search", "open", "list_files"} >= {*names}
        )


@pytest.mark.parametrize("format", ["hermes", "qwen"])
def test_auto_is_free_until_a_call_begins(walker: Walker, format: Format) -> None:
    trigger = "<tool_call>" if format == "hermes" else "✿FUNCTION✿"
    for lead in ("", "Let me look.\n"):
        constraint = walker.grammars.tool_calls(TOOLS, "auto", format, string_limit=20)
        assert constraint.forced() == [] and not constraint.done
        walker.feed(constraint, f"{lead}{trigger}")
        parsed = parse(f"{lead}{trigger}{walker.write(constraint)}", TOOLS)
        assert parsed.content == lead.strip()
        assert parsed.tool_calls and not parsed.invalid_tool_calls


def test_none_calls_nothing(walker: Walker) -> None:
    constraint = walker.grammars.tool_calls(TOOLS, "none")
    walker.feed(constraint, "Let me look: <tool_")
    with pytest.raises(ValueError, match="may not come"):
        walker.feed(constraint, "call>")


def test_json_fits_its_schema(walker: Walker) -> None:
    schema = TOOLS[0]["function"]["parameters"]
    for _ in range(WALKS):
        constraint = walker.grammars.json_schema(schema, string_limit=20)
        value = json.loads(walker.write(constraint))
        assert fit(value, {**schema, "additionalProperties": False}) == value
        assert len(value["query"]) <= 20


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
    for _ in range(WALKS):
        text = walker.write(walker.grammars.quote(PASSAGES, max_chars=40))
        assert is_quote(text, 40), text


def test_quotes_in_json_are_pieces_of_the_passages(walker: Walker) -> None:
    for _ in range(WALKS):
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
        if constraint.allowed_prefix(tokens) == len(tokens):
            assert constraint.allowed_prefix([*tokens, *walker.eos]) == len(tokens)
    for whole in ("(12,345.60)", "-7.5 % of 1,000", "Sales were (12,345.60) and -7.5 %"):
        constraint = walker.grammars.quote(passages)
        walker.feed(constraint, whole)
        constraint.accept(min(walker.eos))


CONSTRAINTS: list[Callable[[Grammars], Constraint]] = [
    lambda grammars: grammars.tool_calls(TOOLS, "required", "hermes", string_limit=9),
    lambda grammars: grammars.tool_calls([LIST, OPEN], "required", "qwen"),
    lambda grammars: grammars.json_schema(OPEN["function"]["parameters"]),
    lambda grammars: grammars.quote(PASSAGES, max_chars=60),
    lambda grammars: grammars.json_with_quotes(QUOTED, PASSAGES, max_chars=30),
]


@pytest.mark.parametrize("make", CONSTRAINTS)
def test_the_parts_of_the_interface_agree(
    walker: Walker, make: Callable[[Grammars], Constraint]
) -> None:
    """At every token, with a walk that now and then goes back."""

    def allowed() -> list[int]:
        logits = torch.zeros(walker.size)
        constraint.mask(logits)
        return [int(token) for token in (logits == 0).nonzero()]

    for _ in range(10):
        constraint = make(walker.grammars)
        tokens: list[int] = []
        for _ in range(300):
            mask = allowed()
            forced = constraint.forced()
            assert constraint.done == (set(mask) <= walker.eos)
            assert constraint.allowed_prefix(forced) == len(forced)
            if forced:
                assert mask == forced[:1]
            logits = walker.logits()
            constraint.mask(logits)
            token, refused = int(logits.argmax()), int(walker.logits().argmax())
            assert constraint.allowed_prefix([token]) == 1
            if refused not in mask:
                assert constraint.allowed_prefix([refused, token]) == 0
                with pytest.raises(ValueError, match="may not come"):
                    constraint.accept(refused)
            constraint.accept(token)
            tokens.append(token)
            if token in walker.eos:
                assert allowed() == sorted(walker.eos) and constraint.done
                assert constraint.forced() == [] and constraint.allowed_prefix([token]) == 0
                break
            if len(tokens) % 7 == 0:
                constraint.rollback(3)
                assert constraint.allowed_prefix(tokens[-3:]) == 3
                del tokens[-3:]
        constraint.rollback(len(tokens))
        assert constraint.allowed_prefix(tokens) == len(tokens)
        with pytest.raises(ValueError, match="taken back"):
            constraint.rollback(1)


def test_a_call_mark_is_the_token_that_the_model_knows(tiny: Walker) -> None:
    mark, end = tiny.tokenizer.convert_tokens_to_ids(["<tool_call>", "</tool_call>"])
    constraint = tiny.grammars.tool_calls([LIST], "list_files")
    forced = constraint.forced()
    assert forced[0] == mark and forced[-1] == end
    assert tiny.text(forced) == (
        '<tool_call>\n{"name": "list_files", "arguments": {}}\n</tool_call>'
    )
    free = tiny.grammars.tool_calls([LIST], "auto")
    assert free.allowed_prefix(forced) == len(forced)
    # And its spelling is text of a string, never the token.
    query = tiny.grammars.json_schema({"type": "string"})
    tiny.feed(query, '"see ')
    assert query.allowed_prefix([mark]) == 0


@pytest.mark.parametrize("format", ["hermes", "qwen"])
def test_a_model_that_cannot_call_tools_calls_them(
    embedded: ChatQwen2, smol: Walker, format: Format
) -> None:
    network = embedded.engine.network
    ids = ChatTokens(embedded.tokenizer).encode(
        render([HumanMessage("What does the dummy called Osvald weigh?")], TOOLS, format)
    )
    constraint = smol.grammars.tool_calls(TOOLS, "search", format, string_limit=60)
    past, read, answer = network.remember(), ids, list[int]()
    while not constraint.done:
        logits = network.forward(torch.tensor([read]), past)[0, -1].clone()
        constraint.mask(logits)
        read = [int(logits.argmax())]
        constraint.accept(read[0])
        answer += read
    (call,) = parse(smol.text(answer), TOOLS).tool_calls
    assert call["name"] == "search" and "Osvald" in call["args"]["query"]


def test_what_cannot_be_compiled_is_an_error_for_the_user(tiny: Walker) -> None:
    grammars = tiny.grammars
    with pytest.raises(DocAgentError, match="no tool"):
        grammars.tool_calls(TOOLS, "unknown")
    with pytest.raises(DocAgentError, match="no passage"):
        grammars.quote([" \n"])
    with pytest.raises(DocAgentError, match="cannot be compiled"):
        grammars.json_schema({"type": "integer", "minimum": 2, "maximum": 1})
    looping: dict[str, Any] = {
        "type": "object",
        "properties": {"quote": {"type": "string", "x-quote": True}, "next": {"$ref": "#"}},
    }
    with pytest.raises(DocAgentError, match="contains itself"):
        grammars.json_with_quotes(looping, PASSAGES)
