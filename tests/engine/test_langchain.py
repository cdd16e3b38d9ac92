"""LangChain's own standard tests: of the forms on random weights, of the sense on real ones."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from docagent.engine import ChatQwen2


class Loaded:
    """A model loaded once, as the tests construct it anew each time."""

    engine: Any = None

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatQwen2

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model_name": "qwen", "engine": self.engine}


class TestUnit(Loaded, ChatModelUnitTests):
    @pytest.fixture(autouse=True)
    def _loaded(self, small: ChatQwen2) -> None:
        type(self).engine = small.engine


@pytest.mark.slow
class TestIntegration(Loaded, ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def _loaded(self, qwen: ChatQwen2) -> None:
        type(self).engine = qwen.engine

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**super().chat_model_params, "max_tokens": 200}

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True
