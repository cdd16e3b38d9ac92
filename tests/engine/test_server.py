from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import HumanMessage

from docagent.engine.resolve import resolve
from docagent.engine.servers.chat import CONCURRENCY, ChatServer, least_tokens
from docagent.engine.servers.connect import connect, parse
from docagent.engine.servers.errors import user_error
from docagent.engine.tokens import ChatTokens
from docagent.errors import DocAgentError
from tests.engine.scripted_server import Scripted, scripted, usage

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

LONG = "The harbour office of Ostby opens at 6:45 in summer. " * 400


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as script:
        yield script


@pytest.fixture
def model(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> ChatServer:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    return connect(f"openai:org/m@{server.url}")


def test_answers_and_streams(server: Scripted, tmp_path: Path) -> None:
    model, line = resolve(f"openai:org/m@{server.url}/", tmp_path)
    assert line == f"model: openai:org/m@{server.url}/"
    message = model.invoke("Hi", max_tokens=64)
    chunks = list(model.stream("Hi", max_tokens=64))
    assert message.content == "".join(str(chunk.content) for chunk in chunks) == "Hello you"
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == 7
    assert [c.usage_metadata["total_tokens"] for c in chunks if c.usage_metadata] == [7]
    for request in server.requests:
        assert request["model"] == "org/m"
        assert request["temperature"] == 0
        assert request["max_tokens"] == 64
        assert "max_completion_tokens" not in request
    assert set(server.keys) == {"Bearer none"}


async def test_the_same_asynchronously(server: Scripted, model: ChatServer) -> None:
    server.say('{"name": "search", "arguments": {"query": "x"}}')
    tool = {"type": "function", "function": {"name": "search", "parameters": {}}}
    assert (await model.ainvoke("Hi", tools=[tool])).tool_calls[0]["name"] == "search"
    whole = None
    async for chunk in model.astream("Hi", tools=[tool]):
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert whole.tool_calls[0]["args"] == {"query": "x"}
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["input_tokens"] == 5


def test_usage_that_counts_up_with_every_piece_counts_once(
    server: Scripted, model: ChatServer
) -> None:
    server.usage_everywhere = True
    told = [chunk.usage_metadata for chunk in model.stream("Hi") if chunk.usage_metadata]
    assert [one["input_tokens"] for one in told] == [5]


def test_key_from_the_environment(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    connect(f"openai:m@{server.url}").invoke("Hi")
    assert server.keys == ["Bearer secret"]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_busy_server_is_asked_again(server: Scripted, model: ChatServer, streaming: bool) -> None:
    server.status, server.failures = 503, 3
    said = "".join(chunk.text for chunk in model.stream("Hi")) if streaming else ""
    assert (said or model.invoke("Hi").text) == "Hello you"
    assert len(server.requests) == 4


def test_an_answer_that_breaks_off_is_not_begun_again(server: Scripted, model: ChatServer) -> None:
    server.cut_off = True
    said: list[str] = []
    with pytest.raises(DocAgentError, match=r"127.*broke off its answer .*try again$"):
        for chunk in model.stream("Hi"):
            said.append(chunk.text)
    assert "".join(said) == "Hello"
    assert len(server.requests) == 1


def test_a_batch_sends_no_more_than_the_limit_together(server: Scripted, model: ChatServer) -> None:
    server.seconds = 0.05
    prompts: list[LanguageModelInput] = ["Hi" for _ in range(3 * CONCURRENCY)]
    assert len(model.batch(prompts)) == len(prompts)
    assert 1 < server.most_together <= CONCURRENCY
    server.most_together = 0
    model.bind(max_tokens=5).batch(prompts[:6], {"max_concurrency": 2})
    assert server.most_together == 2


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        (401, "no", r"refused the key; set OPENAI_API_KEY"),
        (404, "no\nmodel", r"does not know this model or address \(no model\); check both"),
        (429, "later", r"takes no more requests now \(later\)"),
        (
            400,
            "This model's maximum context length is 4096 tokens",
            r"answered 400 \(This .* 4096 tokens\); if .* lower --budget or start it with a longer",
        ),
        (400, '"auto" tool choice requires a parser', r"start it so that it takes tools"),
        (400, "Server is pinned to 'a'", r"check the name in openai:MODEL@URL$"),
        (422, "no", r"answered 422 \(no\)$"),
    ],
)
@pytest.mark.parametrize("streaming", [False, True])
def test_errors_of_the_server_are_one_line(
    server: Scripted, model: ChatServer, status: int, words: str, expected: str, streaming: bool
) -> None:
    server.status, server.error = status, words
    with pytest.raises(DocAgentError) as caught:
        list(model.stream("Hi")) if streaming else model.invoke("Hi")
    assert re.search(expected, str(caught.value)), caught.value
    assert server.url.removesuffix("/v1") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_without_its_path(server: Scripted) -> None:
    server.status = 404
    with pytest.raises(DocAgentError, match=r"the URL of most servers ends in /v1$"):
        connect(f"openai:m@{server.url.removesuffix('/v1')}").invoke("Hi")


