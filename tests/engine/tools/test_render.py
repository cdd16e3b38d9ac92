from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.messages import (
    AIMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool

from docagent.engine.tokens import ChatTokens
from docagent.engine.tools.marks import Format
from docagent.engine.tools.parse import parse
from docagent.engine.tools.render import render
from docagent.errors import DocAgentError
from tests.engine.tools.conftest import LIST, OPEN, SEARCH, TOOLS

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def call(name: str, **arguments: Any) -> Any:
    return {"name": name, "args": arguments, "id": name, "type": "tool_call"}


SYSTEM = SystemMessage("Be brief.")
QUESTION = HumanMessage("How warm is it?")
CALLS = AIMessage(
    "Let me look.", tool_calls=[call("search", query="wärme", pages=[1]), call("list_files")]
)
RESULTS = [ToolMessage("21 °C", tool_call_id="search"), ToolMessage("a.pdf", tool_call_id="l")]
SECOND = AIMessage("", tool_calls=[call("open", page=3)])
THIRD = ToolMessage("It is 21 °C.", tool_call_id="open")
ANSWER = AIMessage("It is 21 °C.")
CONVERSATION = [SYSTEM, QUESTION, CALLS, *RESULTS, SECOND, THIRD, ANSWER, HumanMessage("Thanks")]

# As Qwen2.5's template in tokenizer_config.json and its documentation print it.
HERMES = """<|im_start|>system
Be brief.

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{"type": "function", "function": {"name": "open", "description": "Open a page.", "parameters": \
{"type": "object", "properties": {"page": {"type": "integer"}}, "required": ["page"]}}}
</tools>

For each function call, return a json object with function name and arguments within \
<tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
<|im_start|>user
How warm is it?<|im_end|>
<|im_start|>assistant
Let me look.
<tool_call>
{"name": "search", "arguments": {"query": "wärme", "pages": [1]}}
</tool_call>
<tool_call>
{"name": "list_files", "arguments": {}}
</tool_call><|im_end|>
<|im_start|>user
<tool_response>
21 °C
</tool_response>
<tool_response>
a.pdf
</tool_response><|im_end|>
<|im_start|>assistant
<tool_call>
{"name": "open", "arguments": {"page": 3}}
</tool_call><|im_end|>
<|im_start|>user
<tool_response>
It is 21 °C.
</tool_response><|im_end|>
<|im_start|>assistant
It is 21 °C.<|im_end|>
<|im_start|>user
Thanks<|im_end|>
<|im_start|>assistant
"""

# As Qwen2's documentation prints it; further calls after a result as Qwen-Agent writes them.
QWEN = """<|im_start|>system
Be brief.

# Tools

## You have access to the following tools:

### open

open: Open a page. Parameters: {"type": "object", "properties": {"page": {"type": "integer"}}, \
"required": ["page"]} Format the arguments as a JSON object.

## When you need to call a tool, please insert the following command in your reply, which can be \
called zero or multiple times according to your needs:

✿FUNCTION✿: The tool to use, should be one of [open]
✿ARGS✿: The input of the tool
✿RESULT✿: Tool results
✿RETURN✿: Reply based on tool results. Images need to be rendered as ![](url)<|im_end|>
<|im_start|>user
How warm is it?<|im_end|>
<|im_start|>assistant
Let me look.
✿FUNCTION✿: search
✿ARGS✿: {"query": "wärme", "pages": [1]}
✿FUNCTION✿: list_files
✿ARGS✿: {}
✿RESULT✿: 21 °C
✿RESULT✿: a.pdf
✿RETURN✿: \n\
✿FUNCTION✿: open
✿ARGS✿: {"page": 3}
✿RESULT✿: It is 21 °C.
✿RETURN✿: It is 21 °C.<|im_end|>
<|im_start|>user
Thanks<|im_end|>
<|im_start|>assistant
"""


def text_of(tokenizer: PreTrainedTokenizerFast, ids: list[int]) -> str:
    return str(tokenizer.decode(ids, clean_up_tokenization_spaces=False))


@pytest.mark.parametrize(("format", "expected"), [("hermes", HERMES), ("qwen", QWEN)])
def test_the_prompt_is_the_one_the_models_were_trained_on(
    qwen25: PreTrainedTokenizerFast, format: Format, expected: str
) -> None:
    ids = ChatTokens(qwen25).encode(render(CONVERSATION, [OPEN], format))
    assert text_of(qwen25, ids) == expected
    # Token by token as well, marks included, for a prompt without foreign text.
    assert ids == qwen25.backend_tokenizer.encode(expected).ids


@pytest.mark.parametrize("format", ["hermes", "qwen"])
def test_a_result_prompts_for_the_answer(qwen2: PreTrainedTokenizerFast, format: Format) -> None:
    turns = render([QUESTION, SECOND, THIRD], TOOLS, format)
    text = text_of(qwen2, ChatTokens(qwen2).encode(turns))
    assert text.endswith(
        "</tool_response><|im_end|>\n<|im_start|>assistant\n"
        if format == "hermes"
        else "\n✿RESULT✿: It is 21 °C.\n✿RETURN✿:"
    )
    assert "system\nYou are a helpful assistant.\n\n# Tools" in text


@pytest.mark.parametrize("format", ["hermes", "qwen"])
@pytest.mark.parametrize("kind", ["qwen25", "qwen2", "qwen_tokenizer"])
def test_the_prompt_of_a_conversation_begins_with_the_prompts_of_its_beginnings(
    request: pytest.FixtureRequest, kind: str, format: Format
) -> None:
    tokens = ChatTokens(request.getfixturevalue(kind))
    spoken = AIMessage("I will open page 3.", tool_calls=[call("open", page=3)])
    for step in (SECOND, spoken):
        conversation = [SYSTEM, QUESTION, CALLS, *RESULTS, step, THIRD, ANSWER, QUESTION, ANSWER]
        whole = tokens.encode(render(conversation, TOOLS, format))
        # The places where an answer is asked for: after the user, and after the last result.
        for length in (2, 5, 7, 9):
            prompt = tokens.encode(render(conversation[:length], TOOLS, format))
            assert whole[: len(prompt)] == prompt


@pytest.mark.parametrize("format", ["hermes", "qwen"])
def test_what_was_rendered_is_parsed_back(format: Format) -> None:
    turns = render([QUESTION, CALLS], TOOLS, format)
    content = turns[-1]["content"]
    text = content if isinstance(content, str) else "".join(part.text for part in content)
    parsed = parse(text, TOOLS)
    assert parsed.content == CALLS.content
    assert [(c["name"], c["args"]) for c in parsed.tool_calls] == [
        (c["name"], c["args"]) for c in CALLS.tool_calls
    ]


def test_a_broken_call_stays_in_sight_of_the_error_about_it() -> None:
    broken = AIMessage(
        "",
        invalid_tool_calls=[
            {"type": "invalid_tool_call", "id": "1", "name": "open", "args": '{"pa', "error": "cut"}
        ],
    )
    turns = render([QUESTION, broken, ToolMessage("cut off", tool_call_id="1")], TOOLS, "qwen")
    assert turns[-1]["content"] == ('✿FUNCTION✿: open\n✿ARGS✿: {"pa\n✿RESULT✿: cut off\n✿RETURN✿:')


def test_tools_come_in_every_way_langchain_knows() -> None:
    @tool
    def add(left: int, right: int = 1) -> int:
        """Add two numbers."""
        return left + right

    def double(number: int) -> int:
        """Double a number."""
        return 2 * number

    content = render([QUESTION], [add, double, LIST, SEARCH["function"]])[0]["content"]
    text = "".join(part.text for part in content if not isinstance(part, str))
    for name in ("add", "double", "list_files", "search"):
        assert f'"name": "{name}"' in text


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ([OPEN, OPEN], "two tools are named 'open'"),
        ([{"name": "bad name", "description": "", "parameters": {}}], "rename the tool"),
        ([{"type": "web"}], "cannot be offered as a tool"),
        (["text"], "cannot be offered as a tool"),
    ],
)
def test_odd_tools_are_refused(tools: list[Any], message: str) -> None:
    with pytest.raises(DocAgentError, match=message):
        render([QUESTION], tools)


def test_nothing_to_answer_and_pictures_are_refused() -> None:
    with pytest.raises(DocAgentError, match="no message"):
        render([], TOOLS)
    with pytest.raises(DocAgentError, match="text only"):
        render([HumanMessage([{"type": "image_url", "image_url": {"url": "x"}}])], TOOLS)
