r"""Tool calls and structured answers of a model: how many parse, without constraint and with.

    python -m benchmarks.answers.tool_calls --model embedded --out calls.jsonl
    python -m benchmarks.answers.tool_calls --model openai:qwen@http://127.0.0.1:8080/v1 -n 200

Half of the prompts offer several tools, half ask for JSON of a schema; all are made from
templates. A call parses if `docagent.engine.tools.parse` reads one valid call, with arguments
that fit, and nothing invalid; an answer if the JSON in it fits its schema. Right are those
that also hold the values which the prompt names. Constrained are the answers of docagent's own
engine alone. With --out a run that was broken off goes on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from docagent.api import DocAgent
from docagent.engine.tools.jsontext import first_value
from docagent.engine.tools.parse import parse
from docagent.engine.tools.render import render
from docagent.engine.tools.schema import fit
from docagent.model import Model

_TOKENS = 120  # the longest right answer has about 70
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 1}


@dataclass(frozen=True)
class Case:
    """A prompt, what it offers, and the values that a right answer holds."""

    kind: str
    prompt: str
    tools: list[dict[str, Any]] = field(default_factory=list)
    schema: dict[str, Any] = field(default_factory=dict)
    values: tuple[object, ...] = ()
    name: str = ""


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    needed = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": needed}


def _tool(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    told = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": told}


READING = [
    _tool("search", "Find passages.", _object({"query": _TEXT, "most": _COUNT}, ["query"])),
    _tool("read_pages", "Read pages.", _object({"first": _COUNT, "last": _COUNT})),
    _tool(
        "grep",
        "Find exact words.",
        _object({"pattern": _TEXT, "ignore_case": {"type": "boolean"}}, ["pattern"]),
    ),
]
LEDGER = [
    _tool(
        "add_entry",
        "Book an amount.",
        _object(
            {
                "account": {"type": "string", "enum": ["rent", "fuel", "repairs", "wages"]},
                "amount": {"type": "number"},
                "date": {"type": "string", "description": "YYYY-MM-DD"},
            }
        ),
    ),
    _tool("balance", "The balance of an account.", _object({"account": _TEXT})),
]
CALENDAR = [
    _tool(
        "create_event",
        "Put an event in the calendar.",
        _object(
            {
                "title": _TEXT,
                "start": {"type": "string", "description": "YYYY-MM-DD HH:MM"},
                "minutes": _COUNT,
                "guests": {"type": "array", "items": _TEXT},
            },
            ["title", "start"],
        ),
    ),
    _tool("cancel_event", "Cancel an event.", _object({"id": _COUNT, "reason": _TEXT}, ["id"])),
]
PEOPLE = [
    _tool("find_person", "Look a person up.", _object({"name": _TEXT})),
    _tool(
        "update_person",
        "Change a person's contact.",
        _object({"id": _COUNT, "contact": _object({"email": _TEXT, "phone": _TEXT}, [])}),
    ),
]
INVOICE = _object(
    {"number": _TEXT, "supplier": _TEXT, "total": {"type": "number"}, "paid": {"type": "boolean"}}
)
PERSON = _object(
    {"name": _TEXT, "born": {"type": "integer"}, "occupations": {"type": "array", "items": _TEXT}}
)
STATION = _object(
    {
        "station": _TEXT,
        "weather": {"type": "string", "enum": ["clear", "rain", "snow", "fog"]},
        "readings": {
            "type": "array",
            "items": _object({"hour": {"type": "integer"}, "degrees": {"type": "number"}}),
        },
    }
)
NAMES = ("Ada Lindqvist", "Tomás Ferreira", "Wei Zhang", "Jürgen Holz", 'Kate "Kit" Moran')
TOPICS = ("net income", "the lighthouse", "operating leases", "the plague of 1348", "大坝的高度")


def cases() -> Iterator[Case]:
    """All 200; those with the same tools together, whose prompts begin alike."""
    yield from _calls()
    yield from _answers()


def _calls() -> Iterator[Case]:
    """100 that ask for one call."""

    def made(tools: list[dict[str, Any]], name: str, prompt: str, *values: object) -> Case:
        return Case("call", prompt, tools, values=values, name=name)

    for topic, most in product(TOPICS, (3, 8)):
        yield made(READING, "search", f"Find the {most} best passages on {topic}.", topic, most)
    for topic in TOPICS:
        yield made(READING, "grep", f'Where do the exact words "{topic}" stand?', topic)
    for first in range(3, 28, 5):
        told = f"What stands on pages {first} to {first + 2}?"
        yield made(READING, "read_pages", told, first, first + 2)
    for account, amount in product(("rent", "fuel", "repairs", "wages"), (12, 84.5, 1200.75, 9.99)):
        told = f"Book {amount} florins for {account} on 5 March 2024."
        yield made(LEDGER, "add_entry", told, account, amount, "2024-03-05")
    for account in ("rent", "fuel", "repairs", "wages"):
        yield made(LEDGER, "balance", f"How much is left for {account}?", account)
    for name, minutes, hour in product(NAMES, (30, 90), (9, 16)):
        told = f"A review with {name} on 2025-06-{hour:02}, {hour}:00, for {minutes} minutes."
        yield made(CALENDAR, "create_event", told, minutes)
    for number in range(11, 31):
        told = f"Cancel event {number}: the hall is flooded."
        yield made(CALENDAR, "cancel_event", told, number)
    for number, name in enumerate(NAMES, 41):
        yield made(PEOPLE, "find_person", f"Who is {name}?", name)
        for word in ("mail", "post", "home"):
            told = f"The e-mail address of person {number} is now {word}{number}@example.org."
            yield made(PEOPLE, "update_person", told, number, f"{word}{number}@example.org")


def _answers() -> Iterator[Case]:
    """100 that ask for JSON of a schema."""

    def made(schema: dict[str, Any], text: str, *values: object) -> Case:
        return Case("answer", text, schema=schema, values=values)

    for (number, name), paid in product(enumerate(NAMES, 701), (True, False)):
        for total in (18.5, 240, 1999.95, 73):
            state = "has been paid" if paid else "is still open"
            told = f"Invoice R-{number} of {name}'s workshop over {total} euros {state}."
            yield made(INVOICE, told, f"R-{number}", total, paid)
    trades: tuple[list[str], ...] = (
        ["mason"],
        ["painter", "teacher"],
        ["judge", "farmer", "poet"],
        ["sailor"],
        [],
    )
    for (number, name), trade in product(enumerate(NAMES), trades):
        work = f"worked as {' and '.join(trade)}" if trade else "never had a trade"
        yield made(PERSON, f"{name}, born in {1850 + number}, {work}.", 1850 + number, *trade)
    for weather, hour, degrees in product(("clear", "rain", "snow", "fog"), (6, 14, 22), (-4, 7.5)):
        told = f"Station Holm, {weather}: {degrees} degrees at {hour}:00, {degrees + 2} an hour on."
        yield made(STATION, told, "Holm", weather, hour, degrees)
    for weather in ("clear", "rain", "snow", "fog"):
        yield made(STATION, f"Station Ness, {weather}; no readings.", "Ness", weather)
    for year, name in enumerate((*NAMES, *NAMES[:2]), 1902):
        yield made(PERSON, f"Of {name}, a glazier, only the birth in {year} is known.", year)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("-n", type=int, default=200, help="prompts, spread over all")
    parser.add_argument("--out", type=Path, help="JSON lines; what stands there is not asked again")
    options = parser.parse_args()
    model = Model(DocAgent(options.model).chat_model)
    chosen = list(cases())
    chosen = chosen[:: max(1, len(chosen) // options.n)][: options.n]
    known = _known(options.out)
    print(f"{model.name}, {len(chosen)} prompts\n")
    print("| | without constraint | parse | of these right | tokens each | seconds each |")
    print("| --- | --- | --- | --- | --- | --- |")
    missed: list[str] = []
    for constrained in (False, True) if model.own else (False,):
        rows = []
        for case in chosen:
            key = f"{case.kind} {constrained} {case.prompt}"
            if key not in known:
                known[key] = {"key": key, "kind": case.kind, **_ask(model, case, constrained)}
                if options.out:
                    with options.out.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(known[key], ensure_ascii=False) + "\n")
            rows.append(known[key] | judged(case, known[key]["reply"]))
        for kind, title in (("call", "tool calls"), ("answer", "structured answers")):
            told = [row for row in rows if row["kind"] == kind]
            print(f"| {title} | {'no' if constrained else 'yes'} | {_columns(told)} |", flush=True)
        missed += [
            f"- {row['key']}\n  {row['reply']!r}\n  {row['error'] or 'other values'}"
            for row in rows
            if not row["right"]
        ]
    print("\nNot right:\n\n" + "\n".join(missed))


def _columns(rows: list[dict[str, Any]]) -> str:
    parse = sum(row["parses"] for row in rows)
    right = sum(row["right"] for row in rows)
    tokens, seconds = (sum(row[name] for row in rows) / len(rows) for name in ("tokens", "seconds"))
    return f"{parse} of {len(rows)} | {right} | {tokens:.0f} | {seconds:.1f}"


def _known(out: Path | None) -> dict[str, dict[str, Any]]:
    if out is None or not out.is_file():
        return {}
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {row["key"]: row for row in rows}


def _ask(model: Model, case: Case, constrained: bool) -> dict[str, Any]:
    """The reply as text, its tokens and seconds."""
    before, start = model.usage.completion_tokens, time.perf_counter()
    if constrained:
        options: dict[str, Any] = (
            {"tools": case.tools, "tool_choice": "required"}
            if case.tools
            else {"response_format": case.schema}
        )
        message = model.reply([HumanMessage(_asked(case))], max_tokens=_TOKENS, **options)
        made = [{"name": one["name"], "arguments": one["args"]} for one in message.tool_calls]
        text = "\n".join(map(json.dumps, made)) or message.text
    else:
        text = model.reply(_plain(case), max_tokens=_TOKENS).text
    tokens = model.usage.completion_tokens - before
    return {"reply": text, "tokens": tokens, "seconds": time.perf_counter() - start}


def _asked(case: Case) -> str:
    return case.prompt if case.tools else f"{case.prompt}\n\nPut this into JSON."


def _plain(case: Case) -> list[BaseMessage]:
    """The prompt with tools or schema in words: Qwen's own, as the engine tells them."""
    if not case.tools:
        told = json.dumps(case.schema, ensure_ascii=False)
        return [
            HumanMessage(f"{_asked(case)}\n\nAnswer with JSON that follows this schema: {told}")
        ]
    system = render([HumanMessage(case.prompt)], case.tools)[0]["content"]
    text = "".join(part if isinstance(part, str) else part.text for part in system)
    return [SystemMessage(text), HumanMessage(case.prompt)]


def judged(case: Case, reply: str) -> dict[str, Any]:
    """Whether a reply parses, whether it is right, and what is wrong with it."""
    error, value, name = "", object(), ""
    if case.tools:
        found = parse(reply, case.tools)
        refused = [one["error"] for one in found.invalid_tool_calls]
        if refused or len(found.tool_calls) != 1:
            error = refused[0] or "" if refused else f"{len(found.tool_calls)} calls"
        else:
            value, name = found.tool_calls[0]["args"], found.tool_calls[0]["name"]
    else:
        try:
            value = fit(first_value(reply), case.schema)
        except ValueError as misfit:
            error = str(misfit)
    held = list(_leaves(value))
    right = name == case.name and all(_holds(held, one) for one in case.values)
    return {"parses": not error, "right": not error and right, "error": error}


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def _holds(held: list[object], wanted: object) -> bool:
    """Whether a value stands among the leaves; a text may stand in a longer one."""
    if isinstance(wanted, str):
        return any(isinstance(one, str) and wanted.lower() in one.lower() for one in held)
    return any(one == wanted and isinstance(one, bool) == isinstance(wanted, bool) for one in held)


if __name__ == "__main__":
    main()
