"""The example notebooks run and print what they were kept with."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.notebooks import EXAMPLES, NAMES, SLOW, run, told


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in NAMES]
)
def test_it_prints_what_it_was_kept_with(name: str, qwen_file: Path, cache: Path) -> None:
    cache.mkdir()
    (cache / "models").symlink_to(qwen_file.parent)
    kept = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    assert any(told(kept))
    assert told(run(name)) == told(kept)
