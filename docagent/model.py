"""A language model at work on one question: writes, streams, counts what it used."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from docagent.answer import Usage
from docagent.engine.servers.errors import clear_errors
from docagent.errors import DocAgentError
from docagent.events import Emit, Progress, ignore
from prompts import render

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.messages.ai import UsageMetadata
    from langchain_core.runnables import Runnable

    from docagent.reply_cache import ReplyCache

YES, NO = "Yes", "No"
_SAID = 3.0  # log odds of a Yes or No that a server says without telling how likely it is
_ALTERNATIVES = 10  # tokens whose log probabilities a server is asked for
_TIMED = 100  # tokens; fewer say little about the speed of reading
_BYTES_PER_TOKEN = 3.5  # of English, for models whose tokenizer is out of reach
_CONTEXT = 32_768  # tokens that a model reads which does not tell: what all Qwen2 were trained for


def estimated_tokens(text: str) -> int:
    """Tokens of a text, where the tokenizer is out of reach or too slow for so much."""
    return int(len(text.encode()) / _BYTES_PER_TOKEN) + 1


def prompt_messages(name: str, **values: str) -> list[BaseMessage]:
    """The template of this name, filled in, as the whole conversation."""
    from langchain_core.messages import HumanMessage

    return [HumanMessage(render(name, **values))]


class Model:
    """Any LangChain chat model; `ChatQwen2` also tells its size and counts tokens exactly.

    `usage` is what all calls took so far. `cache` remembers from one run to the next how fast it
    reads.
    """

    at_once = 8
    """Prompts in memory, and with a server or a GPU in work, at once."""

    def __init__(self, chat: BaseChatModel, cache: ReplyCache | None = None) -> None:
        self.chat = chat
        self.name = getattr(chat, "model_name", None) or type(chat).__name__
        self._cache = cache
        self._logprobs = hasattr(chat, "openai_api_base")
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
        where = getattr(self.chat, "openai_api_base", None)
        parameters = {"at": where, **self.chat._identifying_params}
        return f"{self.name} {json.dumps(parameters, sort_keys=True, default=str)}"

    @property
    def device(self) -> str:
        """The torch device it runs on in docagent's own engine; "" elsewhere."""
        return str(self.chat.engine.network.device) if self.own else ""  # type: ignore[attr-defined]

    @property
    def reader(self) -> str:
        """What reads many prompts: the speed of one says nothing of another's."""
        return self.device

    @property
    def on_cpu(self) -> bool:
        """Whether it runs in docagent's own engine on a CPU."""
        return self.device == "cpu"

    @property
    def hands_on(self) -> bool:
        """Whether each of many replies is made use of before all are there."""
        return self.on_cpu

    @property
    def tells_odds(self) -> bool:
        """Whether it tells how likely a Yes is, and not only the word."""
        return self.own or self._logprobs

    @property
    def reading_speed(self) -> float | None:
        """Tokens of a prompt that it read a second, last time; None before it was measured."""
        speed = self._cache.get(*self._speed_key) if self._cache else None
        return float(speed) if speed else None

    @property
    def _speed_key(self) -> tuple[str, ...]:
        return "reading speed", self.identity, self.device

    def count(self, text: str) -> int:
        """Tokens of `text`, estimated where the model cannot tell."""
        counter = getattr(self.chat, "count", None)
        return int(counter(text)) if counter else estimated_tokens(text)

    def write(
        self,
        messages: list[BaseMessage],
        max_tokens: int,
        emit: Emit = ignore,
        on_text: Callable[[str], None] | None = None,
    ) -> str:
        """The model's reply; `on_text` gets it in pieces while it is written.

        `emit` hears how far the prompt is read and, without `on_text`, how far the reply is
        written. Raises DocAgentError if a server cannot be reached or refuses.
        """
        pieces: list[str] = []
        begun, waited = time.perf_counter(), 0.0
        with clear_errors():
            for chunk in self.chat.stream(messages, max_tokens=max_tokens, **self._prefill(emit)):
                waited = waited or time.perf_counter() - begun
                self._count(chunk.usage_metadata, waited)
                if not chunk.text:
                    continue
                pieces.append(chunk.text)
                if on_text:
                    on_text(chunk.text)
                else:
                    emit(Progress("write", len(pieces), max_tokens, "tokens"))
        return "".join(pieces)

    def reply(
        self,
        messages: list[BaseMessage],
        bound: Runnable[LanguageModelInput, AIMessage] | None = None,
        emit: Emit = ignore,
        **options: Any,
    ) -> AIMessage:
        """One whole reply, tool calls included; `options` are those of the chat model's call.

        `bound` is the chat model with tools, as its `bind_tools` gave it; `emit` hears how far the
        prompt is read. Raises DocAgentError if a server cannot be reached or refuses.
        """
        with clear_errors():
            message = (bound or self.chat).invoke(messages, **options, **self._prefill(emit))
        self._count(message.usage_metadata)
        return message

    def log_odds(self, messages: list[BaseMessage]) -> float:
        """Log odds that the reply to a question of yes or no is Yes, in nats.

        Our own engine and servers that give log probabilities tell exactly; of others the word
        they say counts. Raises DocAgentError if a server cannot be reached or refuses.
        """
        begun = time.perf_counter()
        if self.own:
            (yes, no), usage = self.chat.choice(messages, (YES, NO))  # type: ignore[attr-defined]
            self._count(usage, time.perf_counter() - begun)
            return math.log(max(yes, 1e-9) / max(no, 1e-9))
        if self._logprobs:
            try:
                message = self.reply(
                    messages, max_tokens=1, logprobs=True, top_logprobs=_ALTERNATIVES
                )
            except DocAgentError:  # some servers know no log probabilities and refuse the request
                self._logprobs = False
            else:
                self._time(message.usage_metadata, time.perf_counter() - begun)
                if (odds := _log_odds(message)) is not None:
                    return odds
                self._logprobs = False
        message = self.reply(messages, max_tokens=4)
        return _SAID if message.text.strip().lower().startswith(YES.lower()) else -_SAID

    def replies(
        self, prompts: Sequence[list[BaseMessage]], **options: Any
    ) -> Iterator[tuple[int, AIMessage | Exception]]:
        """Replies to many prompts as they are done: (number of the prompt, reply or its error).

        On a CPU reading is what costs: prompts go one by one, and the engine remembers what they
        begin with for the next question. On a GPU and on servers they go together.
        """
        if self.on_cpu:
            for number, prompt in enumerate(prompts):
                try:
                    yield number, self.reply(prompt, **options)
                except DocAgentError as error:
                    yield number, error
            return
        with clear_errors():
            replies = self.chat.batch_as_completed(list(prompts), return_exceptions=True, **options)
            for number, message in replies:
                if not isinstance(message, Exception):
                    self._count(message.usage_metadata)
                yield number, message

    def _prefill(self, emit: Emit) -> dict[str, Any]:
        """The option by which docagent's own engine reports how far it has read a prompt."""
        if not self.own or emit is ignore:
            return {}
        return {"on_prefill": lambda done, total: emit(Progress("prefill", done, total, "tokens"))}

    def _count(self, usage: UsageMetadata | None, waited: float = 0.0) -> None:
        """Add what a reply took; `waited` seconds passed until its first word."""
        if not usage:
            return
        tokens = Usage(usage["input_tokens"], _cached(usage), usage["output_tokens"])
        self.usage = self.usage.plus(tokens)
        self._time(usage, waited)

    def _time(self, usage: UsageMetadata | None, waited: float) -> None:
        """Remember how fast a prompt was read, if enough of it was new."""
        if not usage or not waited or self._cache is None:
            return
        read = usage["input_tokens"] - _cached(usage)
        if read >= _TIMED:
            self._cache.put(read / waited, *self._speed_key)


def _cached(usage: UsageMetadata) -> int:
    """Tokens of a prompt that had been read before."""
    return usage.get("input_token_details", {}).get("cache_read") or 0


def _log_odds(message: AIMessage) -> float | None:
    """Log odds of Yes against No by the log probabilities of a reply's first token, if it has."""
    tokens = (message.response_metadata.get("logprobs") or {}).get("content") or []
    if not tokens:
        return None
    alternatives = tokens[0].get("top_logprobs") or []
    likely = {YES: 0.0, NO: 0.0}
    for alternative in alternatives:
        word = str(alternative["token"]).strip().capitalize()
        if word in likely:
            likely[word] += math.exp(alternative["logprob"])
    if not any(likely.values()):
        return None
    # What is not among the alternatives is less likely than all of them.
    least = min(math.exp(alternative["logprob"]) for alternative in alternatives)
    return math.log(max(likely[YES], least) / max(likely[NO], least))
