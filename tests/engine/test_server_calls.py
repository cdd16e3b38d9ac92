"""Tool calls of servers that keep to the protocol, and of those that do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from docagent.engine.servers.connect import connect
from tests.engine.scripted_server import Scripted, scripted


def search(query: str) -> str:
    """Search the document."""
    return query


def read_pages(first: int, last: int) -> str:
    """Read pages."""
    return f"{first}-{last}"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


def answers(server: Scripted, **options: Any) -> list[AIMessage]:
    """The same answer whole and streamed."""
    model = connect(f"openai:m@{server.url}").bind_tools([search, read_pages], **options)
    pieces = list(model.stream("Hi"))
    streamed = pieces[0]
    for piece in pieces[1:]:
        streamed = streamed + piece  # type: ignore[assignment]
    return [model.invoke("Hi"), streamed]


def reply(
    index: int | None, name: str | None, arguments: str, number: str | None
) -> dict[str, Any]:
    call: dict[str, Any] = {"function": {"name": name, "arguments": arguments}, "type": "function"}
    if index is not None:
        call["index"] = index
    return {**call, "id": number} if number else call


@pytest.mark.parametrize(
    "pieces",
    [
        ['<tool_call>\n{"name": "search", "argum', 'ents": {"query": "pay"}}\n</tool_call>'],
        ["✿FUNCTION✿: search\n✿AR", 'GS✿: {"query": "pay"}\n✿RESULT✿'],
        ["```json\n", '{"name": "search", "arguments": {"query": "pay"}}', "\n```"],
        ['{"name": "search", ', '"arguments": {"query": "pay"}}'],
        ['{"function": {"name": "search", "arguments": "{\\"query\\": \\"pay\\"}"}}'],
    ],
)
def test_a_call_in_the_text(server: Scripted, pieces: list[str]) -> None:
    server.say(*pieces)
    for message in answers(server):
        (call,) = message.tool_calls
        assert (call["name"], call["args"]) == ("search", {"query": "pay"})
        assert call["id"]
        assert message.content == ""
        assert not message.invalid_tool_calls


def test_what_is_said_beside_a_call_is_kept(server: Scripted) -> None:
    server.say("I look it up.\n", '<tool_call>{"name": "search", "arguments": {"query": "pay"}}')
    for message in answers(server):
        assert message.content == "I look it up."
        assert len(message.tool_calls) == 1


@pytest.mark.parametrize(
    "text",
    ["The word <b>bold</b> {x} stands there.", '{"total": 3, "name of": "pay"}', "`search` it"],
)
def test_text_that_is_no_call_stays(server: Scripted, text: str) -> None:
    server.say(text[:7], text[7:])
    for message in answers(server):
        assert message.content == text
        assert not message.tool_calls
        assert not message.invalid_tool_calls


def test_without_tools_nothing_is_a_call(server: Scripted) -> None:
    text = '<tool_call>{"name": "search", "arguments": {"query": "pay"}}</tool_call>'
    server.say(text)
    model = connect(f"openai:m@{server.url}")
    assert model.invoke("Hi").content == text
    assert "".join(chunk.text for chunk in model.stream("Hi")) == text
    for message in answers(server, tool_choice="none"):
        assert message.content == text
        assert not message.tool_calls


@pytest.mark.parametrize("indexed", [True, False])
def test_calls_that_the_server_tells_apart(server: Scripted, indexed: bool) -> None:
    server.deltas = [
        {"content": "Two."},
        {
            "tool_calls": [
                reply(0 if indexed else None, "search", '{"query": "pay"}', "a"),
                reply(1 if indexed else None, "read_pages", '{"first": "3", "last": 4}', "b"),
            ]
        },
    ]
    for message in answers(server):
        assert message.content == "Two."
        assert [(call["name"], call["args"], call["id"]) for call in message.tool_calls] == [
            ("search", {"query": "pay"}, "a"),
            ("read_pages", {"first": 3, "last": 4}, "b"),
        ]


def test_calls_that_come_in_pieces_and_all_with_index_0(server: Scripted) -> None:
    server.deltas = [
        {"tool_calls": [reply(0, "search", '{"que', "a")]},
        {"tool_calls": [reply(0, None, 'ry": "pay"}', None)]},
        {"tool_calls": [reply(0, "search", "", "b")]},
        {"tool_calls": [reply(0, "search", '{"query": "bonus"}', "b")]},
    ]
    _, streamed = answers(server)
    assert [call["args"] for call in streamed.tool_calls] == [{"query": "pay"}, {"query": "bonus"}]


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("delete_all", '{"query": "pay"}', "there is no tool 'delete_all'"),
        ("search", '{"query": "pa', "cut off"),
        ("read_pages", '{"first": "three"}', "read_pages: "),
    ],
)
@pytest.mark.parametrize("in_text", [False, True])
def test_a_call_that_cannot_be_made_is_refused(
    server: Scripted, name: str, arguments: str, why: str, in_text: bool
) -> None:
    if in_text:
        server.say(f'<tool_call>{{"name": "{name}", "arguments": {arguments}')
    else:
        server.deltas = [{"tool_calls": [reply(0, name, arguments, "a")]}]
    for message in answers(server):
        assert not message.tool_calls
        (call,) = message.invalid_tool_calls
        assert why in f"{call['error']} {call['args']}"


def test_an_answer_with_calls_can_be_sent_back(server: Scripted) -> None:
    server.say('{"name": "search", "arguments": {"query": "pay"}}')
    model = connect(f"openai:m@{server.url}").bind_tools([search])
    called = model.invoke("Hi")
    number = called.tool_calls[0]["id"]
    model.invoke([("user", "Hi"), called, {"role": "tool", "content": "9", "tool_call_id": number}])
    sent = server.requests[-1]["messages"][1]["tool_calls"][0]
    assert sent["function"] == {"name": "search", "arguments": '{"query": "pay"}'}
    assert sent["id"] == number
