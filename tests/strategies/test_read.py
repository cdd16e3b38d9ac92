"""Reading every part: what it finds, what it keeps, how it ends."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from docagent import Answer, DocAgent, Event, Step
from docagent.answering.messages import REFUSAL
from docagent.reply_cache import ReplyCache
from tests.strategies.reading_model import ReadingModel, picks

pytestmark = pytest.mark.usefixtures("loaded")

WHOLE = "What are the main dangers?"
LOCAL = "Which colour has the beacon of Tarn?"
DANGERS = {4: "Ice is a danger to the pier.", 17: "Fog is a danger at dawn."}
BEACON = "The beacon of Tarn is painted green."


def filler(number: int) -> str:
    return " ".join(
        f"Shed {number}-{item} stores rope, tar and {number * 40 + item} barrels of salt."
        for item in range(30)
    )


@pytest.fixture
def long(tmp_path: Path, cache: Path) -> Path:
    """20 paragraphs of about 600 tokens, two with a danger, one with the beacon."""
    told = {**DANGERS, 11: BEACON}
    parts = [f"{filler(n)} {told.get(n, '')}".strip() for n in range(20)]
    file = tmp_path / "long.txt"
    file.write_text("\n\n".join(parts), encoding="utf-8")
    return file


def small(model: ReadingModel, **options: Any) -> DocAgent:
    """Parts of 1,000 tokens: a model with a small window."""
    model.context = 1_600
    return DocAgent(model, strategy="read", **options)


def steps(events: list[Event]) -> dict[str, str]:
    return {event.name: event.text for event in events if isinstance(event, Step)}


def last(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answer)
    return events[-1]


def test_a_question_on_the_whole_reads_all_of_it(long: Path) -> None:
    model = ReadingModel(reply=picks("danger"))
    answer = small(model).ask(long, WHOLE)
    text = long.read_text("utf-8")
    assert all(sum(f"Shed {n}-0 " in part for part in model.windows) == 1 for n in range(20))
    assert (answer.found, answer.strategy, answer.note) == (True, "read", "")
    assert answer.steps == len(model.windows) + 1
    assert [c.quote for c in answer.citations] == list(DANGERS.values())
    assert all(text[c.start : c.end] == c.quote and c.verified for c in answer.citations)


def test_a_question_on_one_place_ends_early(long: Path) -> None:
    model = ReadingModel(reply=picks("beacon"))
    events = list(small(model).stream(long, LOCAL))
    assert BEACON in last(events).text
    assert BEACON in model.windows[0]  # the most promising part comes first
    assert len(model.windows) <= 8  # as many as are asked at once
    assert "less promising parts left unread" in steps(events)["stop"]


def test_the_cost_is_told_first(long: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = ReadingModel(reply=picks("danger"))
    with caplog.at_level(logging.INFO, "docagent"):
        events = list(small(model).stream(long, WHOLE))
    parts = len(model.windows)
    assert re.match(rf"{parts} parts; [\d,]+ tokens to read, about \d+ s$", steps(events)["plan"])
    assert any(line.startswith(f"Reading {parts} parts") for line in caplog.messages)
    again = list(small(model).stream(long, WHOLE))
    assert f"{parts} of them kept from before; 0 tokens" in steps(again)["plan"]


def test_what_was_read_is_not_read_again(long: Path) -> None:
    first = small(ReadingModel(reply=picks("danger"))).ask(long, WHOLE)
    model = ReadingModel(reply=picks("danger"))
    again = small(model).ask(long, WHOLE)
    assert model.windows == []
    assert again.citations == first.citations
    other = small(model).ask(long, "What are the main stores?")
    assert len(model.windows) > 5
    assert other.strategy == "read"


def test_broken_off_and_taken_up_again(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ReadingModel(reply=picks("danger", "Shed 9-"))
    put = ReplyCache.put

    def interrupted(kept: ReplyCache, value: Any, *made_from: str) -> None:
        put(kept, value, *made_from)
        if isinstance(value, str):  # after the first part
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ReplyCache, "put", interrupted)
        answer = small(model).ask(long, WHOLE)
        assert answer.note == "Broken off: 0 of 10 parts were read."
        answer = small(model).ask(long, WHOLE)
        assert answer.note == "Broken off: 1 of 10 parts were read."
    before = len(model.windows)
    answer = small(model).ask(long, WHOLE)
    assert answer.note == ""
    assert all(danger in answer.text for danger in DANGERS.values())
    assert len(model.windows) == before + 8


def test_one_part_that_fails_costs_no_other(long: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = ReadingModel(reply=picks("danger"))
    reply = model.reply

    def failing(prompt: str) -> str:
        if "word for word" in prompt and "Shed 9-0 " in prompt:
            raise RuntimeError("out of luck")
        return reply(prompt)

    model.reply = failing
    answer = small(model).ask(long, WHOLE)
    assert all(danger in answer.text for danger in DANGERS.values())
    assert answer.note.startswith("1 of ")
    assert "out of luck" in caplog.text


def test_if_all_parts_fail_the_error_is_raised(long: Path) -> None:
    def failing(_: str) -> str:
        raise RuntimeError("out of luck")

    with pytest.raises(RuntimeError, match="out of luck"):
        small(ReadingModel(reply=failing)).ask(long, WHOLE)


def test_a_server_that_goes_down_ends_the_reading(long: Path) -> None:
    """Eight failures in a row are enough; what was read before is not asked again."""
    model = ReadingModel(reply=picks("danger"))
    reply = model.reply

    def failing(prompt: str) -> str:
        if len(model.windows) > 8:
            raise RuntimeError("nobody answers")
        return reply(prompt)

    model.reply = failing
    model.context = 1_000  # a paragraph has two parts or more
    agent = DocAgent(model, strategy="read")
    with pytest.raises(RuntimeError, match="nobody answers"):
        agent.ask(long, WHOLE)
    assert len(model.windows) == 16
    model.reply, model.asked = reply, []
    answer = agent.ask(long, WHOLE)
    assert answer.note == ""
    assert answer.steps == len(model.windows) + 1


def test_words_of_its_own_lead_to_the_documents(long: Path) -> None:
    """What a model says in its own words is found again by what bears it out."""

    def careless(prompt: str) -> str:
        told = "Green is the colour in which the beacon of Tarn is painted."
        if "word for word" not in prompt:
            return told
        return f'"{told}" The text does not mention anything else.' if BEACON in prompt else "None."

    answer = small(ReadingModel(reply=careless)).ask(long, LOCAL)
    assert (answer.found, [one.quote for one in answer.citations]) == (True, [BEACON])


def test_what_does_not_stand_in_the_text_is_no_evidence(long: Path) -> None:
    def liar(prompt: str) -> str:
        return "Wolves have eaten the mayor of Tarn."

    answer = small(ReadingModel(reply=liar)).ask(long, LOCAL)
    assert (answer.found, answer.text) == (False, REFUSAL)
    assert all(citation.verified for citation in answer.citations)


def test_order_matters_to_some_questions(long: Path) -> None:
    model = ReadingModel(reply=picks("danger"))
    small(model).ask(long, "What is the sequence of events and dangers?")
    later = [prompt for prompt in model.windows if "Shed 19-0 " in prompt]
    assert all(danger in later[0] for danger in DANGERS.values())
    assert DANGERS[17] not in model.windows[0]


def test_only_the_pages_asked_for(handbook: Path) -> None:
    model = ReadingModel(reply=picks("florins"))
    small(model, pages=(8, 9)).ask(handbook, WHOLE)
    read = "\n".join(model.windows)
    assert "lost on Pennant Rock" in read
    assert "Operations Handbook and Annual Report" not in read


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ('How many times does the word "beacon" appear?', '"beacon" stands once in the text [1].'),
        ("How often is a danger mentioned?", '"danger" stands 2 times in the text [1, 2].'),
    ],
)
def test_words_are_counted_not_guessed(long: Path, question: str, text: str) -> None:
    model = ReadingModel(reply=picks())
    answer = DocAgent(model).ask(long, question)
    assert (answer.text, answer.found, model.asked) == (text, True, [])


def test_words_that_stand_nowhere(long: Path) -> None:
    answer = DocAgent(ReadingModel(reply=picks())).ask(long, "How often is an iceberg mentioned?")
    assert not answer.found
    assert "iceberg" in answer.text
