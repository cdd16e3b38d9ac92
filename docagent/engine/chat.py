"""Qwen2-Instruct as a LangChain chat model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from docagent.engine.decoding.completion import Completion
from docagent.engine.messages import to_template
from docagent.engine.tokens import ChatTokens
from docagent.settings import cache_folder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

WEAK_BELOW = 1_000_000_000
"""Parameters under which a model is for trying things out, not for trusting."""

OnPrefill = Callable[[int, int], None]
LongContext = Literal["yarn", "dca"]


class ChatQwen2(BaseChatModel):
    """A Qwen2 model on this machine; make one with `from_pretrained`.

    Greedy by default and without a repetition penalty. Per call: `max_tokens`, `temperature`,
    `top_p`, `top_k`, `seed`, `stop`, `on_prefill(done, total)` for the progress of reading the
    prompt, and `session_tokens`, what a conversation will hold in all, so that its window is
    chosen once.
    """

    model_name: str
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0

    # Any, because importing torch for its type would cost every caller seconds; it is an `Engine`.
    engine: Any = Field(exclude=True, repr=False)

    _tokens: ChatTokens = PrivateAttr()
    _tool_role: str = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Prepare the encoder; called by pydantic."""
        super().model_post_init(context)
        self._tokens = ChatTokens(self.engine.loaded.tokenizer)
        self._tool_role = "tool" if "tool" in self.engine.loaded.tokenizer.chat_template else "user"

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
        """Load `embedded`, a Hugging Face id, the folder of a Qwen2 checkpoint, or a GGUF file.

        `cache` is docagent's cache folder, by default the platform's user cache or
        DOCAGENT_CACHE; `device` a torch device; `context` another limit in tokens than the one
        the model's authors support; `dtype` another precision than the fast one; `long_context`
        how texts beyond the native window are read: "yarn" or "dca" (dual chunk attention). `prefix_cache=False` reads every prompt anew;
        `prefix_folder` also keeps what was read on disk, for later processes. `force` lets a base
        model through. `fields` are the model's own, such as `max_tokens`.
        Raises `DocAgentError` when the model is not to be had or does not fit.
        """
        from docagent.engine.engine import Engine
        from docagent.engine.loading.load import load

        loaded = load(
            name, cache if cache is not None else cache_folder(), device, context, dtype, force
        )
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

    @property
    def weak(self) -> bool:
        """Whether the model has under a billion parameters."""
        return self.parameters < WEAK_BELOW

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

    def count(self, text: str) -> int:
        """Tokens of a text, without a template around it."""
        return self._tokens.count(text)

    def get_token_ids(self, text: str) -> list[int]:
        """Token ids of a text in which nothing is a control token."""
        return self._tokens.plain(text)

    def get_num_tokens_from_messages(
        self, messages: list[BaseMessage], tools: Sequence[Any] | None = None
    ) -> int:
        """Tokens of the prompt these messages make, the chat template included."""
        if tools:
            raise NotImplementedError("the engine does not render tools")
        return len(self._prompt(messages))

    def _prompt(self, messages: Sequence[BaseMessage]) -> list[int]:
        return self._tokens.encode(to_template(messages, tool_role=self._tool_role))

    def _complete(
        self,
        messages: Sequence[BaseMessage],
        stop: Sequence[str] | None,
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        seed: int | None = None,
        session_tokens: int = 0,
        on_prefill: OnPrefill | None = None,
    ) -> Completion:
        """Start an answer. An unknown keyword of a call is a TypeError rather than ignored."""
        from docagent.engine.decoding.sampler import Sampler
        from docagent.engine.decoding.textstream import TextStream

        limit = max_tokens if max_tokens is not None else self.max_tokens
        ids = self._prompt(messages)
        writing = self.engine.write(
            ids,
            max_new_tokens=limit,
            session_tokens=session_tokens,
            sampler=Sampler(
                temperature if temperature is not None else self.temperature,
                top_p if top_p is not None else self.top_p,
                top_k if top_k is not None else self.top_k,
                seed,
            ),
            on_prefill=on_prefill,
        )
        return Completion(
            writing,
            TextStream(self.engine.loaded.tokenizer, stop or ()),
            prompt_tokens=len(ids),
            cached_tokens=writing.cached_tokens,
            limit=limit,
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
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                usage_metadata=completion.usage,
                response_metadata=self._metadata(completion),
                chunk_position="last",
            )
        )
