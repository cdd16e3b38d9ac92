"""Many prompts answered together, as LangChain's batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.runnables.config import get_config_list

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import RunnableConfig

    from docagent.engine.chat import ChatQwen2
    from docagent.errors import DocAgentError

Answer = tuple[Iterable[int], int]

_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


def as_completed(
    model: ChatQwen2,
    inputs: Sequence[LanguageModelInput],
    config: RunnableConfig | Sequence[RunnableConfig] | None,
    return_exceptions: bool,
    kwargs: dict[str, Any],
) -> Iterator[tuple[int, AIMessage | Exception]]:
    """Yield (number of the input, its answer or error) as each is done.

    `quotable` may be a list for each input. Tokens come from the engine's batch. Each answer then
    goes through `invoke`, so that callbacks, tracing and LangChain's cache see what they see of a
    single question.
    """
    configs = get_config_list(config, len(inputs))
    options = {key: value for key, value in kwargs.items() if not key.startswith("ls_")}
    quotable = options.pop("quotable", ())
    each = [quotable] * len(inputs)
    if quotable and not isinstance(quotable[0], str):
        each = list(quotable)
    call = model._call(options.pop("stop", None), **options)
    prompts = {}
    for number, given in enumerate(inputs):
        try:
            messages = model._convert_input(given).to_messages()
            prompts[number] = model._prompts.encode(messages, call.tools, call.schema)
        except Exception as error:
            if not return_exceptions:
                raise
            yield number, error
    numbers = list(prompts)
    calls = [replace(call, quotable=tuple(each[number])) for number in numbers]
    for index, tokens, cached in model.engine.answer_many([*prompts.values()], calls):
        number = numbers[index]
        own = kwargs | ({"quotable": each[number]} if quotable else {})
        try:
            with _answering(tokens, cached):
                found = model.invoke(inputs[number], configs[number], **own)
        except Exception as error:
            if not return_exceptions:
                raise
            yield number, error
        else:
            yield number, found


def answered() -> Answer | None:
    """Tokens that a batch has made for the question at hand, and how many it found remembered."""
    return _answer.get()


@contextmanager
def _answering(tokens: list[int] | DocAgentError, cached: int) -> Iterator[None]:
    if isinstance(tokens, Exception):
        raise tokens
    token = _answer.set((tokens, cached))
    try:
        yield
    finally:
        _answer.reset(token)
