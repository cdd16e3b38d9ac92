"""A server's model as a LangChain chat model that does what LangChain promises."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from docagent.engine.servers.errors import clear_errors
from docagent.engine.servers.reply import Reply

CONCURRENCY = 8
"""Prompts of a batch that are sent together. vLLM and SGLang answer them in one pass; servers that
answer fewer at a time (llama.cpp 4, Ollama 1) let the others wait, which the time-out allows."""

# What the tokenizers of Qwen2, Llama 3 and GPT-4 cut a text into first. No token reaches over such
# a cut, so that a prompt has at least as many tokens.
_PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+"
)

# Scripts without spaces are one piece up to the next full stop. Qwen's tokens have 1.5 to 1.8
# Chinese characters on average.
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_MOST_CHARACTERS = 3

# Other tokenizers join a little more, such as a full stop and a quotation mark.
_CERTAIN = 0.9

Configs = RunnableConfig | list[RunnableConfig] | None

_log = logging.getLogger("docagent")


class ChatServer(ChatOpenAI):
    """ChatOpenAI, for servers that keep to its protocol more or less; made by `connect`.

    Tool calls that a server leaves in the text are found there, and none but offered tools is
    called. A prompt that the server has cut is warned of. Errors are `DocAgentError`s.
    """

    own_server: bool = True
    """Whether it is not OpenAI itself."""

    concurrency: int = CONCURRENCY
    """Prompts of a batch that are sent together."""

    _warned: bool = PrivateAttr(default=False)

    def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The request, with `max_tokens` under the name that every server knows.

        ChatOpenAI renames it to `max_completion_tokens`, which Ollama ignores (its issue 7125):
        an answer capped at 10 tokens ran to 422.
        """
        payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
        if self.own_server and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        return payload

    def _convert_chunk_to_generation_chunk(
        self, chunk: dict[str, Any], *args: Any
    ) -> ChatGenerationChunk | None:
        """A piece of the stream. Of calls without an index ChatOpenAI would lose all."""
        for choice in chunk.get("choices") or ():
            for number, call in enumerate((choice.get("delta") or {}).get("tool_calls") or ()):
                if call.get("index") is None:
                    call["index"] = number
        return super()._convert_chunk_to_generation_chunk(chunk, *args)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with clear_errors():
            result = super()._generate(messages, stop, run_manager, **kwargs)
        return self._read(result, messages, kwargs)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with clear_errors():
            result = await super()._agenerate(messages, stop, run_manager, **kwargs)
        return self._read(result, messages, kwargs)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        reply = Reply(kwargs)
        with clear_errors():
            for piece in super()._stream(messages, stop, None, **kwargs):
                chunk = reply.push(piece)
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        self._check(messages, reply.usage)
        last = reply.last()
        if run_manager:
            run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        reply = Reply(kwargs)
        with clear_errors():
            async for piece in super()._astream(messages, stop, None, **kwargs):
                chunk = reply.push(piece)
                if run_manager:
                    await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk
        self._check(messages, reply.usage)
        last = reply.last()
        if run_manager:
            await run_manager.on_llm_new_token(last.text, chunk=last)
        yield last

    def batch(
        self, inputs: list[LanguageModelInput], config: Configs = None, **kwargs: Any
    ) -> list[AIMessage]:
        """Answer many prompts, `CONCURRENCY` at a time unless `max_concurrency` says otherwise."""
        return super().batch(inputs, self._limited(config), **kwargs)

    async def abatch(
        self, inputs: list[LanguageModelInput], config: Configs = None, **kwargs: Any
    ) -> list[AIMessage]:
        """As `batch`."""
        return await super().abatch(inputs, self._limited(config), **kwargs)

    def batch_as_completed(  # type: ignore[override]
        self, inputs: Sequence[LanguageModelInput], config: Configs = None, **kwargs: Any
    ) -> Iterator[tuple[int, AIMessage | Exception]]:
        """As `batch`, each answer as soon as it is there."""
        return super().batch_as_completed(inputs, self._limited(config), **kwargs)

    def abatch_as_completed(  # type: ignore[override]
        self, inputs: Sequence[LanguageModelInput], config: Configs = None, **kwargs: Any
    ) -> AsyncIterator[tuple[int, AIMessage | Exception]]:
        """As `batch_as_completed`."""
        return super().abatch_as_completed(inputs, self._limited(config), **kwargs)

    def _limited(self, config: Configs) -> Configs:
        limit: RunnableConfig = {"max_concurrency": self.concurrency}
        if isinstance(config, list):
            return [{**limit, **each} for each in config]
        return {**limit, **(config or {})}

    def _read(
        self, result: ChatResult, messages: list[BaseMessage], options: dict[str, Any]
    ) -> ChatResult:
        """The result with the calls it makes."""
        reply = Reply(options)
        for generation in result.generations:
            message = generation.message
            if isinstance(message, AIMessage):
                self._check(messages, message.usage_metadata)
                generation.message = reply.whole(message)
                generation.text = generation.message.text
        return result

    def _check(self, messages: list[BaseMessage], usage: UsageMetadata | None) -> None:
        """Warn, once, when the server has read fewer tokens than the prompt must have."""
        read = usage["input_tokens"] if usage else 0
        if self._warned or not read or read >= (least := least_tokens(messages)):
            return
        self._warned = True
        _log.warning(
            "the model server at %s read %d tokens of a prompt that has at least %d: it cuts what "
            "does not fit its context, and the answer may miss what was cut. Give it a longer "
            "context (Ollama: OLLAMA_CONTEXT_LENGTH=32768 ollama serve, or num_ctx in a Modelfile) "
            "or lower --budget",
            urllib.parse.urlsplit(self.openai_api_base or "").netloc.rpartition("@")[2],
            read,
            least,
        )


def least_tokens(messages: Sequence[BaseMessage]) -> int:
    """Tokens that the texts of these messages have at least, whichever the tokenizer.

    Of English, 0.72 to 0.84 of what a vocabulary of 49,152 tokens counts (20 texts).
    """
    import regex

    pieces, unspaced = regex.compile(_PIECES), regex.compile(_UNSPACED)
    texts = [message.text for message in messages]
    count = sum(len(pieces.findall(text)) for text in texts)
    count += sum(len(unspaced.findall(text)) for text in texts) // _MOST_CHARACTERS
    return int(_CERTAIN * count)
