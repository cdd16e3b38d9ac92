"""A loaded Qwen2 model: how it is loaded, counts tokens and judges texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.messages.ai import UsageMetadata
from pydantic import Field

from docagent.engine.options import LongContext, tool_options
from retrieval.folders import cache_folder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from docagent.engine.prompt import PromptEncoder


class Qwen2Model(BaseChatModel):
    """What `ChatQwen2` has beyond LangChain's interface."""

    model_name: str

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
        Raises `ModelUnavailable` when the model is not to be had or does not fit.
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
    def _prompts(self) -> PromptEncoder:
        prompts: PromptEncoder = self.engine.prompts
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

        Only the first tokens of the answers are compared, which must differ.
        """
        choices = self._first_tokens(answers)
        ids = [self._prompts.encode(prompt).ids for prompt in prompts]
        shares: list[list[float]] = self.engine.likelihood(ids, choices)
        return shares

    def choice(
        self, messages: Sequence[BaseMessage], answers: Sequence[str]
    ) -> tuple[list[float], UsageMetadata]:
        """How likely each of `answers` begins the reply; they sum to 1.

        Only the first tokens of the answers are compared, which must differ. What the prompt has
        in common with earlier ones is not read again (see the usage).
        """
        ids = self._prompts.encode(messages).ids
        likely: tuple[list[float], UsageMetadata] = self.engine.choice(
            ids, self._first_tokens(answers)
        )
        return likely

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
