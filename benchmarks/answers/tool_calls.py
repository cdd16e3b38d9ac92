"""Tool calls and structured answers of a model: how many parse, without constraint and with.

Half of the prompts in tool_calls.jsonl offer several tools, half ask for JSON of a schema (both in
tool_offers.json). Right are those that also hold the `values` which the prompt names. Constrained
are the answers of docagent's own engine alone. With --out a run that was broken off goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from benchmarks.harness import ResultLog, Row, Table, arguments, sample, timed
from docagent.api import DocAgent
from docagent.engine.tools.jsontext import end_of_value, read_value
from docagent.engine.tools.parse import parse
from docagent.engine.tools.render import render
from docagent.engine.tools.schema import fit
from docagent.jsonl import read_rows
from docagent.model import Model

MOST_TOKENS = 120  # the longest right answer has about 70


def cases() -> list[Row]:
    """All 200, each with its `tools` or `schema`; those with the same tools together, whose prompts
    begin alike."""
    folder = Path(__file__).parent
    offers = json.loads((folder / "tool_offers.json").read_text("utf-8"))
    kinds = {"call": "tools", "answer": "schema"}
    rows = read_rows(folder / "tool_calls.jsonl")
    return [{**row, kinds[row["kind"]]: offers[row["offer"]]} for row in rows]


def main() -> None:
    options = arguments(__doc__, quick={"n": 4}, model="embedded", n=200, out=Path)
    model, log = Model(DocAgent(options.model).chat_model), ResultLog(options.out)
    chosen = sample(cases(), options.n)
    print(f"{model.name}, {len(chosen)} prompts\n")
    heads = ("without constraint", "parse", "of these right", "tokens each", "seconds each")
    table, missed = Table("", *heads), list[str]()
    for constrained in (False, True) if model.own else (False,):
        rows = []
        for case in chosen:
            key = f"{case['kind']} {constrained} {case['prompt']}"
            result = log.get(key, lambda: ask(model, case, constrained))  # noqa: B023
            rows.append(case | result | judged(case, result["reply"]))
        for kind, title in (("call", "tool calls"), ("answer", "structured answers")):
            own = [row for row in rows if row["kind"] == kind]
            names = ("parses", "right", "tokens", "seconds")
            parses, right, tokens, took = (sum(row[name] for row in own) for name in names)
            each = f"{tokens / len(own):.0f}", f"{took / len(own):.1f}"
            way = "no" if constrained else "yes"
            table.add(title, way, f"{parses} of {len(own)}", right, *each)
        missed += [
            f"- {row['key']}\n  {row['reply']!r}\n  {row['error'] or 'other values'}"
            for row in rows
            if not row["right"]
        ]
    table.note("Not right:\n\n" + "\n".join(missed))


def ask(model: Model, case: Row, constrained: bool) -> Row:
    """The reply as text, its tokens and seconds."""
    before = model.usage.completion_tokens
    if not constrained:
        message, took = timed(lambda: model.reply(in_words(case), max_tokens=MOST_TOKENS))
        text = str(message.text)
    else:
        options: Row = {"response_format": case.get("schema")}
        if "tools" in case:
            options = {"tools": case["tools"], "tool_choice": "required"}
        prompt: list[BaseMessage] = [HumanMessage(question(case))]
        message, took = timed(lambda: model.reply(prompt, max_tokens=MOST_TOKENS, **options))
        calls = [{"name": one["name"], "arguments": one["args"]} for one in message.tool_calls]
        text = "\n".join(map(json.dumps, calls)) or str(message.text)
    return {"reply": text, "tokens": model.usage.completion_tokens - before, "seconds": took}


def question(case: Row) -> str:
    return str(case["prompt"]) + "\n\nPut this into JSON." * ("schema" in case)


def in_words(case: Row) -> list[BaseMessage]:
    """The prompt with tools or schema in words: Qwen's own, as the engine renders them."""
    if "schema" in case:
        schema = json.dumps(case["schema"], ensure_ascii=False)
        rule = f"Answer with JSON that follows this schema: {schema}"
        return [HumanMessage(f"{question(case)}\n\n{rule}")]
    system = render([HumanMessage(case["prompt"])], case["tools"])[0]["content"]
    text = "".join(part if isinstance(part, str) else part.text for part in system)
    return [SystemMessage(text), HumanMessage(case["prompt"])]


def judged(case: Row, reply: str) -> Row:
    """Whether a reply parses, whether it is right, and what is wrong with it."""
    error, value, name = "", object(), None
    if "tools" in case:
        message = parse(reply, case["tools"])
        refused = [one["error"] for one in message.invalid_tool_calls]
        if refused or len(message.tool_calls) != 1:
            error = refused[0] or "" if refused else f"{len(message.tool_calls)} calls"
        else:
            value, name = message.tool_calls[0]["args"], message.tool_calls[0]["name"]
    else:
        try:
            value = fit(_first_value(reply), case["schema"])
        except ValueError as misfit:
            error = str(misfit)
    leaves = list(_leaves(value))
    right = name == case.get("name") and all(_holds(leaves, named) for named in case["values"])
    return {"parses": not error, "right": not error and right, "error": error}


def _first_value(text: str) -> object:
    """The first object or list in a text that may say more, such as a fence around it."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    if start < 0:
        raise ValueError("no JSON")
    end = end_of_value(text, start)
    return read_value(text[start:end] if end > 0 else text[start:])


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _holds(leaves: list[object], named: Any) -> bool:
    """Whether a value stands among the leaves; a text may stand in a longer one."""
    if isinstance(named, str):
        return any(isinstance(leaf, str) and named.lower() in leaf.lower() for leaf in leaves)
    kind = isinstance(named, bool)
    return any(leaf == named and isinstance(leaf, bool) == kind for leaf in leaves)


if __name__ == "__main__":
    main()
