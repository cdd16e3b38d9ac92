"""A language model at work on one question: writes, streams, counts what it used."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from docagent.answer import Usage
from docagent.engine.servers.errors import clear_errors
from docagent.errors import DocAgentError
from docagent.events import Event, Progress, Token
from docagent.reporting import reported

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
    from langchain_core.runnables import Runnable

_BYTES_PER_TOKEN = 3.5  # of English, for models whose tokenizer is out of reach
_CONTEXT = 32_768  # tokens that a model reads which does not tell: what all Qwen2 were trained for


class Model:
    """Any LangChain chat model; `ChatQwen2` also tells its size and counts tokens exactly.

    `usage` is what all calls took so far.
    """

    def __init__(self, chat: BaseChatModel, name: str | None = None) -> None:
        self.chat = chat
        self.name = name or getattr(chat, "model_name", None) or type(chat).__name__
        self.weak = bool(getattr(chat, "weak", False))
        self.context = int(getattr(chat, "context", None) or _CONTEXT)
        self.usage = Usage()

    @property
    def own(self) -> bool:
        """Whether it runs in docagent's own engine, whose answers can be constrained."""
        return getattr(self.chat, "engine", None) is not None

    @property
    def identity(self) -> str:
        """What tells this model from every other: what it made is not what another would."""
        if self.own:
            return str(self.chat.engine.loaded.fingerprint)  # type: ignore[attr-defined]
        told = {"at": getattr(self.chat, "openai_api_base", None), **self.chat._identifying_params}
        return f"{self.name} {json.dumps(told, sort_keys=True, default=str)}"

    def count(self, text: str) -> int:
        """Tokens of `text`, estimated where the model cannot tell."""
        counter = getattr(self.chat, "count", None)
        return int(counter(text)) if counter else int(len(text.encode()) / _BYTES_PER_TOKEN) + 1

    def write(
        self, messages: list[BaseMessage], max_tokens: int, shown: bool = True
    ) -> Generator[Event, None, str]:
        """The model's reply, as tokens while it is written (unless not `shown`) and whole.

        Raises DocAgentError if a server cannot be reached or refuses.
        """
        pieces: list[str] = []
        with clear_errors():
            for chunk in self._chunks(messages, max_tokens):
                if isinstance(chunk, Progress):
                    yield chunk
                    continue
                self._add(chunk)
                text = chunk.text
                if text:
                    pieces.append(text)
                    yield (
                        Token(text)
                        if shown
                        else Progress("write", len(pieces), max_tokens, "tokens")
                    )
        return "".join(pieces)

    def reply(
        self,
        messages: list[BaseMessage],
        bound: Runnable[LanguageModelInput, AIMessage] | None = None,
        **options: Any,
    ) -> AIMessage:
        """One whole reply, tool calls included; `options` are those of the chat model's call.

        `bound` is the chat model with tools, as its `bind_tools` gave it. Raises DocAgentError if
        a server cannot be reached or refuses.
        """
        with clear_errors():
            message = (bound or self.chat).invoke(messages, **options)
        self._add(message)
        return message

    def replies(
        self, prompts: Sequence[list[BaseMessage]], **options: Any
    ) -> Iterator[tuple[int, AIMessage | Exception]]:
        """Replies to many prompts as they are done: (number of the prompt, reply or its error).

        On a CPU reading is what costs: prompts go one by one, and the engine remembers what they
        begin with for the next question. On a GPU and on servers they go together.
        `quotable` in the options is a list for each prompt.
        """
        if self.own and self.chat.engine.network.device.type == "cpu":  # type: ignore[attr-defined]
            for number, prompt in enumerate(prompts):
                quotable = options.get("quotable")
                own = options | ({"quotable": quotable[number]} if quotable else {})
                try:
                    yield number, self.reply(prompt, **own)
                except DocAgentError as error:
                    yield number, error
            return
        with clear_errors():
            found = self.chat.batch_as_completed(list(prompts), return_exceptions=True, **options)
            for number, message in found:
                if not isinstance(message, Exception):
                    self._add(message)
                yield number, message

    def _chunks(
        self, messages: list[BaseMessage], max_tokens: int
    ) -> Iterator[AIMessageChunk | Progress]:
        """The reply as it comes; docagent's own engine tells first how far it has read."""
        if not self.own:
            yield from self.chat.stream(messages, max_tokens=max_tokens)
            return

        def work(report: Callable[[AIMessageChunk | Progress], None]) -> None:
            def read(done: int, total: int) -> None:
                report(Progress("prefill", done, total, "tokens"))

            for chunk in self.chat.stream(messages, max_tokens=max_tokens, on_prefill=read):
                report(chunk)

        yield from reported(work)

    def _add(self, message: AIMessage) -> None:
        told = message.usage_metadata
        if not told:
            return
        cached = told.get("input_token_details", {}).get("cache_read") or 0
        used = Usage(told["input_tokens"], cached, told["output_tokens"])
        self.usage = self.usage.plus(used)
