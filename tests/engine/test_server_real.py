"""Real weights behind a server that is not ours: `transformers serve`."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from langchain_core.messages import AIMessage

from docagent import DocAgent
from docagent.answering.messages import REFUSAL
from docagent.engine.servers.chat import ChatServer
from docagent.engine.servers.connect import connect
from docagent.engine.tokens import ChatTokens
from docagent.errors import DocAgentError
from tests.engine.real import write_folder
from tests.make_pdf import text_pdf
from tests.process import docagent, environment

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

CAPITAL = "What is the capital of France?"


@pytest.fixture(scope="module")
def served(qwen_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The `--model` of a server with the smaller embedded model."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    folder = tmp_path_factory.mktemp("qwen2")
    write_folder(qwen_file, folder)
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment())
        try:
            _wait(f"http://127.0.0.1:{port}/health", process, log)
            yield f"openai:{folder}@http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180  # 7 s where the cores are free
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def model(served: str) -> ChatServer:
    return connect(served)


def search(query: str) -> str:
    """Search the document."""
    return query


def shots(before: str = "", after: str = "") -> list[tuple[str, str]]:
    """A conversation after which even a small model calls the tool."""
    turns = [("system", "You call the tool search. Answer with a line of JSON.")]
    for question, query in (("Who is the mayor?", "mayor"), ("What is the salary?", "salary")):
        call = f'{before}{{"name": "search", "arguments": {{"query": "{query}"}}}}{after}'
        turns += [("user", question), ("assistant", call)]
    return [*turns, ("user", "When is the ferry?")]


def test_an_answer_whole_and_streamed(
    model: ChatServer, qwen_tokenizer: PreTrainedTokenizerFast
) -> None:
    whole = model.invoke(CAPITAL, max_tokens=16)
    pieces = list(model.stream(CAPITAL, max_tokens=16))
    assert "Paris" in whole.text
    assert "".join(piece.text for piece in pieces) == whole.text
    assert len([piece for piece in pieces if piece.text]) > 3
    (usage,) = [piece.usage_metadata for piece in pieces if piece.usage_metadata]
    assert usage == whole.usage_metadata
    ours = ChatTokens(qwen_tokenizer).encode([{"role": "user", "content": CAPITAL}])
    assert usage["input_tokens"] == len(ours)


@pytest.mark.slow
@pytest.mark.parametrize("marks", [("", ""), ("<tool_call>\n", "\n</tool_call>")])
def test_tool_calls(model: ChatServer, marks: tuple[str, str]) -> None:
    """The server reads calls between marks itself and leaves bare JSON in the text."""
    bound = model.bind_tools([search])
    messages = shots(*marks)
    whole = bound.invoke(messages, max_tokens=32)
    pieces = list(bound.stream(messages, max_tokens=32))
    streamed = pieces[0]
    for piece in pieces[1:]:
        streamed = streamed + piece  # type: ignore[assignment]
    for message in (whole, streamed):
        assert isinstance(message, AIMessage)
        (call,) = message.tool_calls
        assert call["name"] == "search"
        assert isinstance(call["args"]["query"], str)
        assert message.content == ""


def test_an_answer_about_a_pdf(served: str, tmp_path: Path) -> None:
    file = text_pdf(
        tmp_path / "town.pdf",
        [
            "The harbour office of Ostby opens at 6:45 in summer.",
            "The ice house was rebuilt in 1931 by the mason Ulla Brandt.",
        ],
    )
    answer = DocAgent(model=served).ask(file, "When does the harbour office of Ostby open?")
    # This server gives no log probabilities, and the 0.5B says No to what it has just read.
    assert answer.text == REFUSAL or "6:45" in answer.text
    assert answer.citations[0].page == 1
    assert all(citation.verified for citation in answer.citations)
    assert answer.usage.prompt_tokens > 50
    assert answer.usage.completion_tokens > 0


def test_a_model_it_does_not_have(served: str) -> None:
    url = served.rpartition("@")[2]
    with pytest.raises(DocAgentError, match=r"answered 400 .*check the name in openai:MODEL@URL$"):
        connect(f"openai:other@{url}").invoke("Hi")


@pytest.mark.slow
def test_the_command(served: str, town: Path, tmp_path: Path) -> None:
    run = docagent("ask", town, "Who rebuilt the ice house?", "--model", served, cache=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "Ulla Brandt" in run.stdout
    wrong = served.rpartition(":")[0] + ":9/v1"
    run = docagent("ask", town, "Who rebuilt the ice house?", "--model", wrong, cache=tmp_path)
    assert run.returncode == 1
    assert "cannot be reached" in run.stderr.splitlines()[-1]
