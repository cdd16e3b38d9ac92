"""LangChain's own standard tests, over the embedded model's real weights."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from docagent.engine import ChatQwen2


class Loaded:
    """The embedded model, loaded once, as the tests construct it anew each time."""

    engine: Any = None

    @pytest.fixture(autouse=True)
    def _loaded(self, embedded: ChatQwen2) -> None:
        type(self).engine = embedded.engine

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatQwen2

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model_name": "embedded", "engine": self.engine}


class TestUnit(Loaded, ChatModelUnitTests):
    pass


@pytest.mark.slow
class TestIntegration(Loaded, ChatModelIntegrationTests):
    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**super().chat_model_params, "max_tokens": 200}

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True

    @pytest.mark.xfail(reason="135M parameters do not choose to call a tool of their own accord")
    def test_agent_loop(self, model: BaseChatModel) -> None:
        super().test_agent_loop(model)
