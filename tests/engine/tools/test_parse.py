from __future__ import annotations

import json
from typing import Any

import pytest

from docagent.engine.tools.parse import parse
from docagent.engine.tools.specification import specifications
from docagent.engine.tools.splitter import Calls, Splitter
from tests.engine.tools.conftest import TOOLS

A = ("search", {"query": "a"})
LIST: tuple[str, dict[str, Any]] = ("list_files", {})
CALL = '{"name": "search", "arguments": {"query": "a"}}'

# What a model wrote, the content, and the calls that were meant.
READ: list[tuple[str, str | None, list[tuple[str, dict[str, Any]]]]] = [
    # hermes
    (f"<tool_call>\n{CALL}\n</tool_call>", "", [A]),
    (f"<tool_call>{CALL}</tool_call>", "", [A]),
    (f"Let me look.\n<tool_call>\n{CALL}\n</tool_call>\nDone.", "Let me look.\nDone.", [A]),
    (f"<tool_call>\n{CALL}\n</tool_call>\n<tool_call>\n{CALL}\n</tool_call>", "", [A, A]),
    (f"<tool_call>\n{CALL}\n{CALL}\n</tool_call>", "", [A, A]),
    (f"<tool_call>\n[{CALL}, {CALL}]\n</tool_call>", "", [A, A]),
    (f"<tool_call>\n{CALL}", "", [A]),
    (f"<tool_call>\n{CALL}\n<tool_call>\n{CALL}\n</tool_call>", "", [A, A]),
    (f"<tool_call>\n{CALL}\n</tool_c", "", [A]),
    (f"{CALL}\n</tool_call>", "", [A]),
    (f"<tool_call>\n{CALL[:-1]}\n</tool_call>", "", [A]),
    (f"<tool_call>\n{CALL[:-2]}\n</tool_call>", "", [A]),
    (f"<tool_call>\n{CALL}}}\n</tool_call>", "}", [A]),
    (f"<tool_call>\n{{{CALL}}}\n</tool_call>", "", [A]),
    (f"<tool_call>\n```json\n{CALL}\n```\n</tool_call>", "", [A]),
    ('<tool_call>{"name":"search","arguments":{"query":"a"}}</tool_call>', "", [A]),
    ('<tool_call>{"arguments": {"query": "a"}, "name": "search"}</tool_call>', "", [A]),
    ('<tool_call>{"name": "search", "parameters": {"query": "a"}}</tool_call>', "", [A]),
    ('<tool_call>{"name": "search", "query": "a"}</tool_call>', "", [A]),
    ("<tool_call>{'name': 'search', 'arguments': {'query': 'a'}}</tool_call>", "", [A]),
    ('<tool_call>{"name": "search", "arguments": {"query": "a",},}</tool_call>', "", [A]),
    ('<tool_call>{"name": "search", "arguments": "{\\"query\\": \\"a\\"}"}</tool_call>', "", [A]),
    ('<tool_call>{"name": "list_files"}</tool_call>', "", [LIST]),
    ('<tool_call>{"name": "list_files", "arguments": null}</tool_call>', "", [LIST]),
    ('<tool_call>{"name": "list_files", "arguments": ""}</tool_call>', "", [LIST]),
    ('<tool_call>{"name": "functions.Search", "arguments": {"query": "a"}}</tool_call>', "", [A]),
    (
        '<tool_call>{"name": "search", "arguments": {"query": "</tool_call> b"}}</tool_call>.',
        ".",
        [("search", {"query": "</tool_call> b"})],
    ),
    (
        '<tool_call>{"name": "search", "arguments": {"query": "two\nlines"}}</tool_call>',
        "",
        [("search", {"query": "two\nlines"})],
    ),
    # arguments that were meant otherwise than written
    (
        '{"name": "search", "arguments": {"query": "a", "pages": "[1, 2]", "top": "3"}}',
        "",
        [("search", {"query": "a", "pages": [1, 2], "top": 3})],
    ),
    (
        '{"name": "search", "arguments": {"query": 7, "pages": 4, "exact": "true"}}',
        "",
        [("search", {"query": "7", "pages": [4], "exact": True})],
    ),
    ('{"name": "search", "arguments": {"query": "a", "top": null}}', "", [A]),
    ('{"name": "open", "arguments": "12"}', "", [("open", {"page": 12})]),
    ('{"name": "open", "arguments": {"page": 3.0}}', "", [("open", {"page": 3})]),
    # bare and fenced
    (CALL, "", [A]),
    (f"Sure:\n  {CALL}", "Sure:", [A]),
    (f"```json\n{CALL}\n```", "", [A]),
    (f"```\n{CALL}\n```\nok", "ok", [A]),
    (f"```tool_call\n{CALL}", "", [A]),
    ('{"function": {"name": "list_files", "arguments": "{}"}, "type": "function"}', "", [LIST]),
    (f'{{"tool_calls": [{CALL}]}}', "", [A]),
    ('[{"name": "list_files"}]', "", [LIST]),
    ('{"tool": "search", "query": "a"}', "", [A]),
    # qwen
    ('✿FUNCTION✿: search\n✿ARGS✿: {"query": "a"}\n', "", [A]),
    ('✿FUNCTION✿:search\n✿ARGS✿:{"query":"a"}✿RESULT✿', "", [A]),
    ('ok ✿FUNCTION✿ search ✿ARGS✿ {"query": "a"}', "ok", [A]),
    ('✿FUNCTION✿: search\n✿ARGS✿: {"query": "a"', "", [A]),
    ("✿FUNCTION✿: list_files\n✿ARGS✿: \n✿RESULT✿:", "", [LIST]),
    ("✿FUNCTION✿: list_files", "", [LIST]),
    ("✿FUNCTION✿: open\n✿ARGS✿: 12", "", [("open", {"page": 12})]),
    (
        '✿FUNCTION✿: search\n✿ARGS✿: ```json\n{"query": "a"}\n```\n✿FUNCTION✿: list_files',
        "",
        [A, LIST],
    ),
    (
        "✿FUNCTION✿: list_files\n✿ARGS✿: {}\n✿RESULT✿: made up\n✿RETURN✿: It is so.",
        "It is so.",
        [LIST],
    ),
    # content
    ("It is 21 °C.", "It is 21 °C.", []),
    (" \n Two\n\n words  \n", "Two\n\n words", []),
    ('Write {"name": "search", "arguments": {}} to search.', None, []),
    ('{"answer": "a", "pages": [1]}', '{"answer": "a", "pages": [1]}', []),
    ('{"name": "Osvald", "weight": 82}', '{"name": "Osvald", "weight": 82}', []),
    ("[1] page 3\n[2] page {4}", "[1] page 3\n[2] page {4}", []),
    ("```python\nprint({1})\n```", "```python\nprint({1})\n```", []),
    ("5 < 6 and ✿ is a flower <b>", "5 < 6 and ✿ is a flower <b>", []),
    ("So 5 <", "So 5 <", []),
    ("half a tag <tool_c", "half a tag", []),
    ("half a tag ✿FUNC", "half a tag", []),
]

