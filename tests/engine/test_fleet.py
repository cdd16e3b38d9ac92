"""Several servers as one model: prompts go where their beginning was read, and none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from docagent.engine.servers import fleet
from docagent.engine.servers.connect import connect, parse
from docagent.engine.servers.routing import Routing, beginning
from docagent.errors import DocAgentError, ServerError
from tests.engine.scripted_server import Scripted, scripted

TEXTS = [f"Document {number}. " + "The mill stands by the weir. " * 50 for number in range(24)]


@pytest.fixture
def servers() -> Iterator[list[Scripted]]:
    with ExitStack() as stack:
        yield [stack.enter_context(scripted()) for _ in range(3)]


def of(servers: list[Scripted]) -> fleet.ChatFleet:
    model = connect("openai:m@" + ",".join(server.url for server in servers))
    assert isinstance(model, fleet.ChatFleet)
    return model


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "_PAUSES", (0.0, 0.01))


def counts(servers: list[Scripted]) -> list[int]:
    return [len(server.requests) for server in servers]


def test_the_addresses_are_told_apart() -> None:
    assert parse("openai:m@http://a/v1/,http://b:1/v1") == ("m", ["http://a/v1", "http://b:1/v1"])
    for wrong in ("openai:m@http://a,b", "openai:m@http://a,", "openai:m@http://a,ftp://b"):
        with pytest.raises(DocAgentError, match="no address"):
            parse(wrong)


def test_questions_on_one_text_go_to_one_server(servers: list[Scripted]) -> None:
    model = of(servers)
    for question in "abc":
        for text in TEXTS:
            assert model.invoke(f"{text}\n\n{question}?").text == "Hello you"
    homes: dict[str, set[int]] = {}
    for number, server in enumerate(servers):
        for request in server.requests:
            homes.setdefault(request["messages"][0]["content"][:13], set()).add(number)
    assert all(len(home) == 1 for home in homes.values()) and len(homes) == len(TEXTS)
    assert min(counts(servers)) >= 6  # and all have something to do


def test_one_server_less_moves_its_own_texts_alone() -> None:
    names = ["a", "b", "c"]
    three, two = Routing(names, 8), Routing(names[:2], 8)
    first = {text: three.ranked(text)[0] for text in TEXTS}
    for text, server in first.items():
        if server != 2:
            assert two.ranked(text)[0] == server


def test_a_full_server_hands_on() -> None:
    routing = Routing(["a", "b"], 2)
    assert Counter(routing.take("text") for _ in range(5)) == {0: 2, 1: 2, None: 1}
    routing.give_back(1, failed=False)
    assert routing.take("text") == 1


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_fails_hands_on(
    servers: list[Scripted], streaming: bool, status: int
) -> None:
    servers[0].status = servers[1].status = status
    model = of(servers)
    for text in TEXTS[:6]:
        said = "".join(p.text for p in model.stream(text)) if streaming else model.invoke(text).text
        assert said == "Hello you"
    assert counts(servers)[2] == 6 and max(counts(servers)[:2]) <= 2  # the others rest


async def test_the_same_asynchronously(servers: list[Scripted]) -> None:
    servers[0].status = 503
    model = of(servers)
    for text in TEXTS[:6]:
        assert (await model.ainvoke(text)).text == "Hello you"
        assert "".join([piece.text async for piece in model.astream(text)]) == "Hello you"


def test_an_answer_that_breaks_off_goes_on_elsewhere(servers: list[Scripted]) -> None:
    model = of(servers)
    for text in TEXTS[:6]:
        home = servers[model._routing.ranked(beginning(_human(text)))[0]]
        home.cut_off = True
        pieces = [piece.text for piece in model.stream(text)]
        assert "".join(pieces) == "Hello you"
        home.cut_off = False


def test_another_answer_is_not_glued_on(servers: list[Scripted]) -> None:
    model = of(servers[:2])
    home = model._routing.ranked(beginning(_human("Hi")))[0]
    servers[home].cut_off = True
    servers[1 - home].say("Good", " day")
    with pytest.raises(ServerError, match="answers differently"):
        list(model.stream("Hi"))


def test_what_no_server_would_answer_is_told_at_once(servers: list[Scripted]) -> None:
    for server in servers:
        server.status = 400
    with pytest.raises(ServerError):
        of(servers).invoke("Hi")
    assert sum(counts(servers)) == 1
    for server in servers:
        server.status = 503
    with pytest.raises(ServerError, match="503"):
        of(servers).invoke("Hi")
    assert sum(counts(servers)) == 1 + 2 * 3


def test_places_come_back(servers: list[Scripted]) -> None:
    model = of(servers)
    servers[0].status = 400
    for text in TEXTS:
        with suppress(ServerError):
            next(iter(model.stream(text)))  # and hang up
    assert model._routing._busy == [0, 0, 0]
    assert model.concurrency == 24


def _human(text: str) -> list[BaseMessage]:
    return [HumanMessage(text)]
