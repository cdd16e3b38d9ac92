"""JSON schemas prepared for a model that would not stop by itself."""

from __future__ import annotations

from typing import Any

from docagent.engine.tools.schema import Schema, referenced
from docagent.errors import DocAgentError

MAX_ITEMS = 16
"""Items of a list that has no maxItems; a small model would not stop by itself here either."""

MAX_INTEGER = 10**12
"""Of an integer without bounds, for the same reason."""

DEFINITIONS = ("$defs", "definitions")
_NESTING = ("properties", *DEFINITIONS)
CHOICES = ("anyOf", "oneOf")
_BOUNDS = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "enum",
    "const",
}


def closed(schema: Any) -> Any:
    """The schema without room to ramble: no unnamed properties, and lists and values that end.

    Whatever fits it fits the schema.
    """
    if not isinstance(schema, dict):
        return schema
    bounded = dict(schema)
    for key in _NESTING:
        if isinstance(inner := schema.get(key), dict):
            bounded[key] = {name: closed(part) for name, part in inner.items()}
    for key in CHOICES:
        if isinstance(schema.get(key), list):
            bounded[key] = [closed(choice) for choice in schema[key]]
    if isinstance(schema.get("items"), dict):
        bounded["items"] = closed(schema["items"])
        bounded.setdefault("maxItems", max(MAX_ITEMS, schema.get("minItems", 0)))
    if schema.get("type") == "integer" and not _BOUNDS & schema.keys():
        bounded |= {"minimum": -MAX_INTEGER, "maximum": MAX_INTEGER}
    if "properties" in schema:
        bounded.setdefault("additionalProperties", False)
    return bounded


def quotes_within(schema: Any, root: Schema, above: tuple[str, ...]) -> bool:
    """Whether a string is marked `x-quote` anywhere in it, without following `above` again."""
    if isinstance(schema, list):
        return any(quotes_within(part, root, above) for part in schema)
    if not isinstance(schema, dict):
        return False
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = {} if reference in above else target_of(root, reference)
        return quotes_within(target, root, (*above, reference))
    if schema.get("x-quote") is True:
        return True
    inner = [*schema.get("properties", {}).values(), schema.get("items")]
    return any(
        quotes_within(part, root, above)
        for part in [*inner, *(schema.get(keyword) for keyword in CHOICES)]
    )


def target_of(root: Schema, reference: str) -> Schema:
    """What a `$ref` means; `DocAgentError` when the schema does not hold it."""
    target = referenced(root, reference)
    if target is None:
        raise DocAgentError(f"the schema refers to {reference}, which is not in it")
    return target
