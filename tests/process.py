"""docagent in a process of its own, where exit status, streams and signals are real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def environment(cache: Path | None = None) -> dict[str, str]:
    told = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    if cache is not None:
        told["DOCAGENT_CACHE"] = str(cache)
    return told


def start(
    *arguments: str | Path, cache: Path | None = None, code: str | None = None
) -> subprocess.Popen[str]:
    """A docagent that runs on; `code` replaces its entry point."""
    entry = ["-m", "docagent"] if code is None else ["-c", code]
    return subprocess.Popen(
        [sys.executable, *entry, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(cache),
    )


def docagent(
    *arguments: str | Path, cache: Path | None = None, code: str | None = None
) -> subprocess.CompletedProcess[str]:
    process = start(*arguments, cache=cache, code=code)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def one_line(err: str) -> str:
    """What a failed run says: one line and no traceback."""
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("docagent: "), err
    return lines[0]
