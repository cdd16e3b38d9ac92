"""A loaded model at work on prompts: what answers may say, and the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from docagent.engine.token_engine import TokenEngine

if TYPE_CHECKING:
    from docagent.engine.decoding.constraint import Constraint, Grammars
    from docagent.engine.decoding.generate import TokenStream
    from docagent.engine.options import GenerationOptions
    from docagent.engine.prompt import Prompt, PromptEncoder
    from docagent.errors import DocAgentError


class Engine(TokenEngine):
    """Answers rendered prompts, within a grammar where the options ask for one."""

    @cached_property
    def prompts(self) -> PromptEncoder:
        """How conversations become prompts of this model."""
        from docagent.engine.prompt import PromptEncoder

        return PromptEncoder(self.loaded.tokenizer, self.loaded.tool_format)

    @cached_property
    def grammars(self) -> Grammars:
        """What answers can be constrained to follow."""
        from docagent.engine.decoding.constraint import Grammars

        loaded = self.loaded
        return Grammars(loaded.tokenizer, self.network.config.vocabulary, loaded.eos_ids)

    def answer(self, prompt: Prompt, options: GenerationOptions) -> TokenStream:
        """The answer to a rendered prompt."""
        return self.write(
            prompt.ids,
            max_new_tokens=options.max_tokens,
            session_tokens=options.session_tokens,
            sampler=options.sampler(),
            quote_from=prompt.quote_from,
            constraint=self._constraint(options),
            on_prefill=options.on_prefill,
        )

    def answer_many(
        self, prompts: Sequence[Prompt], options: Sequence[GenerationOptions]
    ) -> Iterator[tuple[int, list[int] | DocAgentError, int]]:
        """As `batch` for rendered prompts; the last number is that of the cached tokens.

        The options may differ in what they constrain; length and sampling are those of the first.
        """
        if not prompts:
            return
        requests = self._requests(
            [prompt.ids for prompt in prompts],
            options[0].max_tokens,
            options[0].sampler,
            [self._constraint(each) for each in options],
        )
        for number, tokens in self._results(requests):
            yield number, tokens, requests[number].cached

    def _constraint(self, options: GenerationOptions) -> Constraint | None:
        if options.schema is not None:
            if options.quotable:
                return self.grammars.json_with_quotes(options.schema, options.quotable)
            return self.grammars.json_schema(options.schema)
        if options.tools:
            return self.grammars.tool_calls(
                options.tools,
                options.tool_choice,
                self.loaded.tool_format,
                parallel=options.parallel,
            )
        return None
