"""Parts of documents read by a Ray cluster: the same replies, kept in the same place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from docagent import DocAgent
from docagent.engine import resolve as resolving
from docagent.errors import DocAgentError
from docagent.model import Model, prompt_messages
from docagent.reading.fleet import FleetModel, _Worker
from docagent.reading.map_reduce import replies
from docagent.reply_cache import ReplyCache
from retrieval.scale import cluster
from tests.fake_model import FakeModel


class LocalRay:
    """As much of Ray as a map takes, in this process and in the order given."""

    def __init__(self) -> None:
        self.data = SimpleNamespace(from_items=self._from_items)
        self.sent: list[dict[str, Any]] = []

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}

    def _from_items(self, rows: list[dict[str, Any]], override_num_blocks: int) -> LocalRay:
        self.sent += rows
        self._rows = rows
        return self

    def map_batches(
        self, worker: Callable[..., Any], fn_constructor_args: tuple[Any, ...], **_: Any
    ) -> LocalRay:
        columns = {name: [row[name] for row in self._rows] for name in ("number", "prompt")}
        made = worker(*fn_constructor_args)(columns)
        self._rows = [{name: made[name][at] for name in made} for at in range(len(made["number"]))]
        return self

    def iter_rows(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows)


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> LocalRay:
    ray = LocalRay()
    monkeypatch.setattr(cluster, "connect", lambda where: ray)
    monkeypatch.setattr(cluster, "results", lambda ray, make: make(ray))
    return ray


def prompts(*texts: str) -> list[Any]:
    return [prompt_messages("read", text=text, question="Who?", notes="") for text in texts]


def test_workers_reply_and_the_cache_is_the_same(
    ray: LocalRay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat, cache = FakeModel(replies=["one", "two", "three"]), ReplyCache(tmp_path)
    monkeypatch.setattr(resolving, "resolve", lambda name, folder: (chat, name))
    asked = prompts("a", "b")
    here = Model(chat, cache)
    assert [reply.text for reply in replies(here, cache, asked[:1], 20)] == ["one"]
    fleet = FleetModel(chat, cache, "openai:m@http://x", "ray")
    monkeypatch.setattr(FleetModel, "identity", here.identity)
    made = list(replies(fleet, cache, asked, 20))
    assert [(reply.text, reply.cached) for reply in made] == [("one", True), ("two", False)]
    assert [row["number"] for row in ray.sent] == [0]
    assert fleet.usage.prompt_tokens == 100
    assert [reply.cached for reply in replies(here, cache, asked, 20)] == [True, True]


def test_a_prompt_that_fails_costs_no_other(
    ray: LocalRay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = FakeModel(replies=["one"])  # the second prompt finds none
    monkeypatch.setattr(resolving, "resolve", lambda name, folder: (chat, name))
    fleet = FleetModel(chat, ReplyCache(tmp_path), "openai:m@http://x", "ray")
    monkeypatch.setattr(FleetModel, "identity", Model(chat).identity)
    made = list(replies(fleet, ReplyCache(tmp_path), prompts("a", "b"), 20))
    assert sorted(reply.error is None for reply in made) == [False, True]


def test_workers_with_another_model_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = FakeModel(replies=[])
    monkeypatch.setattr(resolving, "resolve", lambda name, folder: (chat, name))
    with pytest.raises(DocAgentError, match="another model"):
        _Worker("auto", "other", {})


def test_a_model_that_is_an_object_cannot_be_sent(town: Path) -> None:
    agent = DocAgent(FakeModel(replies=["x"]), on="ray")
    with pytest.raises(DocAgentError, match="by its name"):
        agent.language_model()
