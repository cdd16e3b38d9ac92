"""An engine of one's own: one function that returns a LangChain chat model."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from docagent.engine import registry
from docagent.engine.registry import register
from docagent.engine.resolve import choose, resolve
from docagent.errors import DocAgentError


@pytest.fixture(autouse=True)
def engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_engines", dict(registry._engines))


def connect(name: str) -> BaseChatModel:
    return FakeListChatModel(responses=[f"I am {name.removeprefix('myengine:')}."])


def check(name: str) -> None:
    if name == "myengine:":
        raise DocAgentError("name a model: myengine:MODEL")


def test_a_registered_engine_answers(tmp_path: Path) -> None:
    register("myengine", connect, check)
    assert choose("myengine:small", tmp_path) == ("myengine:small", "")
    model, line = resolve("myengine:small", tmp_path)
    assert model.invoke("Who are you?").content == "I am small."
    assert line == "model: myengine:small"
    with pytest.raises(DocAgentError, match="name a model"):
        choose("myengine:", tmp_path)


def test_an_installed_package_brings_an_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("myengine", f"{__name__}:connect", registry.GROUP)

    def entry_points(group: str, name: str) -> EntryPoints:
        return EntryPoints([entry]).select(group=group, name=name)

    monkeypatch.setattr(registry, "entry_points", entry_points)
    model, _ = resolve("myengine:large", tmp_path)
    assert model.invoke("Who are you?").content == "I am large."


def test_an_unknown_prefix_is_a_name_like_others(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="neither a folder nor a model name"):
        resolve("nobodys:model", tmp_path)
