"""Tool calls: whether they parse, name an offered tool and fit it, and what that costs."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.engine.bench import Bench
from benchmarks.engine.table import Table
from benchmarks.engine.timing import seconds
from docagent.engine.options import generation_options, tool_options
from docagent.engine.prompt import PromptEncoder
from docagent.engine.tools.parse import parse

TEXT = {"type": "string", "maxLength": 120}
PAGE = {"type": "integer", "minimum": 1}


def function(name: str, description: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A tool whose arguments are all required."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


TOOLS = [
    function("search", "Find passages by meaning.", {"query": TEXT}),
    function("grep", "Find lines that match.", {"pattern": TEXT}),
    function("read_pages", "Read some pages.", {"first": PAGE, "last": PAGE}),
    function("note", "Keep a note.", {"text": TEXT}),
]
ASK = "{passage}\n\nThat was part of the document. Use a tool to find out more about its subject."


def tools(bench: Bench) -> Table:
    """Prompts with four tools: constrained calls, and the same prompts without a grammar."""
    count = 3 if bench.quick else 200
    table = Table(
        "Tool calls",
        ("way", "prompts", "parse and name a tool", "tokens", "seconds", "ms a token"),
        f"{count} prompts with a passage of 60 tokens and {len(TOOLS)} tools, one call required, "
        "up to 80 tokens. Without a grammar the same model writes what it likes. `masks` is the "
        "time spent in the grammar as part of the constrained answers' time.",
    )
    engine = bench.engine(bench.loaded)
    prompts = PromptEncoder(bench.loaded.tokenizer, bench.loaded.tool_format)
    specs, _ = tool_options(TOOLS, "required")
    own = {"max_tokens": 80.0, "temperature": 0.0, "top_p": 1.0, "top_k": 0.0}
    asked = generation_options(own, None, tools=TOOLS, tool_choice="required")
    for name, constrained in (("constrained", True), ("without a grammar", False)):
        valid = written = 0
        total = masks = 0.0
        # Without a grammar the model writes on to the limit, which is slow; a quarter tells enough.
        asked_of = range(0, count, 1 if constrained else 4)
        for number in asked_of:
            ids = encoded(bench, prompts, specs, number, count)
            list(engine.write(ids, max_new_tokens=1))  # the prompt is read for both alike
            constraint: Any = Timed(engine._constraint(asked)) if constrained else None
            start = time.perf_counter()
            answer = list(engine.write(ids, max_new_tokens=80, constraint=constraint))
            total += time.perf_counter() - start
            masks += constraint.seconds if constrained else 0.0
            written += len(answer)
            calls = parse(bench.loaded.tokenizer.decode(answer), TOOLS)
            valid += bool(calls.tool_calls) and not calls.invalid_tool_calls
        table.add(
            name,
            str(len(asked_of)),
            f"{valid} ({valid / len(asked_of):.0%})",
            f"{written:,}",
            f"{total:.1f}" + (f" (masks {masks:.2f}, {masks / total:.1%})" if constrained else ""),
            f"{1000 * total / max(written, 1):.1f}",
        )
    return table


def encoded(bench: Bench, prompts: PromptEncoder, specs: Any, number: int, count: int) -> list[int]:
    """A conversation about one part of the text."""
    from langchain_core.messages import HumanMessage

    apart = (len(bench.ids) - 60) // count
    passage = bench.loaded.tokenizer.decode(bench.part(number * apart, 60))
    return prompts.encode([HumanMessage(ASK.format(passage=passage))], specs).ids


class Timed:
    """A constraint that counts the time spent in it."""

    def __init__(self, constraint: Any) -> None:
        self._constraint = constraint
        self.ending = constraint.ending
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._constraint, name)

        def timed(*arguments: Any) -> Any:
            found: list[Any] = []
            self.seconds += seconds(lambda: found.append(method(*arguments)))
            return found[0]

        return timed
