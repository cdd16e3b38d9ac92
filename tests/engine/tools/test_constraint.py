"""Random logits stand for the worst model there is: what it writes must parse all the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

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
from tests.engine.tools.conftest import LIST, OPEN, SEARCH, TOOLS
from tests.engine.tools.walker import PASSAGES, QUOTED, Walker

# Random logits would write no end of a string.
BOUNDED = copy.deepcopy(SEARCH)
BOUNDED["function"]["parameters"]["properties"]["query"]["maxLength"] = 20
SHORT = [BOUNDED, OPEN, LIST]


@pytest.mark.parametrize("format", ["hermes", "qwen"])
@pytest.mark.parametrize("choice", ["required", "open"])
def test_every_call_parses_and_names_a_tool(walker: Walker, format: Format, choice: str) -> None:
    for _ in range(walker.walks):
        constraint = walker.grammars.tool_calls(SHORT, choice, format)
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
        constraint = walker.grammars.tool_calls(SHORT, "auto", format)
        assert constraint.forced() == []
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
    schema = BOUNDED["function"]["parameters"]
    for _ in range(walker.walks):
        constraint = walker.grammars.json_schema(schema)
        value = json.loads(walker.write(constraint))
        assert fit(value, {**schema, "additionalProperties": False}) == value
        assert len(value["query"]) <= 20


CONSTRAINTS: list[Callable[[Grammars], Constraint]] = [
    lambda grammars: grammars.tool_calls(SHORT, "required", "hermes"),
    lambda grammars: grammars.tool_calls([LIST, OPEN], "required", "qwen"),
    lambda grammars: grammars.json_schema(OPEN["function"]["parameters"]),
    lambda grammars: grammars.json_schema({"type": "string", "x-quote": True}, PASSAGES),
    lambda grammars: grammars.json_schema(QUOTED, PASSAGES),
]


@pytest.mark.parametrize("make", CONSTRAINTS)
def test_the_parts_of_the_interface_agree(
    walker: Walker, make: Callable[[Grammars], Constraint]
) -> None:
    """At every token, with a walk that now and then goes back."""

    def allowed() -> list[int]:
        logits = torch.zeros(walker.size)
        constraint.mask(logits)
        result: list[int] = (logits == 0).nonzero()[:, 0].tolist()
        return result

    for _ in range(5):
        constraint = make(walker.grammars)
        tokens: list[int] = []
        for step in range(150):
            mask = allowed()
            forced = constraint.forced()
            assert constraint.allowed_prefix(forced) == len(forced)
            if forced:
                assert mask == forced[:1]
            logits = walker.logits()
            constraint.mask(logits)
            token, refused = int(logits.argmax()), int(walker.logits().argmax())
            assert constraint.allowed_prefix([token]) == 1
            if refused not in mask and not forced:
                assert constraint.allowed_prefix([refused, token]) == 0
                with pytest.raises(ValueError, match="may not come"):
                    constraint.accept(refused)
            constraint.accept(token)
            tokens.append(token)
            if token in walker.eos:
                assert allowed() == sorted(walker.eos)
                assert constraint.forced() == [] and constraint.allowed_prefix([token]) == 0
                break
            if step % 7 == 6 and len(tokens) > 3:
                constraint.rollback(3)
                assert constraint.allowed_prefix(tokens[-3:]) == 3
                del tokens[-3:]
        constraint.rollback(len(tokens))
        assert constraint.allowed_prefix(tokens) == len(tokens)


def test_a_call_mark_is_the_token_that_the_model_knows(tiny: Walker) -> None:
    added = tiny.tokenizer.get_added_vocab()
    mark, end = added["<tool_call>"], added["</tool_call>"]
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
    small: ChatQwen2, tiny: Walker, format: Format
) -> None:
    network = small.engine.network
    ids = ChatTokens(small.tokenizer).encode(
        render([HumanMessage("What does the dummy called Osvald weigh?")], TOOLS, format)
    )
    constraint = tiny.grammars.tool_calls(SHORT, "search", format)
    past, read, answer = network.new_cache(), ids, list[int]()
    while len(answer) < 300:
        logits = network.forward(torch.tensor([read]), past)[0, -1].clone()
        constraint.mask(logits)
        read = [int(logits.argmax())]
        constraint.accept(read[0])
        if read[0] in tiny.eos:
            break
        answer += read
    (call,) = parse(tiny.text(answer), TOOLS).tool_calls
    assert call["name"] == "search" and 0 < len(call["args"]["query"]) <= 20


def test_what_cannot_be_compiled_is_an_error_for_the_user(tiny: Walker) -> None:
    grammars = tiny.grammars
    with pytest.raises(DocAgentError, match="no tool"):
        grammars.tool_calls(TOOLS, "unknown")
    with pytest.raises(DocAgentError, match="no passage"):
        grammars.json_schema(QUOTED, [" \n"])
    with pytest.raises(DocAgentError, match="cannot be compiled"):
        grammars.json_schema({"type": "integer", "minimum": 2, "maximum": 1})
    looping: dict[str, Any] = {
        "type": "object",
        "properties": {"quote": {"type": "string", "x-quote": True}, "next": {"$ref": "#"}},
    }
    with pytest.raises(DocAgentError, match="contains itself"):
        grammars.json_schema(looping, PASSAGES)
