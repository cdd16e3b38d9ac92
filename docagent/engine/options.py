"""The options of one call of the chat model, checked before anything is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from docagent.engine.tools.specification import ToolSpec, specifications
from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.engine.decoding.sampler import Sampler

OnPrefill = Callable[[int, int], None]
"""Called with the tokens of the prompt that are read, and how many there are."""

LongContext = Literal["yarn", "dca"]
"""How texts beyond the native window are read."""


@dataclass(frozen=True)
class GenerationOptions:
    """The options of one answer; `schema` is the JSON schema it must follow, if any.

    `quotable` are the passages that strings marked `"x-quote": true` in it must be quoted from.
    """

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    session_tokens: int = 0
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    parallel: bool = False
    schema: dict[str, Any] | None = None
    quotable: tuple[str, ...] = ()
    on_prefill: OnPrefill | None = field(default=None, compare=False)

    def sampler(self) -> Sampler:
        """A new sampler for one answer. Raises `DocAgentError` for settings out of range."""
        from docagent.engine.decoding.sampler import Sampler

        return Sampler(self.temperature, self.top_p, self.top_k, self.seed)


def generation_options(
    defaults: Mapping[str, float],
    stop: Sequence[str] | None,
    *,
    tools: Sequence[Any] = (),
    tool_choice: Any = None,
    parallel_tool_calls: bool | None = None,
    response_format: Any = None,
    quotable: Sequence[str] = (),
    **options: Any,
) -> GenerationOptions:
    """The options of a call; what it leaves out comes from the model's `defaults`.

    `options` are the other fields of `GenerationOptions`; TypeError for a name that is none.
    """
    specs, choice = tool_options(tools, tool_choice)
    values = {**defaults, **{name: value for name, value in options.items() if value is not None}}
    values |= {name: int(values[name]) for name in ("max_tokens", "top_k")}
    return GenerationOptions(
        stop=tuple(stop or ()),
        tools=specs,
        tool_choice=choice,
        parallel=bool(parallel_tool_calls),
        schema=schema_of(response_format),
        quotable=tuple(quotable),
        **values,
    )


def tool_options(tools: Sequence[Any], choice: Any) -> tuple[tuple[ToolSpec, ...], str]:
    """Tools and choice as `GenerationOptions` have them, from what LangChain and OpenAI write.

    A choice is auto, required (also any and True), none (also False), a tool's name, or OpenAI's
    dict around a name. Raises `DocAgentError` for tools and choices that are none.
    """
    specs = tuple(specifications(tools))
    if choice is None or choice == "auto":
        return specs, "auto"
    if choice is True or choice in ("any", "required"):
        return specs, "required"
    if choice is False or choice == "none":
        return specs, "none"
    if isinstance(choice, Mapping):
        choice = choice.get("function", choice).get("name")
    names = [spec.name for spec in specs]
    if choice not in names:
        raise DocAgentError(
            f"there is no tool {choice!r} to choose; the tools are: {', '.join(names) or 'none'}"
        )
    return specs, str(choice)


def schema_of(response_format: Any) -> dict[str, Any] | None:
    """The JSON schema of OpenAI's `response_format`, of a bare schema, or of `json_object`."""
    if response_format is None:
        return None
    if not isinstance(response_format, Mapping):
        raise DocAgentError("response_format must be a JSON schema or OpenAI's form of one")
    kind = response_format.get("type")
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    if kind == "json_schema":
        wrapped = response_format.get("json_schema") or {}
        return dict(wrapped.get("schema") or {"type": "object"})
    return dict(response_format)
