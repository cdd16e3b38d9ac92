"""Grammars in llguidance's Lark dialect: tool calls, JSON, and JSON that holds quotes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docagent.engine.decoding.passages import Passages
from docagent.engine.decoding.schemas import (
    CHOICES,
    DEFINITIONS,
    MAX_ITEMS,
    closed,
    quotes_within,
    target_of,
)
from docagent.engine.tools.marks import ARGS, CALL, CALL_END, FUNCTION, RESULT, Format
from docagent.engine.tools.schema import Schema
from docagent.engine.tools.specification import ToolSpec
from docagent.errors import DocAgentError

QUOTE_LIMIT = 400
"""Characters of a quote; an escaped character counts as two."""

MAX_CALLS = 8
"""Calls in one answer; a small model would not stop by itself."""

_TEXT = "TEXT: /(?s:.*)/"
# Separators as in the templates; white space elsewhere would only let a model ramble.
_STYLE = {
    "item_separator": ", ",
    "key_separator": ": ",
    "whitespace_flexible": False,
    "coerce_one_of": True,
    "lenient": True,
}


def json_grammar(schema: Schema) -> str:
    """JSON of that schema on one line."""
    return f"start: {_json(schema)}"


def tool_grammar(
    tools: Sequence[ToolSpec],
    choice: str,
    format: Format,
    controls: Mapping[str, int],
    parallel: bool,
) -> str:
    """Free text and calls, or calls only; see `Grammars.tool_calls`.

    `controls` are the ids of those marks that are tokens of their own: the model has learnt the
    token, not its spelling.
    """
    trigger = CALL if format == "hermes" else FUNCTION
    if choice == "none":
        return f"start: SAID\nSAID: /(?s:.*)/ & ~/(?s:.*){trigger}(?s:.*)/"
    if choice not in ("auto", "required"):
        tools = [tool for tool in tools if tool.name == choice]
    if not tools:
        raise DocAgentError(f"there is no tool to call for the choice {choice!r}")

    def mark(text: str) -> str:
        return f"<[{controls[text]}]>" if text in controls else _dumps(text)

    rules: list[str] = []
    for number, tool in enumerate(tools):
        name = json.dumps(tool.name)
        if format == "hermes":
            before, after = f'\n{{"name": {name}, "arguments": ', "}\n"
            rules.append(f"tool{number}: {_dumps(before)} args{number} {_dumps(after)} ending")
        else:
            before = f": {tool.name}\n{ARGS}: "
            rules.append(f"tool{number}: {_dumps(before)} args{number}")
        rules.append(f"args{number}: {_json(tool.parameters)}")
    rules.append("tool: " + " | ".join(f"tool{number}" for number in range(len(tools))))
    further = ""
    if parallel and choice in ("auto", "required"):
        further = f'("\\n" {mark(trigger)} tool){{0,{MAX_CALLS - 1}}}'
    if format == "hermes":
        rules.append(f"ending: {mark(CALL_END)}")
    else:
        # Where Qwen2 goes on after its last call; without it, it could only call again.
        end = _dumps(f"\n{RESULT}")
        further += f" ({end})?"
    if choice == "auto":
        head = f"head_text | TEXT {mark(trigger)}" if trigger in controls else "head_text"
        rules += [f"head: {head}", f"head_text[lazy]: TEXT {_dumps(trigger)}", _TEXT]
        start = f"start: TEXT | head tool {further}"
    else:
        # The white space with which Qwen2 goes from a result to the next call.
        lead = '" \\n"? ' if format == "qwen" else ""
        start = f"start: {lead}{mark(trigger)} tool {further}"
    return "\n".join([start, *rules])


def quoting_grammar(schema: Schema, passages: Passages) -> str:
    """JSON of that schema in which the strings marked `x-quote` are pieces of the passages.

    A piece goes from a word's start to a word's end.
    """
    rules = _Rules(schema)
    start = rules.expression(schema, ())
    terminals = _quote_terminals(passages) if rules.quotes else ()
    return "\n".join([f"start: {start}", *rules.lines, *terminals])


class _Rules:
    """Lark rules for the parts of a schema on the way to its quotes; the rest stays JSON schema."""

    def __init__(self, root: Schema) -> None:
        self.lines: list[str] = []
        self.quotes = False
        self._root = root

    def expression(self, schema: Any, above: tuple[str, ...]) -> str:
        """An expression for a schema; `above` are the references that led here."""
        if not isinstance(schema, dict):
            schema = {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            if reference in above:
                raise DocAgentError(
                    f"the schema contains itself at {reference}, which quotes cannot; unfold it"
                )
            return self.expression(target_of(self._root, reference), (*above, reference))
        if schema.get("x-quote") is True:
            self.quotes = True
            quoted = r'"\"" QUOTE "\""'
            return f'({quoted} | "null")' if "null" in schema.get("type", ()) else quoted
        if not quotes_within(schema, self._root, above):
            definitions = {key: self._root[key] for key in DEFINITIONS if key in self._root}
            return self._rule(_json({**definitions, **schema}))
        for keyword in CHOICES:
            if keyword in schema:
                choices = (self.expression(choice, above) for choice in schema[keyword])
                return self._rule(" | ".join(choices))
        if "properties" in schema:
            return self._rule(self._object(schema, above))
        item = self._rule(self.expression(schema["items"], above))
        most = schema.get("maxItems", max(MAX_ITEMS, schema.get("minItems", 0)))
        least = max(schema.get("minItems", 0), 1)
        # llguidance takes no {0,0}.
        items = f'{item} (", " {item}){{{least - 1},{most - 1}}}' if most > 1 else item
        return self._rule(f'"[" {items if schema.get("minItems") else f"({items})?"} "]"')

    def _object(self, schema: Schema, above: tuple[str, ...]) -> str:
        required = schema.get("required", ())
        # Built from the last member to the first: what may follow when nothing has been written
        # yet, and when something has and a comma is due.
        first, further = "", ""
        for name, property in reversed(schema["properties"].items()):
            key = _dumps(f"{json.dumps(name, ensure_ascii=False)}: ")
            member = self._rule(f"{key} {self.expression(property, above)}")
            if name in required:
                first = f"{member} {further}"
                further = f'", " {member} {further}'
            else:
                first = f"({member} {further} | {first})" if first else f"({member} {further})?"
                further = f'(", " {member})? {further}'
        return f'"{{" {first} "}}"'

    def _rule(self, body: str) -> str:
        self.lines.append(f"r{len(self.lines)}: {body}")
        return f"r{len(self.lines) - 1}"


def _quote_terminals(passages: Passages) -> Iterable[str]:
    names = [f"PIECE{number}" for number in range(len(passages.chunks))]
    for name, chunks in zip(names, passages.chunks, strict=True):
        yield f"{name}: %regex {_dumps({'substring_chunks': chunks})}"
    # White space and the marks that end a phrase are chunks like words, but begin no quote; white
    # space, which may be an escape, does not end one either.
    ordinary = r"[^\s\\.,;:!?)\]}\"'”»’]"
    opening, blank = rf"(?:{ordinary}|\\\\)", r"(?:\s|\\[nrtbf])"
    # Not `\w`, whose thousand ranges make every mask twice as slow.
    letter = r"[0-9a-zA-Z\x{80}-\x{10ffff}]"
    yield f"PIECE: {' | '.join(names)}"
    yield (
        rf"QUOTE: PIECE & /{opening}(?s:.{{0,{QUOTE_LIMIT - 1}}})/ & /(?s:.*){letter}(?s:.*)/ "
        rf"& ~/(?s:.*){blank}/"
    )


def _json(schema: Schema) -> str:
    return f"%json {_dumps({**closed(schema), 'x-guidance': _STYLE})}"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
