"""A tool as it is described to the model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from langchain_core.utils.function_calling import convert_to_openai_tool

from docagent.errors import DocAgentError

# What OpenAI-compatible servers take; also what cannot break out of a line or a JSON string.
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class ToolSpec(NamedTuple):
    """Name, description and the JSON schema of the arguments."""

    name: str
    description: str
    parameters: dict[str, Any]

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as OpenAI writes it, keys in the order Qwen2.5's template shows."""
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": self.parameters,
            },
        }


def specifications(tools: Sequence[Any]) -> list[ToolSpec]:
    """Tools, pydantic classes, functions or OpenAI dicts as specifications, in order.

    Raises `DocAgentError` for what is not a tool, for odd names and for a name given twice.
    """
    specs: list[ToolSpec] = []
    for tool in tools:
        spec = tool if isinstance(tool, ToolSpec) else _specification(tool)
        if not NAME.fullmatch(spec.name):
            raise DocAgentError(
                f"rename the tool {spec.name!r}: a name is up to 64 letters, digits, _ . or -"
            )
        if any(spec.name == other.name for other in specs):
            raise DocAgentError(f"two tools are named {spec.name!r}; rename one of them")
        specs.append(spec)
    return specs


def _specification(tool: Any) -> ToolSpec:
    try:
        function = convert_to_openai_tool(tool)["function"]
        return ToolSpec(
            str(function["name"]),
            str(function.get("description") or ""),
            dict(function.get("parameters") or {"type": "object", "properties": {}}),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DocAgentError(
            f"{getattr(tool, 'name', None) or tool!r} cannot be offered as a tool: {error}"
        ) from error
