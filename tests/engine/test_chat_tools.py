"""Tools, schemas, quotes and batches as a LangChain user meets them.

Forms on random weights, the worst model there is; sense on real ones. All in float32: equal tokens
on two paths are not to be had in a precision that each processor rounds in its own way.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, TypedDict

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from docagent.engine import ChatQwen2
from docagent.engine.engine import Engine
from docagent.errors import DocAgentError


@tool
def search(query: str, limit: int = 5) -> str:
    """Find passages of the document."""
    return query * limit


@tool
def read_pages(first: int, last: int) -> str:
    """Read pages of the document."""
    return f"{first} {last}"


TOOLS = [search, read_pages]


class Person(BaseModel):
    """Someone in a text."""

    name: str
    age: int = Field(ge=0, le=120)


class PersonDict(TypedDict):
    """Someone in a text."""

    name: str
    age: int


ANNA = "Anna Brandt is 43 years old and lives in Ostby. Who is it?"


@pytest.mark.parametrize("choice", ["any", "required", True])
def test_a_required_call_is_one_of_the_offered_tools(small: ChatQwen2, choice: Any) -> None:
    model = small.bind_tools(TOOLS, tool_choice=choice)
    message = model.invoke("Find the revenue of 2022.", max_tokens=100)
    (call,) = message.tool_calls
    chosen = {"search": search, "read_pages": read_pages}[call["name"]]
    assert chosen.invoke(call["args"])
    assert not message.invalid_tool_calls
    assert message.content == ""
    assert message.response_metadata["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("name", ["search", "read_pages"])
def test_a_named_tool_is_the_one_called(small: ChatQwen2, name: str) -> None:
    for choice in (name, {"type": "function", "function": {"name": name}}):
        model = small.bind_tools(TOOLS, tool_choice=choice)
        message = model.invoke("Hello", max_tokens=80)
        assert [call["name"] for call in message.tool_calls] == [name]


def test_none_and_auto_leave_the_model_its_words(small: ChatQwen2) -> None:
    for choice in ("none", False, "auto", None):
        message = small.bind_tools(TOOLS, tool_choice=choice).invoke("Say hello.", max_tokens=30)
        assert message.content and not message.tool_calls and not message.invalid_tool_calls


def test_an_unknown_choice_names_the_tools(small: ChatQwen2) -> None:
    with pytest.raises(DocAgentError, match=r"no tool 'delete' .* search, read_pages"):
        small.bind_tools(TOOLS, tool_choice="delete").invoke("Hi")
    with pytest.raises(DocAgentError, match="two tools are named 'search'"):
        small.bind_tools([search, search]).invoke("Hi")


def test_a_streamed_call_is_the_invoked_one(small: ChatQwen2) -> None:
    model = small.bind_tools(TOOLS, tool_choice="any")
    whole: AIMessageChunk | None = None
    for chunk in model.stream("Read pages 3 to 5.", max_tokens=100):
        assert isinstance(chunk, AIMessageChunk)
        assert "<tool" not in str(chunk.content)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    message = model.invoke("Read pages 3 to 5.", max_tokens=100)
    assert [(c["name"], c["args"]) for c in whole.tool_calls] == [
        (c["name"], c["args"]) for c in message.tool_calls
    ]


@pytest.mark.parametrize("limit", [70, 90, 140])  # a letter a token
def test_a_call_ends_within_its_tokens_however_few(small: ChatQwen2, limit: int) -> None:
    """Where the limit comes near, the call is brought to its end."""
    long = "Search for every word of this: " + "the board of the harbour company met in May. " * 8
    message = small.bind_tools([search], tool_choice="any").invoke(long, max_tokens=limit)
    assert [call["name"] for call in message.tool_calls] == ["search"]


def test_calls_and_results_go_on_in_one_prompt(small: ChatQwen2) -> None:
    """A further turn begins with what was read and written before."""
    model = small.bind_tools(TOOLS, tool_choice="any")
    question = HumanMessage("Find the revenue of 2022.")
    call = model.invoke([question], max_tokens=60)
    result = ToolMessage("Revenue was 41.6 million. " * 20, tool_call_id=call.tool_calls[0]["id"])
    answer = model.invoke([question, call, result], max_tokens=60)
    assert answer.usage_metadata is not None and call.usage_metadata is not None
    cached = answer.usage_metadata["input_token_details"]["cache_read"]
    assert cached >= call.usage_metadata["input_tokens"] - 2


def test_guessing_changes_no_constrained_answer(small: ChatQwen2) -> None:
    options = small._options(tools=TOOLS, tool_choice="any", max_tokens=60)
    engine = small.engine

    def written(quote_from: int | None) -> tuple[list[int], int]:
        request = engine.request([HumanMessage("Find revenue revenue revenue.")], options)
        request.quote_from = quote_from
        return list(engine.write(request)), request.forwards

    guessed, plain = written(0), written(None)
    assert guessed[0] == plain[0]
    assert guessed[1] <= plain[1] < 60  # what the grammar forces takes no pass of its own


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_structured_output(small: ChatQwen2, method: Any) -> None:
    person = small.with_structured_output(Person, method=method).invoke(ANNA)
    assert isinstance(person, Person)
    person_dict = small.with_structured_output(PersonDict, method=method).invoke(ANNA)
    assert set(person_dict) == {"name", "age"} and isinstance(person_dict["age"], int)
    raw = small.with_structured_output(Person, method=method, include_raw=True).invoke(ANNA)
    assert raw["parsed"] == person and raw["parsing_error"] is None
    assert isinstance(raw["raw"], AIMessage)
    assert list(small.with_structured_output(Person, method=method).stream(ANNA))[-1] == person


def test_structured_output_is_filled_from_the_text(qwen: ChatQwen2) -> None:
    person = qwen.with_structured_output(Person).invoke(ANNA)
    assert person == Person(name="Anna Brandt", age=43)


def test_a_quote_cannot_be_invented(small: ChatQwen2) -> None:
    passages = [
        "The ice house was rebuilt in 1931 by the mason Ulla Brandt, who never sent a bill.",
        'The harbour master said "no" to the ferry; its licence\nended in 1954.',
    ]
    schema = {
        "type": "object",
        "properties": {
            "quote": {"type": "string", "x-quote": True},
            "answer": {"type": "string", "maxLength": 60},
        },
        "required": ["quote", "answer"],
    }
    for question in ("Who rebuilt the ice house?", "Why did the ferry stop?", "What is 2 + 2?"):
        message = small.invoke(
            "\n\n".join([*passages, question]),
            response_format=schema,
            quotable=passages,
            max_tokens=120,
        )
        reply = json.loads(str(message.content))
        assert reply["quote"].strip() and any(reply["quote"] in text for text in passages)


def test_qwen2s_own_format(small: ChatQwen2) -> None:
    """What the catalogue chooses for Qwen2-Instruct."""
    loaded = replace(small.engine.loaded, tool_format="qwen")
    qwen = ChatQwen2(model_name="qwen", engine=Engine(loaded))
    model = qwen.bind_tools(TOOLS, tool_choice="any")
    call = model.invoke("Find the revenue of 2022.", max_tokens=80)
    assert [c["name"] in ("search", "read_pages") for c in call.tool_calls] == [True]
    result = ToolMessage("41.6 million", tool_call_id=call.tool_calls[0]["id"])
    prompt = qwen._prompts.encode([HumanMessage("Find it."), call, result])
    text = loaded.tokenizer.decode(prompt.ids)
    assert "✿FUNCTION✿: " in text and text.rstrip().endswith("✿RETURN✿:")


class Seen(BaseCallbackHandler):
    def __init__(self) -> None:
        self.started = self.ended = 0

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.started += 1

    def on_llm_end(self, *args: Any, **kwargs: Any) -> None:
        self.ended += 1


COUNTRIES = ("Japan", "France", "Italy", "Peru", "Norway")


def test_a_batch_answers_as_questions_do_one_by_one(small: ChatQwen2) -> None:
    questions: list[Any] = [
        f"Answer in one word. What is the capital of {name}?" for name in COUNTRIES
    ]
    seen = Seen()
    output = small.batch(questions, {"callbacks": [seen]}, max_tokens=12)
    alone = [small.invoke(question, max_tokens=12) for question in questions]
    assert [message.content for message in output] == [message.content for message in alone]  # type: ignore[union-attr]
    assert (seen.started, seen.ended) == (5, 5)
    usages = [message.usage_metadata for message in output]  # type: ignore[union-attr]
    cached = sorted(usage["input_token_details"]["cache_read"] for usage in usages if usage)
    assert len(cached) == 5 and cached[1] > 16  # what they begin with was read by the first


def test_one_failure_never_loses_the_rest(small: ChatQwen2) -> None:
    questions: list[Any] = ["Say one.", "word " * 40_000, "Say two."]
    output = small.batch(questions, return_exceptions=True, max_tokens=6)
    assert isinstance(output[1], DocAgentError) and "32,768" in str(output[1])
    assert isinstance(output[0], AIMessage) and isinstance(output[2], AIMessage)
    with pytest.raises(DocAgentError, match="32,768"):
        small.batch(questions, max_tokens=6)
    numbers = [number for number, _ in small.batch_as_completed(["Hi", "Ho"], max_tokens=4)]
    assert sorted(numbers) == [0, 1]
    assert small.batch([]) == []


def test_a_batch_of_calls_and_of_schemas(small: ChatQwen2) -> None:
    model = small.bind_tools(TOOLS, tool_choice="any")
    for message in model.batch(["Find revenue.", "Read pages 2 to 4."], max_tokens=80):
        assert len(message.tool_calls) == 1
    people = small.with_structured_output(Person).batch([ANNA, "Bo is 7. Who is it?"])
    assert all(isinstance(person, Person) for person in people)


async def test_async_twins(small: ChatQwen2) -> None:
    message = await small.ainvoke("Say one.", max_tokens=6)
    assert message.content == small.invoke("Say one.", max_tokens=6).content
    pieces = [chunk.content async for chunk in small.astream("Say one.", max_tokens=6)]
    assert "".join(map(str, pieces)) == message.content
    output = await small.abatch(["Say one.", "Say two."], max_tokens=6)
    assert len(output) == 2
