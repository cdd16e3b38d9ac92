"""llama.cpp's server with the smaller embedded model behind `openai:MODEL@URL`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docagent import DocAgent
from docagent.engine.servers.chat import ChatServer
from docagent.engine.servers.connect import connect
from docagent.errors import ServerError
from tests.engine.llama_server import LlamaServer, llama_server
from tests.engine.test_server_real import CAPITAL, search

CONTEXT = 4096


@pytest.fixture(scope="module")
def served(qwen_file: Path) -> Iterator[LlamaServer]:
    pytest.importorskip("xllamacpp")
    with llama_server(qwen_file, CONTEXT) as server:
        yield server


@pytest.fixture
def model(served: LlamaServer) -> ChatServer:
    return connect(served.model)


def test_an_answer_whole_and_streamed(model: ChatServer) -> None:
    whole = model.invoke(CAPITAL, max_tokens=16)
    pieces = list(model.stream(CAPITAL, max_tokens=16))
    assert "Paris" in whole.text
    assert "".join(piece.text for piece in pieces) == whole.text
    assert len([piece for piece in pieces if piece.text]) > 3
    (usage,) = [piece.usage_metadata for piece in pieces if piece.usage_metadata]
    assert whole.usage_metadata is not None
    assert usage["output_tokens"] == whole.usage_metadata["output_tokens"]
    assert usage["input_token_details"]["cache_read"] > 0  # it remembers the prompt it just read


def test_tools_whole_and_streamed(model: ChatServer) -> None:
    bound = model.bind_tools([search], tool_choice="required")
    question = "Search the document for the opening hours of the harbour office."
    whole = bound.invoke(question, max_tokens=64)
    streamed = None
    for piece in bound.stream(question, max_tokens=64):
        streamed = piece if streamed is None else streamed + piece
    for message in (whole, streamed):
        assert message is not None
        (call,) = message.tool_calls
        assert call["name"] == "search" and isinstance(call["args"]["query"], str)


def test_a_prompt_that_does_not_fit_is_no_answer(model: ChatServer) -> None:
    with pytest.raises(ServerError, match=r"context.*lower --budget"):
        model.invoke("The mill stands by the weir. " * CONTEXT, max_tokens=8)
    assert "Paris" in model.invoke(CAPITAL, max_tokens=16).text


@pytest.mark.slow
def test_an_answer_about_a_document(served: LlamaServer, town: Path) -> None:
    answer = DocAgent(model=served.model).ask(town, "Who rebuilt the ice house?")
    assert answer.text and answer.citations  # which words the 0.5B picks depends on its server
    assert all(citation.verified for citation in answer.citations)
    assert answer.usage.prompt_tokens > 50
