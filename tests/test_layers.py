"""Layers import downward only, also lazily and for type checking."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

LAYERS = """errors progress folders machine linear pages parse chunk lexical embed dense passage
    query files store ranking langchain corpus __init__"""
"""The modules and folders of `retrieval`, from the lowest up."""


def imports(file: Path) -> Iterator[str]:
    """The dotted names that a module imports anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_retrieval_imports_downward_and_nothing_of_docagent() -> None:
    order = {name: height for height, name in enumerate(LAYERS.split())}
    package = ROOT / "retrieval"
    faults = []
    for file in package.rglob("*.py"):
        layer = file.relative_to(package).with_suffix("").parts[0]
        for name in imports(file):
            top, *rest = name.split(".")
            above = top == "retrieval" and order[rest[0]] > order[layer]
            if above or top in ("docagent", "prompts"):
                faults.append(f"{file.relative_to(ROOT)} imports {name}, which lies above it")
    assert not faults, "\n".join(faults)
