"""The engine: Qwen2-Instruct as a LangChain chat model, on this machine or behind a server.

Importing this package loads neither torch nor transformers; `ChatQwen2` is fetched when it is
first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docagent.engine.chat import ChatQwen2

__all__ = ["ChatQwen2"]


def __getattr__(name: str) -> Any:
    if name == "ChatQwen2":
        from docagent.engine.chat import ChatQwen2

        return ChatQwen2
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
