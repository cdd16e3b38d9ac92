"""Work of a language model that learns between two words whether anybody still waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from docagent.serve.work import Emit

Result = TypeVar("Result")


def listening(work: Callable[[Emit], Result]) -> Callable[[Emit], Result]:
    """The same work; every word a LangChain model writes for it calls `emit(None)`.

    Answers are emitted by sentences only, and some replies not at all.
    """

    def run(emit: Emit) -> Result:
        from langchain_core.callbacks import BaseCallbackHandler
        from langchain_core.runnables.config import set_config_context

        class Listener(BaseCallbackHandler):
            run_inline = True

            def on_llm_new_token(self, *_: Any, **__: Any) -> None:
                emit(None)

        with set_config_context({"callbacks": [Listener()]}) as context:
            return context.run(work, emit)

    return run
