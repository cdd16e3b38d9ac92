"""Qwen2-Instruct as a LangChain chat model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import get_config_list
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from docagent.engine import structured
from docagent.engine.base import Qwen2Model
from docagent.engine.decoding.completion import Completion
from docagent.engine.options import GenerationOptions, generation_options

if TYPE_CHECKING:
    from docagent.engine.decoding.request import Request


class ChatQwen2(Qwen2Model):
    """A Qwen2 model on this machine; make one with `from_pretrained`.

    Greedy by default and without a repetition penalty; `do_sample=True` draws with the settings
    of the model's generation_config. Per call, beside these: `max_tokens`, `temperature`, `top_p`,
    `top_k`, `seed`, `stop`; `tools` and `tool_choice`; `response_format`, a JSON schema, with
    `quotable`, the passages that its `x-quote` strings are quoted from; `on_prefill(done, total)`
    for the progress of reading the prompt; and `session_tokens`, what a conversation will hold in
    all, so that its window is chosen once.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    do_sample: bool = False

    _answered: Request | None = PrivateAttr(default=None)
    """What a batch has answered already."""

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

        What they have in common at their start is read once. `quotable` may be a list for each
        input. Each answer goes through `invoke`, so that callbacks, tracing and LangChain's cache
        see what they see of a single question.
        """
        configs = get_config_list(config, len(inputs))
        each = self._options_of_each(len(inputs), **kwargs)
        numbers: dict[Request, int] = {}
        for number, prompt in enumerate(inputs):
            try:
                messages = self._convert_input(prompt).to_messages()
                numbers[self.engine.request(messages, each[number])] = number
            except Exception as error:
                if not return_exceptions:
                    raise
                yield number, error
        for request in self.engine.answer_all(list(numbers)):
            number = numbers[request]
            if "quotable" in kwargs:
                kwargs["quotable"] = list(each[number].quotable)
            try:
                if request.error is not None:
                    raise request.error
                model = self.model_copy()
                model._answered = request
                reply = model.invoke(inputs[number], configs[number], **kwargs)
            except Exception as error:
                if not return_exceptions:
                    raise
                yield number, error
            else:
                yield number, reply

    def batch(  # type: ignore[override]
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage | Exception]:
        """Answer many prompts together, in their order."""
        answers = dict(
            self.batch_as_completed(inputs, config, return_exceptions=return_exceptions, **kwargs)
        )
        return [answers[number] for number in range(len(inputs))]

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

    def _options(self, stop: Sequence[str] | None = None, **options: Any) -> GenerationOptions:
        """The options of one call. An unknown keyword is a TypeError rather than ignored."""
        do_sample = options.pop("do_sample", None)
        names = ("max_tokens", "temperature", "top_p", "top_k")
        defaults = {name: getattr(self, name) for name in names}
        if self.do_sample if do_sample is None else do_sample:
            defaults |= {"temperature": 1.0, **self.engine.loaded.sampling}
        return generation_options(defaults, stop, **options)

    def _options_of_each(
        self, count: int, quotable: Sequence[Any] = (), **kwargs: Any
    ) -> list[GenerationOptions]:
        """The options of each input of a batch; `quotable` may be a list for each."""
        shared = {key: value for key, value in kwargs.items() if not key.startswith("ls_")}
        options = self._options(shared.pop("stop", None), **shared)
        if quotable and not isinstance(quotable[0], str):
            return [replace(options, quotable=tuple(texts)) for texts in quotable]
        return [replace(options, quotable=tuple(quotable))] * count

    def _complete(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, **kwargs: Any
    ) -> Completion:
        options = self._options(stop, **kwargs)
        if (request := self._answered) is not None:
            tokens = request.answer
        else:
            request = self.engine.request(messages, options)
            tokens = self.engine.write(request)
        stop = self._prompts.stop(options)
        return Completion(request, tokens, self.engine.loaded.tokenizer, stop, options.tools)

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
