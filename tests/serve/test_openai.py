"""The official client and LangChain against the server, as they come from their packages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openai
import pytest
from langchain_core.messages import AIMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from docagent.settings import Settings
from tests.calling_model import CallingModel, call
from tests.fake_model import FakeModel
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve, until

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a town.",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    },
}


def official(running: Running) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0)


def say(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_models(town_server: Running) -> None:
    assert [one.id for one in official(town_server).models.list()] == ["FakeModel", "docagent"]
    assert official(town_server).models.retrieve("docagent").owned_by == "docagent"


def test_a_reply_whole_and_in_pieces(serve: Serve) -> None:
    client = official(serve(model=FakeModel(replies=["Good day to you."] * 2)))
    reply = client.chat.completions.create(model="FakeModel", messages=say("Hello"))
    assert reply.choices[0].message.content == "Good day to you."
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None and reply.usage.prompt_tokens_details is not None
    assert reply.usage.total_tokens == 107 and reply.usage.prompt_tokens_details.cached_tokens == 40
    chunks = list(
        client.chat.completions.create(
            model="FakeModel",
            messages=say("Hello"),
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == "Good day to you." and len(pieces) > 3
    assert chunks[-1].usage is not None and chunks[-1].usage.completion_tokens == 7
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_an_answer_on_the_documents_with_citations(town_server: Running) -> None:
    client = official(town_server)
    reply = client.chat.completions.create(model="docagent", messages=say(QUESTION))
    message = reply.choices[0].message
    assert message.content == f"{ANSWER} [1]" and message.annotations
    cited: Any = message.annotations[0]
    span = slice(cited.url_citation.start_index, cited.url_citation.end_index)
    assert message.content[span] == "[1]" and cited.url_citation.title == "town.txt"
    assert cited.citation["quote"].endswith("by the mason Ulla Brandt.")
    chunks = list(
        client.chat.completions.create(model="docagent", messages=say(QUESTION), stream=True)
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == f"{ANSWER} [1]"
    assert any(getattr(chunk.choices[0].delta, "annotations", None) for chunk in chunks)


def test_files_are_brought_asked_and_deleted(serve: Serve) -> None:
    running = serve()
    client = official(running)
    content = b"The tower of Ostby has 214 steps. Ulla Brandt rebuilt the ice house."
    brought = client.files.create(file=("steps.txt", io.BytesIO(content)), purpose="user_data")
    assert brought.filename == "steps.txt" and brought.bytes == len(content)
    until(lambda: client.files.retrieve(brought.id).status == "processed")
    assert [one.id for one in client.files.list()] == [brought.id]
    assert client.files.content(brought.id).read() == content
    asked: Any = [
        {
            "role": "user",
            "content": [
                {"type": "file", "file": {"file_id": brought.id}},
                {"type": "text", "text": QUESTION},
            ],
        }
    ]
    reply = client.chat.completions.create(model="FakeModel", messages=asked)
    annotation: Any = reply.choices[0].message.annotations
    assert annotation[0].citation["document_id"] == brought.id
    assert annotation[0].citation["document"] == "steps.txt"
    assert client.files.delete(brought.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(brought.id)
    with pytest.raises(openai.BadRequestError, match="no document"):
        client.chat.completions.create(model="FakeModel", messages=asked)
    assert not list((running.service.library.files.root).iterdir())


def test_earlier_turns_are_known(town_server: Running) -> None:
    turns: Any = [
        *say("Who rebuilt the ice house?"),
        {"role": "assistant", "content": "Ulla Brandt."},
        *say("And when was that?"),
    ]
    official(town_server).chat.completions.create(model="docagent", messages=turns)
    chat: Any = town_server.service.agent.chat_model
    assert "Ulla Brandt" in chat.prompt(0)  # the question is put so that it stands alone


def test_tools(serve: Serve) -> None:
    model = CallingModel(script=[call("weather", town="Ostby"), "It rains.", "It rains."])
    client = official(serve(model=model))
    asked = say("How is the weather?")
    reply = client.chat.completions.create(model="CallingModel", messages=asked, tools=[WEATHER])
    made: Any = reply.choices[0].message.tool_calls
    assert reply.choices[0].finish_reason == "tool_calls"
    assert (made[0].function.name, made[0].function.arguments) == ("weather", '{"town": "Ostby"}')
    turns: Any = [
        *asked,
        reply.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": made[0].id, "content": "rain"},
    ]
    reply = client.chat.completions.create(model="CallingModel", messages=turns, tools=[WEATHER])
    assert reply.choices[0].message.content == "It rains."
    earlier = model.asked[-1][1]
    assert isinstance(earlier, AIMessage) and earlier.tool_calls[0]["args"] == {"town": "Ostby"}


def test_tools_in_pieces_and_from_langchain(serve: Serve) -> None:
    """The calls of both clients, put together from a stream, are those of a whole reply."""
    running = serve(model=CallingModel(script=[call("weather", town="Ostby")] * 3))
    chunks = official(running).chat.completions.create(
        model="CallingModel", messages=say("How is the weather?"), tools=[WEATHER], stream=True
    )
    choices: list[Any] = [chunk.choices[0] for chunk in chunks if chunk.choices]
    [made] = [one for choice in choices for one in choice.delta.tool_calls or ()]
    assert (made.function.name, made.function.arguments) == ("weather", '{"town": "Ostby"}')
    assert choices[-1].finish_reason == "tool_calls"
    options: Any = {"base_url": f"{running.url}/v1", "api_key": "none"}
    bound = ChatOpenAI(model="CallingModel", **options).bind_tools([WEATHER])
    whole: Any = bound.invoke("How is the weather?")
    streamed: Any = None
    for piece in bound.stream("How is the weather?"):
        streamed = piece if streamed is None else streamed + piece
    for message in (whole, streamed):
        assert isinstance(message, AIMessage)
        [told] = message.tool_calls
        assert (told["name"], told["args"]) == ("weather", {"town": "Ostby"})


def test_embeddings(serve: Serve) -> None:
    running = serve()
    client = official(running)
    texts = ["The ice house", "A mason", "The ice house"]
    plain = client.embeddings.create(model="minilm", input=texts, encoding_format="float")
    coded = client.embeddings.create(model="minilm", input=texts)
    expected = running.service.library.encoder.encode_sentences(texts)
    for number, row in enumerate(expected.tolist()):
        assert plain.data[number].embedding == pytest.approx(row, abs=1e-5)
        assert coded.data[number].embedding == pytest.approx(row, abs=1e-5)
    assert plain.usage.prompt_tokens > 6
    with pytest.raises(openai.BadRequestError, match="Send texts"):
        client.embeddings.create(model="minilm", input=[[1, 2, 3]])


def test_langchain(serve: Serve, town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = serve(town, model=FakeModel(replies=["Good day.", ANSWER, ANSWER]))
    options: Any = {"base_url": f"{running.url}/v1", "api_key": "none"}
    chat = ChatOpenAI(model="FakeModel", **options)
    said = chat.invoke("Hello")
    assert said.text == "Good day." and said.usage_metadata is not None
    assert said.usage_metadata["input_token_details"]["cache_read"] == 40
    documents = ChatOpenAI(model="docagent", **options)
    assert "".join(str(chunk.text) for chunk in documents.stream(QUESTION)) == f"{ANSWER} [1]"
    assert documents.invoke(QUESTION).text == f"{ANSWER} [1]"
    embedder = OpenAIEmbeddings(model="minilm", check_embedding_ctx_length=False, **options)
    assert len(embedder.embed_query("ice")) == 384


def test_refusals_have_openais_shape(town_server: Running) -> None:
    client = official(town_server)
    with pytest.raises(openai.NotFoundError) as unknown:
        client.chat.completions.create(model="gpt-9", messages=say("Hello"))
    assert unknown.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="docagent", messages=[])
    with pytest.raises(openai.BadRequestError, match="One choice"):
        client.chat.completions.create(model="docagent", messages=say("Hello"), n=2)
    picture: Any = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": ""}}]}]
    with pytest.raises(openai.BadRequestError, match="Only text and files"):
        client.chat.completions.create(model="FakeModel", messages=picture)


def test_without_a_language_model_the_exact_words(serve: Serve, town: Path, cache: Path) -> None:
    client = official(serve(town, model="none", settings=Settings(cache=cache)))
    assert [one.id for one in client.models.list()] == ["docagent"]
    reply = client.chat.completions.create(model="docagent", messages=say(QUESTION))
    assert "Ulla Brandt" in str(reply.choices[0].message.content)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="qwen", messages=say("Hello"))
