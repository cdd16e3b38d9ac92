"""Layers import downward only, also lazily and for type checking; no two modules import each other.

docs/architecture.md has the same layers as a map.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

LAYERS = {
    "retrieval": """errors extras progress folders machine linear pages parse locate chunk lexical
        embed dense reader passage vocabulary query files store ranking langchain corpus large
        scale __init__""",
    "docagent": """errors sanitize jsonl marked answer events strategy settings streaming
        engine reply_cache model grounding answering reading tools agent strategies summary
        session api __init__ evaluation serve cli __main__""",
}
"""The modules and folders of each package, from the lowest up."""

ALLOWED = {"retrieval": {"retrieval"}, "docagent": {"retrieval", "prompts", "docagent"}}


def modules(package: str) -> dict[str, Path]:
    """The modules of a package by their dotted names."""
    found = {}
    for file in (ROOT / package).rglob("*.py"):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(file: Path) -> Iterator[str]:
    """The dotted names that a module imports anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", LAYERS)
def test_layers_import_downward(package: str) -> None:
    order = {name: height for height, name in enumerate(LAYERS[package].split())}
    ours = {"retrieval", "docagent", "prompts", "benchmarks", "tests"}
    faults = []
    for module, file in modules(package).items():
        layer = module.split(".")[1] if "." in module else "__init__"
        for name in imports(file):
            top, *rest = name.split(".")
            outside = top in ours - ALLOWED[package]
            above = top == package and order.get(rest[0], order["__init__"]) > order[layer]
            if outside or above:
                faults.append(f"{file.relative_to(ROOT)} imports {name}, which lies above it")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("package", LAYERS)
def test_no_two_modules_import_each_other(package: str) -> None:
    known = modules(package)
    below: dict[str, set[str]] = {}
    for module, file in known.items():
        targets = {name if name in known else name.rpartition(".")[0] for name in imports(file)}
        below[module] = {name for name in targets if name in known and name != module}
    # What imports nothing that is left, or is imported by nothing, can be taken away; in a circle,
    # nothing can.
    left = set(below)
    while left:
        imported = set[str]().union(*(below[module] for module in left))
        free = {module for module in left if not below[module] & left or module not in imported}
        if not free:
            break
        left -= free
    assert not left, f"these import each other: {', '.join(sorted(left))}"
