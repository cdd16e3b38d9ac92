"""A call and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from docagent.tools.artifact import ToolArtifact


@dataclass(frozen=True, slots=True)
class Outcome:
    """`text` is what the model reads, `trace` its line in the trace.

    `argument` is what was asked for, in a few words. `failed` is True for the model's own
    errors and a user's broken tool, `invalid` for calls that could not be made at all,
    `repeated` for those that were made before, and `fresh` where something new was shown.
    """

    call_id: str
    name: str
    argument: str
    text: str
    trace: str
    shown: ToolArtifact | None = None
    failed: bool = False
    invalid: bool = False
    repeated: bool = False
    fresh: bool = False

    @property
    def step(self) -> str:
        """Its name in the trace."""
        return "invalid" if self.invalid else self.name

    @property
    def brief(self) -> str:
        """The call, how much it brought, and the numbers of the passages."""
        if self.shown is None:
            return f"{self.name}({self.argument})"
        numbers = "".join(f"[{number}]" for number in self.shown.numbers)
        return f"{self.name}({self.argument}): {self.shown.summary} {numbers}".rstrip()
