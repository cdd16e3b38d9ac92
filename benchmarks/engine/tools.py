"""Tool calls: whether they parse, name an offered tool and fit it, and what that costs."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import HumanMessage

from benchmarks.engine.bench import Bench
from benchmarks.harness import Table, timed
from docagent.engine.decoding.request import Request
from docagent.engine.options import generation_options, tool_options
from docagent.engine.prompt import PromptEncoder
from docagent.engine.tools.parse import parse


def function(name: str, description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """A tool whose arguments are all required."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    definition = {"name": name, "description": description, "parameters": schema}
    return {"type": "function", "function": definition}


TEXT, PAGE = {"type": "string", "maxLength": 120}, {"type": "integer", "minimum": 1}
TOOLS = [
    function("search", "Find passages by meaning.", query=TEXT),
    function("grep", "Find lines that match.", pattern=TEXT),
    function("read_pages", "Read some pages.", first=PAGE, last=PAGE),
    function("note", "Keep a note.", text=TEXT),
]
ASK = "{passage}\n\nThat was part of the document. Use a tool to find out more about its subject."


def tools(bench: Bench) -> Table:
    count = 3 if bench.quick else 200
    columns = ("way", "prompts", "parse and name a tool", "tokens", "seconds", "ms a token")
    table = Table(*columns, title="Tool calls")
    engine, tokenizer = bench.engine(bench.loaded), bench.loaded.tokenizer
    prompts = PromptEncoder(tokenizer, bench.loaded.tool_format)
    specs, _ = tool_options(TOOLS, "required")
    settings = {"max_tokens": 80.0, "temperature": 0.0, "top_p": 1.0, "top_k": 0.0}
    options = generation_options(settings, None, tools=TOOLS, tool_choice="required")
    for name in ("constrained", "without a grammar"):
        constrained = name == "constrained"
        valid = written = 0
        total = masks = 0.0
        # Without a grammar the model writes on to the limit, which is slow; a quarter tells enough.
        numbers = range(0, count, 1 if constrained else 4)
        for number in numbers:
            passage = tokenizer.decode(bench.part(number * ((len(bench.ids) - 60) // count), 60))
            ids = prompts.encode([HumanMessage(ASK.format(passage=passage))], specs).ids
            list(engine.write(Request(ids, 1)))  # the prompt is read for both alike
            constraint: Any = TimedConstraint(engine._constraint(options)) if constrained else None
            writing = engine.write(Request(ids, 80, constraint=constraint))
            answer, took = timed(lambda: list(writing))  # noqa: B023
            total += took
            masks += constraint.seconds if constrained else 0.0
            written += len(answer)
            calls = parse(tokenizer.decode(answer), TOOLS)
            valid += bool(calls.tool_calls) and not calls.invalid_tool_calls
        share = f"{valid} ({valid / len(numbers):.0%})"
        spent = f"{total:.1f}" + f" (masks {masks:.2f}, {masks / total:.1%})" * constrained
        each = f"{1000 * total / max(written, 1):.1f}"
        table.add(name, len(numbers), share, f"{written:,}", spent, each)
    table.note(
        f"{count} prompts with a passage of 60 tokens and {len(TOOLS)} tools, one call required, "
        "up to 80 tokens. Without a grammar the same model writes what it likes. `masks` is the "
        "time spent in the grammar as part of the constrained answers' time."
    )
    return table


class TimedConstraint:
    """A constraint that counts the time spent in it."""

    def __init__(self, constraint: Any) -> None:
        self._constraint = constraint
        self.ending = constraint.ending
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._constraint, name)

        def counted(*arguments: Any) -> Any:
            result, took = timed(lambda: method(*arguments))
            self.seconds += took
            return result

        return counted
