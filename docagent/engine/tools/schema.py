"""Arguments made to fit a tool's JSON schema where that is certain, and refused where not."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_NUMBER = re.compile(r"[+-]?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?")
_INTEGER = re.compile(r"[+-]?\d{1,300}")
_BOUNDS: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
    ("minimum", "at least", operator.ge),
    ("maximum", "at most", operator.le),
    ("exclusiveMinimum", "more than", operator.gt),
    ("exclusiveMaximum", "less than", operator.lt),
)
_LENGTHS = (("minLength", "maxLength", str), ("minItems", "maxItems", list))


class MisfitError(ValueError):
    """One line that says what is wrong with which argument."""


def fit(value: object, schema: Schema) -> object:
    """The value as the schema wants it; raises `MisfitError` when it cannot be that.

    Changed are only types that were clearly meant: a number in a string, a list or an object
    written as a string, one item where a list is due, null for something optional. Checked are
    type, enum, const, required, additionalProperties, bounds and lengths, through $ref, allOf,
    anyOf and oneOf; what else a schema says is left to the tool.
    """
    return _Fit(schema).fit(value, schema, "", change=True)


class _Fit:
    """The parts of a value against the parts of one schema; `path` leads to the part."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def fit(self, value: object, schema: object, path: str, *, change: bool) -> object:
        if schema is False:
            raise MisfitError(f"{path or 'this'} is not allowed")
        if not isinstance(schema, dict):
            return value
        schema = _resolved(schema, self._root)
        for part in schema.get("allOf", ()):
            value = self.fit(value, part, path, change=change)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            value = self._choice(value, choices, path, change=change)
        kinds = schema.get("type", ())
        kinds = [kinds] if isinstance(kinds, str) else list(kinds)
        value = _typed(value, kinds, path, change=change)
        allowed = [schema["const"]] if "const" in schema else schema.get("enum")
        if allowed is not None and not any(_same(value, choice) for choice in allowed):
            wanted = " or ".join(map(_short, allowed))
            raise MisfitError(f"{path or 'this'} must be {wanted}, not {_short(value)}")
        _check_bounds(value, schema, path)
        if isinstance(value, dict):
            return self._object(value, schema, path, change=change)
        if isinstance(value, list) and isinstance(items := schema.get("items"), dict):
            parts = enumerate(value)
            return [self.fit(item, items, f"{path}[{at}]", change=change) for at, item in parts]
        return value

    def _choice(self, value: object, choices: list[object], path: str, *, change: bool) -> object:
        misfit = MisfitError(f"{path or 'this'} fits none of the schema's choices")
        # As it stands first: "5" is a string where a string or a number may be.
        for changing in (False, True) if change else (False,):
            for choice in choices:
                try:
                    return self.fit(value, choice, path, change=changing)
                except MisfitError as error:
                    misfit = error
        raise misfit

    def _object(
        self, value: dict[str, Any], schema: Schema, path: str, *, change: bool
    ) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        further = schema.get("additionalProperties", True)
        fitted: dict[str, Any] = {}
        for name, item in value.items():
            where = f"{path}.{name}" if path else name
            if name not in properties and further is False:
                known = ", ".join(properties) or "none"
                raise MisfitError(f"there is no {where}; known are {known}")
            try:
                fitted[name] = self.fit(item, properties.get(name, further), where, change=change)
            except MisfitError:
                if not (change and item is None and name in properties and name not in required):
                    raise
        for name in required:
            if name not in fitted:
                raise MisfitError(f"{f'{path}.{name}' if path else name} is missing")
        return fitted


def _typed(value: object, kinds: list[str], path: str, *, change: bool) -> object:
    if not kinds or any(_is(value, kind) for kind in kinds):
        return value
    if change:
        for kind in kinds:
            changed = _as(value, kind)
            if _is(changed, kind):
                return changed
    raise MisfitError(f"{path or 'this'} must be {' or '.join(kinds)}, not {_short(value)}")


def _is(value: object, kind: str) -> bool:
    if kind in ("integer", "number"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return isinstance(value, int) or (kind == "number" and math.isfinite(value))
    types = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}
    return isinstance(value, types.get(kind, object))


def _as(value: object, kind: str) -> object:
    """The value as that type if it was clearly meant, else unchanged."""
    if isinstance(value, str):
        text = value.strip()
        if kind == "boolean":
            return {"true": True, "false": False}.get(text.lower(), value)
        if kind in ("integer", "number"):
            if _INTEGER.fullmatch(text):
                return int(text)
            if _NUMBER.fullmatch(text):
                return _as(float(text), kind)
            return value
        if kind in ("array", "object") and text[:1] in ("[", "{"):
            try:
                read: object = json.loads(text, strict=False)
            except (ValueError, RecursionError):
                read = value
            value = read
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if kind == "array" and value is not None and not isinstance(value, list):
        return [value]
    return value


def _check_bounds(value: object, schema: Schema, path: str) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        for keyword, words, holds in _BOUNDS:
            bound = schema.get(keyword)
            if isinstance(bound, int | float) and not holds(value, bound):
                raise MisfitError(f"{path} must be {words} {bound}, not {_short(value)}")
    for minimum, maximum, kind in _LENGTHS:
        if isinstance(value, kind) and not (
            schema.get(minimum, 0) <= len(value) <= schema.get(maximum, len(value))
        ):
            bounds = f"{schema.get(minimum, 0)} to {schema.get(maximum, 'any number')}"
            unit = "characters" if kind is str else "items"
            raise MisfitError(f"{path} must have {bounds} {unit}, not {len(value)}")


def _resolved(schema: Schema, root: Schema) -> Schema:
    for _ in range(32):  # a reference may lead to a reference, but not for ever
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        schema = referenced(root, reference) or {}
    return {}


def referenced(root: Schema, reference: str) -> Schema | None:
    """What a `$ref` such as `#/$defs/Name` means; None when the schema does not hold it."""
    target: Any = root
    for key in reference.lstrip("#/").split("/") if reference != "#" else ():
        target = target.get(key) if isinstance(target, dict) else None
    return target if isinstance(target, dict) else None


def _same(value: object, other: object) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"
