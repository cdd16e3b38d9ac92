"""What the next token may be, for answers that must follow a grammar."""

from __future__ import annotations

import json
import math
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from docagent.engine.decoding.grammar import json_grammar, quoting_grammar, tool_grammar
from docagent.engine.decoding.passages import Passages
from docagent.engine.tools.marks import CALL, CALL_END, Format
from docagent.engine.tools.specification import specifications
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    import torch
    from llguidance import LLMatcher

    from docagent.engine.loading.tokenizer import AnyTokenizer

CLOSERS = '"]},'
"""What ends a string, a list and an object, in the order that ends every one of them: a quotation
mark first, because within a string the others are only text."""

ENDING, TOKENS_OF_A_PROPERTY = 24, 8
"""Tokens that the end of an answer takes: its closing marks, and each property still to come."""

_KEPT = 16


class Constraint:
    """The grammar of one answer, and how far the answer has come.

    End tokens are the constraint's own: allowed wherever the answer may end. `ending` is how many
    tokens before its limit an answer should be hastened to its end.
    """

    def __init__(
        self,
        matcher: LLMatcher,
        vocabulary: int,
        eos_ids: frozenset[int],
        closers: tuple[int, ...] = (),
        ending: int = 0,
    ) -> None:
        self.ending = ending
        self._closers = closers
        self._matcher = matcher
        self._vocabulary = vocabulary
        self._eos_ids = eos_ids
        self._ended = False

    def mask(self, logits: torch.Tensor) -> None:
        """Set to -inf, in place, every token that may not come next.

        `logits` has shape (vocabulary,), on any device, and may be longer than the tokenizer's
        vocabulary. Raises `DocAgentError` when no token is left, which takes a vocabulary that
        cannot spell what the grammar asks for.
        """
        import torch

        size = logits.shape[-1]
        may_come = torch.zeros(size, dtype=torch.bool)
        if not (self._ended or self._matcher.is_stopped()):
            allowed = torch.frombuffer(bytearray(self._bias()), dtype=torch.uint8)
            common = min(size, len(allowed))
            may_come[:common] = allowed[:common] != 0
        for token in self._eos_ids:
            if token < size:
                may_come[token] = self._ended or self._matcher.is_accepting()
        if not may_come.any():
            raise DocAgentError(
                "the model's tokens cannot write what the answer's form asks for here; "
                "simplify the schema or choose another model"
            )
        logits.masked_fill_(~may_come.to(logits.device), -torch.inf)

    def hasten(self, logits: torch.Tensor) -> None:
        """Leave, of what `mask` has left, only the token that closes the answer soonest.

        A call or JSON that is cut at the limit is worth nothing; one with a short last string is.
        Changes nothing where the answer may end as it stands, as free text may, nor where no such
        token may come, as within a key.
        """
        if any(logits[token] > -math.inf for token in self._eos_ids if token < logits.shape[-1]):
            return
        for token in self._closers:
            if logits[token] > -math.inf:
                logit = logits[token].clone()
                logits.fill_(-math.inf)
                logits[token] = logit
                return

    def accept(self, token: int) -> None:
        """The next token of the answer; ValueError for one that the grammar forbids."""
        if self.allowed_prefix([token]) != 1:
            raise ValueError(f"token {token} may not come here")
        if token in self._eos_ids:
            self._ended = True
        else:
            self._matcher.consume_token(token)

    def rollback(self, tokens: int) -> None:
        """Forget the last accepted tokens."""
        if tokens and self._ended:
            self._ended = False
            tokens -= 1
        if tokens:
            self._matcher.rollback(tokens)

    def allowed_prefix(self, tokens: Sequence[int]) -> int:
        """How many of these tokens could come next, one after the other; changes nothing.

        Where the text is forced, `mask` leaves only the tokenizer's own spelling of it, and this
        takes any.
        """
        if self._ended:
            return 0
        plain: list[int] = []
        for token in tokens:
            if token in self._eos_ids or not 0 <= token < self._vocabulary:
                break
            plain.append(token)
        stopped = self._matcher.is_stopped()
        count = self._matcher.validate_tokens(plain) if plain and not stopped else 0
        ends = count == len(plain) < len(tokens) and tokens[count] in self._eos_ids
        return count + 1 if ends and self._may_end_after(plain) else count

    def forced(self) -> list[int]:
        """Tokens that must come next, spelt as the tokenizer spells them; changes nothing."""
        if self._ended or self._matcher.is_stopped():
            return []
        tokens: list[int] = self._matcher.compute_ff_tokens()
        return tokens[: self.allowed_prefix(tokens)]

    def _may_end_after(self, tokens: list[int]) -> bool:
        if not tokens:
            return self._matcher.is_accepting()
        self._matcher.consume_tokens(tokens)
        may_end = self._matcher.is_accepting()
        self._matcher.rollback(len(tokens))
        return may_end

    def _bias(self) -> bytes:
        """One byte per token of the tokenizer, 0 where it may not come."""
        bias = self._matcher.compute_logit_bias()
        if self._matcher.is_error():
            raise DocAgentError(f"the answer's form cannot be kept: {_line(self._matcher)}")
        return bias


