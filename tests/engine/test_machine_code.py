"""Compiled kernels are kept for the next start."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest
from llvmlite import ir

from docagent.engine.kernels.machine_code import compiled


def answer(value: int) -> Any:
    def write(module: Any) -> None:
        number = ir.IntType(64)
        function = ir.Function(module, ir.FunctionType(number, []), "answer")
        ir.IRBuilder(function.append_basic_block()).ret(ir.Constant(number, value))

    return write


def called(folder: Path, value: int = 42) -> int:
    return int(ctypes.CFUNCTYPE(ctypes.c_int64)(compiled("answer", answer(value), folder))())


def test_kept_and_found_again(tmp_path: Path) -> None:
    assert called(tmp_path) == 42
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    assert called(tmp_path) == 42
    assert file.stat().st_mtime_ns == before
    assert called(tmp_path, 43) == 43
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"x" * 100])
def test_damaged_code_is_never_run(tmp_path: Path, damage: bytes) -> None:
    called(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for content in (damage, whole[:-10], whole[:60] + b"?" + whole[61:]):
        file.write_bytes(content)
        assert called(tmp_path) == 42
        assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    assert called(occupied) == 42
    assert "cannot be" in caplog.text
