"""How sure a model is of Yes or No, and how fast it reads."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from docagent.errors import DocAgentError
from docagent.model import Model
from docagent.reply_cache import ReplyCache
from tests.fake_model import FakeModel

ASKED: list[BaseMessage] = [HumanMessage("Is it? Reply Yes or No.")]


class ServerModel(FakeModel):
    """A server: `told` are the log probabilities of the first token, None where it has none."""

    replies: list[str] = []  # noqa: RUF012 - a pydantic field
    openai_api_base: str = "http://127.0.0.1:1/v1"
    told: dict[str, float] | None = None
    refuses: bool = False
    calls: list[dict[str, Any]] = []  # noqa: RUF012 - a pydantic field

    def _generate(self, messages: list[BaseMessage], *_: Any, **options: Any) -> ChatResult:
        self.calls.append(options)
        if self.refuses and "logprobs" in options:
            raise DocAgentError("the model server does not know logprobs")
        alternatives = [{"token": t, "logprob": p} for t, p in (self.told or {}).items()]
        usage = UsageMetadata(input_tokens=1000, output_tokens=1, total_tokens=1001)
        message = AIMessage(self.answerable, usage_metadata=usage)
        if self.told and "logprobs" in options:
            message.response_metadata["logprobs"] = {"content": [{"top_logprobs": alternatives}]}
        return ChatResult(generations=[ChatGeneration(message=message)])


def test_log_probabilities_of_a_server_are_used() -> None:
    told = {"Yes": -0.5, " yes": -3.0, "No": -1.5, "The": -4.0}
    wanted = math.log((math.exp(-0.5) + math.exp(-3.0)) / math.exp(-1.5))
    assert Model(ServerModel(told=told)).log_odds(ASKED) == pytest.approx(wanted)


def test_a_word_that_is_no_alternative_is_less_likely_than_all() -> None:
    assert Model(ServerModel(told={"Yes": -0.1, "Sure": -6.0})).log_odds(ASKED) == pytest.approx(
        5.9
    )
    assert Model(ServerModel(told={"No": -0.1, "Nope": -6.0})).log_odds(ASKED) == pytest.approx(
        -5.9
    )


@pytest.mark.parametrize(
    ("word", "likely"), [("Yes", True), ("yes.", True), ("No", False), ("", False)]
)
@pytest.mark.parametrize("refuses", [True, False])
def test_without_log_probabilities_the_word_counts(word: str, likely: bool, refuses: bool) -> None:
    server = ServerModel(answerable=word, refuses=refuses, calls=[])
    model = Model(server)
    assert (model.log_odds(ASKED) > 0) is likely
    model.log_odds(ASKED)
    assert sum("logprobs" in call for call in server.calls) == 1  # not tried a second time


def test_the_speed_of_reading_is_remembered(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path)
    server = ServerModel(told={"Yes": -0.1, "No": -3.0})
    before = Model(server, cache=cache).reading_speed
    Model(server, cache=cache).log_odds(ASKED)
    after = Model(server, cache=ReplyCache(tmp_path)).reading_speed  # as another run finds it
    assert before is None
    assert after is not None
    assert after > 1000  # tokens a second of a server that answers at once


def test_the_speed_on_a_gpu_says_nothing_of_the_cpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(ServerModel(told={"Yes": -0.1, "No": -3.0}), cache=ReplyCache(tmp_path))
    monkeypatch.setattr(Model, "device", "cuda:0")
    model.log_odds(ASKED)
    on_gpu = model.reading_speed
    monkeypatch.setattr(Model, "device", "cpu")
    assert on_gpu is not None
    assert model.reading_speed is None
