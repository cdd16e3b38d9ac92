"""A language model at work: writes, streams, counts what it used."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from docagent.answer import Usage
from docagent.events import Event, Progress, Token
from docagent.reporting import reported

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

_BYTES_PER_TOKEN = 3.5  # of English, for models whose tokenizer is out of reach


class Model:
    """Any LangChain chat model; `ChatQwen2` also tells its size and counts tokens exactly."""

    def __init__(self, chat: BaseChatModel, name: str | None = None) -> None:
        self.chat = chat
        self.name = name or getattr(chat, "model_name", None) or type(chat).__name__
        self.weak = bool(getattr(chat, "weak", False))
        self._usage = Usage()

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
        from docagent.engine.servers.errors import user_error

        pieces: list[str] = []
        try:
            for chunk in self._chunks(messages, max_tokens):
                if isinstance(chunk, Progress):
                    yield chunk
                    continue
                told = chunk.usage_metadata
                if told:
                    self._add(told["input_tokens"], told["output_tokens"], told)
                text = chunk.text
                if text:
                    pieces.append(text)
                    yield (
                        Token(text)
                        if shown
                        else Progress("write", len(pieces), max_tokens, "tokens")
                    )
        except Exception as error:
            known = user_error(error)
            if known is None:
                raise
            raise known from error
        return "".join(pieces)

    def _chunks(
        self, messages: list[BaseMessage], max_tokens: int
    ) -> Iterator[AIMessageChunk | Progress]:
        """The reply as it comes; docagent's own engine tells first how far it has read."""
        if getattr(self.chat, "engine", None) is None:
            yield from self.chat.stream(messages, max_tokens=max_tokens)
            return

        def work(report: Callable[[AIMessageChunk | Progress], None]) -> None:
            def read(done: int, total: int) -> None:
                report(Progress("prefill", done, total, "tokens"))

            for chunk in self.chat.stream(messages, max_tokens=max_tokens, on_prefill=read):
                report(chunk)

        yield from reported(work)

    def take_usage(self) -> Usage:
        """What was used since the last call."""
        usage, self._usage = self._usage, Usage()
        return usage

    def _add(self, prompt: int, completion: int, told: object) -> None:
        details = told.get("input_token_details") if isinstance(told, dict) else None
        self._usage = Usage(
            self._usage.prompt_tokens + prompt,
            self._usage.cached_tokens + int((details or {}).get("cache_read") or 0),
            self._usage.completion_tokens + completion,
        )