def test_no_server_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)
    with pytest.raises(DocAgentError) as caught:
        connect("openai:m@http://me:secret@127.0.0.1:9/v1").invoke("Hi")
    assert str(caught.value) == (
        "the model server at http://127.0.0.1:9 cannot be reached; start it or check the address"
    )


def test_other_errors_are_not_the_servers() -> None:
    assert user_error(ValueError("x")) is None
    assert "broke off" in str(user_error(httpx.ReadError("x")))


@pytest.mark.parametrize("streaming", [False, True])
def test_a_cut_prompt_is_warned_of_once(
    server: Scripted, model: ChatServer, caplog: pytest.LogCaptureFixture, streaming: bool
) -> None:
    server.usage = usage(2050, 2)  # what Ollama tells when it has cut to half of its 4096
    with caplog.at_level(logging.WARNING, "docagent"):
        for _ in range(2):
            list(model.stream(LONG)) if streaming else model.invoke(LONG)
    (record,) = caplog.records
    told = record.getMessage()
    assert "read 2050 tokens of a prompt that has at least" in told
    assert "OLLAMA_CONTEXT_LENGTH" in told
    assert "num_ctx" in told


def test_a_prompt_is_never_thought_longer_than_it_is(
    qwen_tokenizer: PreTrainedTokenizerFast,
) -> None:
    count = ChatTokens(qwen_tokenizer).count
    code = Path(__file__).read_text(encoding="utf-8")
    texts = [
        LONG,
        code,
        "handbook" * 50,
        "1,234,567.89 | 12.5% | (3)\n" * 50,
        "港务局夏天早上六点四十五分开门。" * 50,
        "يفتح مكتب الميناء في السادسة والنصف صباحا. " * 50,
        "   \n\n\t" * 200,
    ]
    for text in texts:
        least = least_tokens([HumanMessage(text)])
        assert least <= count(text)
    assert least_tokens([HumanMessage(LONG)]) > 0.7 * count(LONG)
    assert least_tokens([HumanMessage(code)]) > 0.5 * count(code)


@pytest.mark.parametrize("told", [None, usage(0, 0), usage(5600, 2)])
def test_a_prompt_that_was_read_is_not_warned_of(
    server: Scripted,
    model: ChatServer,
    caplog: pytest.LogCaptureFixture,
    told: dict[str, int] | None,
) -> None:
    server.usage = told
    with caplog.at_level(logging.WARNING, "docagent"):
        model.invoke(LONG)
    assert not caplog.records


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ("openai:m@http://h:1/v1", ("m", ["http://h:1/v1"])),
        ("openai:a@b/c@https://h/v1/", ("a@b/c", ["https://h/v1"])),
        ("openai:m@https://user:word@h/v1", ("m", ["https://user:word@h/v1"])),
    ],
)
def test_parse(specification: str, expected: tuple[str, list[str]]) -> None:
    assert parse(specification) == expected


@pytest.mark.parametrize(
    "specification", ["openai:", "openai:m", "openai:m@", "openai:@http://h", "openai:m@localhost"]
)
def test_malformed(specification: str) -> None:
    with pytest.raises(DocAgentError, match=r"openai:MODEL@URL"):
        parse(specification)