REFUSED = [
    ('<tool_call>{"name": "serch", "arguments": {}}</tool_call>', "serch", "no tool 'serch'"),
    ('{"name": "serch", "arguments": {}}', "serch", "tools are: search, open, list_files"),
    ("✿FUNCTION✿: serch\n✿ARGS✿: {}", "serch", "no tool 'serch'"),
    ('<tool_call>{"name": "search", "arguments": {}}</tool_call>', "search", "query is missing"),
    ('{"name": "open", "arguments": {"page": "three"}}', "open", 'must be integer, not "three"'),
    ('{"name": "search", "arguments": {"query": "a", "top": 99}}', "search", "at most 20"),
    (
        '{"name": "search", "arguments": {"query": "a", "order": "x"}}',
        "search",
        '"page" or "score"',
    ),
    ('{"name": "search", "arguments": [1]}', "search", "must be object"),
    ("✿FUNCTION✿: search\n✿ARGS✿: what", "search", "must be object"),
    ('✿FUNCTION✿: search\n✿ARGS✿: {"query": "a', "search", "cut off"),
    ('<tool_call>\n{"name": "search", "arguments": {"query": "a', None, "cut off"),
    ('{"name": "search", "arguments": {"query": "a', None, "cut off"),
    ('<tool_call>\nsearch(query="a")\n</tool_call>', None, "not JSON"),
    ("<tool_call>" + "[" * 50_000, None, "cut off"),
]


def plain(calls: Calls) -> tuple[str, list[Any], list[Any]]:
    return (
        calls.content,
        [(call["name"], call["args"]) for call in calls.tool_calls],
        [(call["name"], call["args"], call["error"]) for call in calls.invalid_tool_calls],
    )


@pytest.mark.parametrize(("text", "content", "calls"), READ)
def test_calls_are_read_as_they_were_meant(
    text: str, content: str | None, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    expected = text if content is None else content
    assert plain(parse(text, TOOLS)) == (expected, calls, [])


@pytest.mark.parametrize(("text", "name", "error"), REFUSED)
def test_what_cannot_be_called_says_why_in_one_line(
    text: str, name: str | None, error: str
) -> None:
    parsed = parse(text, TOOLS)
    assert parsed.content == "" and not parsed.tool_calls
    (call,) = parsed.invalid_tool_calls
    assert call["name"] == name and call["error"] is not None
    assert error in call["error"] and "\n" not in call["error"]


def test_every_call_has_an_id_of_its_own() -> None:
    calls = parse(f"{READ[3][0]}\n{REFUSED[0][0]}", TOOLS)
    ids = {call["id"] for call in [*calls.tool_calls, *calls.invalid_tool_calls]}
    assert len(ids) == 3 and all(ids)


def test_without_tools_every_text_is_content() -> None:
    for text, _, _ in READ:
        assert plain(parse(text)) == (text, [], [])


@pytest.mark.parametrize("text", [text for text, _, _ in READ] + [t for t, _, _ in REFUSED[:-1]])
def test_the_pieces_in_which_an_answer_comes_make_no_difference(text: str) -> None:
    expected = plain(parse(text, TOOLS))
    tools = specifications(TOOLS)
    cuts = [[text[:at], text[at:]] for at in range(1, len(text))]
    for pieces in [*cuts, list(text), [text[at : at + 3] for at in range(0, len(text), 3)]]:
        splitter = Splitter(tools)
        content = "".join(map(splitter.push, pieces))
        rest = splitter.finish()
        assert plain(rest._replace(content=content + rest.content)) == expected


def test_content_comes_at_once_and_marks_never() -> None:
    splitter = Splitter(specifications(TOOLS))
    assert splitter.push("It is warm") == "It is warm"
    assert splitter.push(" <b>") == " <b>"
    assert splitter.push(" <tool_") == ""
    assert splitter.push("box>") == " <tool_box>"
    assert splitter.push("\n<tool_call>") == ""
    assert splitter.push(f"\n{CALL}\n</tool_call>") == ""
    assert splitter.push(" Done") == "\nDone"
    assert plain(splitter.finish()) == ("", [A], [])


def test_arguments_never_hold_half_a_character() -> None:
    (call,) = parse('{"name": "search", "arguments": {"query": "a\\ud800"}}', TOOLS).tool_calls
    assert json.dumps(call["args"], ensure_ascii=False).encode() == b'{"query": "a\xef\xbf\xbd"}'
