"""Qwen2-Instruct as a LangChain chat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from docagent.engine import many, structured
from docagent.engine.call import Call, LongContext, call, tool_options
from docagent.engine.decoding.completion import Completion
from retrieval.folders import cache_folder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from docagent.engine.prompt import Prompts


class ChatQwen2(BaseChatModel):
    """A Qwen2 model on this machine; make one with `from_pretrained`.

    Greedy by default and without a repetition penalty; `do_sample=True` draws with the settings
    of the model's generation_config. Per call, beside these: `max_tokens`, `temperature`, `top_p`,
    `top_k`, `seed`, `stop`; `tools` and `tool_choice`; `response_format`, a JSON schema, with
    `quotable`, the passages that its `x-quote` strings are quoted from; `on_prefill(done, total)`
    for the progress of reading the prompt; and `session_tokens`, what a conversation will hold in
    all, so that its window is chosen once.
    """

    model_name: str
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    do_sample: bool = False

    # Any, because importing torch for its type would cost every caller seconds; it is an `Engine`.
    engine: Any = Field(exclude=True, repr=False)

    @classmethod
    def from_pretrained(
        cls,
        name: str,
        cache: Path | None = None,
        device: str | None = None,
        *,
        context: int | None = None,
        dtype: str | None = None,
        long_context: LongContext = "yarn",
        prefix_cache: bool = True,
        prefix_folder: Path | None = None,
        force: bool = False,
        **fields: Any,
    ) -> Self:
        """Load `embedded`, `embedded:0.5b`, a Hugging Face id, a checkpoint folder or a GGUF file.

        `cache` is docagent's cache folder, by default the platform's user cache or
        DOCAGENT_CACHE; `device` a torch device; `context` another limit in tokens than the one
        the model's authors support; `dtype` another precision than the fast one; `long_context`
        how texts beyond the native window are read, with YaRN or with dual chunk attention.
        `prefix_cache=False` reads every prompt anew; `prefix_folder` also keeps what was read on
        disk, for later processes. `force` lets a base model through. `fields` are the model's
        own, such as `max_tokens`.
        Raises `DocAgentError` when the model is not to be had or does not fit.
        """
        from docagent.engine.engine import Engine
        from docagent.engine.loading.load import load

        cache = cache if cache is not None else cache_folder()
        loaded = load(name, cache, device, context, dtype, force)
        engine = Engine(
            loaded,
            long_context=long_context,
            prefix_cache=prefix_cache,
            prefix_folder=prefix_folder,
        )
        return cls(model_name=loaded.name, engine=engine, **fields)

    @property
    def tokenizer(self) -> PreTrainedTokenizerFast:
        """The transformers tokenizer."""
        tokenizer: PreTrainedTokenizerFast = self.engine.loaded.tokenizer.transformers
        return tokenizer

    @property
    def _prompts(self) -> Prompts:
        prompts: Prompts = self.engine.prompts
        return prompts

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return int(self.engine.loaded.context)

    @property
    def parameters(self) -> int:
        """Weights of the network, counted one by one."""
        return int(self.engine.loaded.parameters)

    def loss(self, ids: Sequence[int], last: int = 512, yarn_factor: float | None = None) -> float:
        """Mean next-token loss in nats over the last `last` of `ids`.

        `yarn_factor` None is the factor that this length needs.
        """
        return float(self.engine.loss(list(map(int, ids)), last, yarn_factor))

    def likelihood(
        self, prompts: Sequence[Sequence[BaseMessage]], answers: Sequence[str]
    ) -> list[list[float]]:
        """For each conversation, how likely each of `answers` begins the reply; rows sum to 1.

        Told by the first tokens of the answers, which must differ.
        """
        choices = self._first_tokens(answers)
        ids = [self._prompts.encode(prompt).ids for prompt in prompts]
        found: list[list[float]] = self.engine.likelihood(ids, choices)
        return found

    def choice(
        self, messages: Sequence[BaseMessage], answers: Sequence[str]
    ) -> tuple[list[float], UsageMetadata]:
        """How likely each of `answers` begins the reply; they sum to 1. What the prompt has in
        common with earlier ones is not read again, as the usage tells.

        Told by the first tokens of the answers, which must differ.
        """
        ids = self._prompts.encode(messages).ids
        shares, cached = self.engine.choice(ids, self._first_tokens(answers))
        usage = UsageMetadata(
            input_tokens=len(ids),
            output_tokens=1,
            total_tokens=len(ids) + 1,
            input_token_details={"cache_read": cached},
        )
        return shares, usage

    def _first_tokens(self, answers: Sequence[str]) -> list[int]:
        choices = [self.get_token_ids(answer)[0] for answer in answers]
        if len(set(choices)) < len(choices):
            raise ValueError(f"some of {answers} begin with the same token")
        return choices

    def count(self, text: str) -> int:
        """Tokens of a text, without a template around it."""
        return self._prompts.tokens.count(text)

    def get_token_ids(self, text: str) -> list[int]:
        """Token ids of a text in which nothing is a control token."""
        return self._prompts.tokens.plain(text)

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        """Tokens of the prompt these messages make, tools and the chat template included."""
        specs, _ = tool_options(tools or (), None)
        return len(self._prompts.encode(messages, specs).ids)

    def bind_tools(
        self,
        tools: Sequence[Any],
        *,
        tool_choice: Any = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The model with tools it may call; calls always parse and name one of them.

        `tool_choice` is auto, required (any), none or a tool's name. An answer makes one call, or
        several with `parallel_tool_calls`: a small model asked for one would not stop at it.
        Arguments follow the tool's schema, `strict` or not.
        """
        return self.bind(
            tools=[convert_to_openai_tool(tool) for tool in tools],
            tool_choice=tool_choice,
            parallel_tool_calls=parallel_tool_calls,
            **kwargs,
        )

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: structured.Method = "json_schema",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, Any]:
        """The model with answers of that schema: a pydantic class, a TypedDict or a JSON schema.

        As LangChain has it: a pydantic class gives instances, all else dicts, and `include_raw`
        gives `raw`, `parsed` and `parsing_error`. All methods constrain the answer alike.
        """
        return structured.bind(self, schema, include_raw=include_raw, method=method, **kwargs)

    def batch_as_completed(  # type: ignore[override]
        self,
        inputs: Sequence[LanguageModelInput],
        config: RunnableConfig | Sequence[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> Iterator[tuple[int, AIMessage | Exception]]:
        """Answer many prompts together, each as soon as it is done, in no certain order.

        What they have in common at their start is read once.
        """
        return many.as_completed(self, inputs, config, return_exceptions, kwargs)

    def batch(  # type: ignore[override]
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage | Exception]:
        """Answer many prompts together, in their order."""
        found = dict(
            self.batch_as_completed(inputs, config, return_exceptions=return_exceptions, **kwargs)
        )
        return [found[number] for number in range(len(inputs))]

    @property
    def _llm_type(self) -> str:
        return "qwen2"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model_name": self.model_name,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
        }

    def _call(self, stop: Sequence[str] | None = None, **options: Any) -> Call:
        """The options of one call. An unknown keyword is a TypeError rather than ignored."""
        sample = options.pop("do_sample", None)
        drawn = self.do_sample if sample is None else sample
        names = ("max_tokens", "temperature", "top_p", "top_k")
        own = {name: getattr(self, name) for name in names}
        if drawn:
            own |= {"temperature": 1.0, **self.engine.loaded.sampling}
        return call(own, stop, **options)

    def _complete(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, **kwargs: Any
    ) -> Completion:
        asked = self._call(stop, **kwargs)
        prompt = self._prompts.encode(messages, asked.tools, asked.schema)
        tokens, cached = many.answered() or self.engine.answer(prompt, asked)
        return Completion(
            tokens,
            self.engine.loaded.tokenizer,
            stop=self._prompts.stop(asked),
            tools=asked.tools,
            prompt_tokens=len(prompt.ids),
            cached_tokens=cached,
            limit=asked.max_tokens,
        )

    def _metadata(self, completion: Completion) -> dict[str, Any]:
        return {"model_name": self.model_name, "finish_reason": completion.finish_reason}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        completion = self._complete(messages, stop, **kwargs)
        text = "".join(completion)
        message = AIMessage(
            content=text,
            tool_calls=completion.tool_calls,
            invalid_tool_calls=completion.invalid_tool_calls,
            usage_metadata=completion.usage,
            response_metadata=self._metadata(completion),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        completion = self._complete(messages, stop, **kwargs)
        for piece in completion:
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager is not None:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        last = ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                tool_call_chunks=completion.tool_call_chunks,
                usage_metadata=completion.usage,
                response_metadata=self._metadata(completion),
                chunk_position="last",
            )
        )
        if run_manager is not None:
            run_manager.on_llm_new_token("", chunk=last)
        yield last
