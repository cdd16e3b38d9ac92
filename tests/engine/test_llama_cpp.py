"""llama.cpp's server with the smaller embedded model behind `openai:MODEL@URL`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import fleet
from docagent import DocAgent
from docagent.engine.servers.chat import ChatServer
from docagent.engine.servers.connect import connect
from docagent.errors import ServerError
from tests.engine.gguf_files import random_model, write_gguf
from tests.engine.llama_server import LlamaServer, llama_server
from tests.engine.test_server_real import CAPITAL, search

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

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
    streamed: Any = None
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


@pytest.mark.slow
def test_two_servers_read_each_text_once(
    tmp_path: Path, tiny_tokenizer: PreTrainedTokenizerFast
) -> None:
    """What is read does not hang on the weights: a model of a few thousand will do."""
    pytest.importorskip("xllamacpp")
    model = random_model()
    model.config.max_position_embeddings = 8192
    write_gguf(tmp_path / "tiny.gguf", model, tiny_tokenizer)
    # An odd number: taking turns, a text comes to the other server the next time.
    passages = [f"Text {n}. " + f"The mill {n} stands by the weir. " * 50 for n in range(5)]
    sent, by_prefix, _ = fleet.run(tmp_path / "tiny.gguf", passages, lambda _: None)
    again, in_turns, _ = fleet.run(tmp_path / "tiny.gguf", passages, fleet.in_turns)
    assert sent == again and by_prefix < 0.6 * sent and by_prefix < in_turns, (by_prefix, in_turns)
    assert fleet.kill_one(tmp_path / "tiny.gguf", passages) == (3 * len(passages), 0)


@pytest.mark.slow
def test_one_of_two_servers_is_killed(qwen_file: Path) -> None:
    """Every question is answered, and the beginning of a prompt is read once."""
    pytest.importorskip("xllamacpp")
    with llama_server(qwen_file, CONTEXT) as one, llama_server(qwen_file, CONTEXT) as two:
        model = connect(f"{one.model},{two.url}")
        text = "The mill stands by the weir. " * 20
        read = [model.invoke(f"{text} {CAPITAL}", max_tokens=8) for _ in range(2)]
        usage = read[1].usage_metadata
        assert usage is not None and usage["input_token_details"]["cache_read"] > 100

        def ask(number: int) -> str:
            if number == 4:
                one.process.kill()
            pieces = model.stream(f"This is question {number}. {CAPITAL}", max_tokens=24)
            return "".join(piece.text for piece in pieces)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(12)))
    assert all("Paris" in answer for answer in answers)
