"""The 0.5B behind the server: the paths that a fake model does not take."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import pytest

from docagent.api import DocAgent
from docagent.engine import ChatQwen2
from tests.serve.conftest import QUESTION, Running, Serve


@pytest.fixture
def running(serve: Serve, town: Path, qwen: ChatQwen2) -> Iterator[Running]:
    yield serve(town, model=qwen)
    qwen.engine.shared = False


def client(running: Running) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0, timeout=600)


def test_several_at_once_get_what_they_get_alone(running: Running, qwen: ChatQwen2) -> None:
    official, name = client(running), qwen.model_name
    asked = ["Say: good day.", "Count from one to five.", "Name a colour."]

    def reply(question: str) -> str:
        turns: Any = [{"role": "user", "content": question}]
        told = official.chat.completions.create(model=name, messages=turns, max_tokens=12)
        return str(told.choices[0].message.content)

    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(reply, asked))
    qwen.engine.shared = False
    assert together == [qwen.invoke(question, max_tokens=12).text for question in asked]


def test_turns_tools_and_schemas(running: Running, qwen: ChatQwen2) -> None:
    official, name = client(running), qwen.model_name
    turns: Any = [{"role": "user", "content": "My boat is called Osvald. " * 8 + "Say yes."}]
    first = official.chat.completions.create(model=name, messages=turns, max_tokens=5)
    said = first.choices[0].message.content
    turns += [{"role": "assistant", "content": said}, {"role": "user", "content": "Again."}]
    second = official.chat.completions.create(model=name, messages=turns, max_tokens=5, stop=["x"])
    usage: Any = second.usage
    assert usage.prompt_tokens_details.cached_tokens > 50
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}},
        "required": ["colour"],
    }
    form: Any = {"type": "json_schema", "json_schema": {"name": "c", "schema": schema}}
    chosen: Any = [{"role": "user", "content": "Choose a colour."}]
    told = official.chat.completions.create(model=name, messages=chosen, response_format=form)
    assert json.loads(str(told.choices[0].message.content))["colour"] in ("red", "blue")
    tool: Any = {"type": "function", "function": {"name": "paint", "parameters": schema}}
    called = official.chat.completions.create(
        model=name, messages=chosen, tools=[tool], tool_choice="required"
    )
    call: Any = called.choices[0].message.tool_calls
    assert called.choices[0].finish_reason == "tool_calls" and call[0].function.name == "paint"
    assert json.loads(call[0].function.arguments)["colour"] in ("red", "blue")
    with pytest.raises(openai.BadRequestError) as long:
        official.chat.completions.create(model=name, messages=chosen, max_tokens=1_000_000)
    assert long.value.code == "context_length_exceeded"


def test_the_answer_is_the_one_that_a_single_question_gets(
    running: Running, qwen: ChatQwen2, town: Path
) -> None:
    with ThreadPoolExecutor(2) as pool:
        body = {"question": QUESTION}
        told = list(
            pool.map(lambda _: running.client.post("/ask", json=body, timeout=600).json(), "ab")
        )
    qwen.engine.shared = False
    alone = DocAgent(model=qwen).ask(town, QUESTION)
    for answer in told:
        assert answer["found"] and answer["answer"] == alone.text
        assert [cited["quote"] for cited in answer["citations"]] == [
            cited.quote for cited in alone.citations
        ]