class Grammars:
    """Compiles grammars for one tokenizer; make it once, it takes a third of a second.

    `vocabulary` is the number of logits. Every method returns a constraint for one answer and
    raises `DocAgentError` for what cannot be compiled.
    """

    def __init__(self, tokenizer: AnyTokenizer, vocabulary: int, eos_ids: Collection[int]) -> None:
        from llguidance import LLTokenizer

        state = json.loads(tokenizer.backend_tokenizer.to_str())
        # What is forced is spelt with the tokenizer; normalised, it would be another text.
        state["normalizer"] = state["truncation"] = state["padding"] = None
        added = {token["content"]: token["id"] for token in state["added_tokens"]}
        self._controls = {mark: added[mark] for mark in (CALL, CALL_END) if mark in added}
        self._eos_ids = frozenset(eos_ids)
        self._tokenizer = LLTokenizer(
            json.dumps(state),
            n_vocab=max(vocabulary, len(tokenizer)),
            eos_token=sorted(self._eos_ids),
        )
        single = (bytes([byte]) for byte in range(256))
        self._writable = frozenset(
            byte[0]
            for byte in single
            if self._tokenizer.decode_bytes(self._tokenizer.tokenize_bytes(byte)) == byte
        )
        closers = (tokenizer.backend_tokenizer.token_to_id(text) for text in CLOSERS)
        self._closers = tuple(number for number in closers if number is not None)
        self._compiled: OrderedDict[str, LLMatcher] = OrderedDict()

    def json_schema(self, schema: dict[str, Any], quotable: Sequence[str] = ()) -> Constraint:
        """JSON of that schema, on one line, properties in the schema's order and no others.

        With passages to quote from, every string with `"x-quote": true` is a piece of one of them:
        whole words, at most `grammar.QUOTE_LIMIT` characters.
        """
        if quotable:
            grammar = quoting_grammar(schema, Passages(quotable, self._writable))
        else:
            grammar = json_grammar(schema)
        return self._constraint(grammar, _properties(schema))

    def tool_calls(
        self,
        tools: Sequence[Any],
        choice: str = "auto",
        format: Format = "hermes",
        *,
        parallel: bool = False,
    ) -> Constraint:
        """Calls of these tools whose arguments fit their schemas.

        `choice` is `auto` (free text, then a call, after which the answer ends), `required`
        (begins with a call), `none` (text that calls nothing), or a tool's name (exactly one call
        of it). With `parallel`, auto and required may make up to eight calls.
        """
        specs = specifications(tools)
        grammar = tool_grammar(specs, choice, format, self._controls, parallel)
        return self._constraint(grammar, max(_properties(spec.parameters) for spec in specs))

    def _constraint(self, grammar: str, properties: int) -> Constraint:
        matcher = self._compiled.pop(grammar, None) or self._compile(grammar)
        self._compiled[grammar] = matcher
        while len(self._compiled) > _KEPT:
            self._compiled.popitem(last=False)
        return Constraint(
            matcher.deep_copy(),
            self._tokenizer.vocab_size,
            self._eos_ids,
            self._closers,
            ENDING + TOKENS_OF_A_PROPERTY * properties,
        )

    def _compile(self, grammar: str) -> LLMatcher:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._tokenizer, grammar, log_level=0)
        if matcher.is_error():
            raise DocAgentError(f"the answer's form cannot be compiled: {_line(matcher)}")
        return matcher


def _properties(schema: Any) -> int:
    """How many properties a schema names, nested ones included."""
    if isinstance(schema, list):
        return sum(map(_properties, schema))
    if not isinstance(schema, dict):
        return 0
    own = schema.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_properties, schema.values()))


def _line(matcher: LLMatcher) -> str:
    return next(iter(matcher.get_error().splitlines()), "no reason given")
