"""The tables of BENCHMARKS.md: each between markers that name the benchmark which prints it.

    <!-- bench:NAME -->
    the command, what it printed, and the machine, versions and date
    <!-- /bench:NAME -->

What stands outside the markers is never touched.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from retrieval.machine import gpus

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "BENCHMARKS.md"
MEASURED = ("docagent", "retrieval", "prompts", "benchmarks", "examples")
_PACKAGES = ("torch", "transformers", "faiss-cpu")
_BEGIN = "<!-- bench:{} -->"
_END = "<!-- /bench:{} -->"
_MACHINE = "Machine: "


def measured_on() -> str:
    """Machine, versions and date in one line, which begins with "Machine: "."""
    graphics = ", ".join(name for name, _ in gpus()) or "no GPU"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{_MACHINE}{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {graphics}; docagent "
        f"{version('docagent')}{_commit()}, Python {platform.python_version()}, {versions}; "
        f"{date.today().isoformat()}."
    )


def block(command: str, printed: str, seconds: float, machine: str) -> str:
    """What stands between the markers; ValueError when `printed` holds no table."""
    lines = [line for line in printed.strip().splitlines() if not line.startswith(_MACHINE)]
    if not any(line.startswith("| ---") for line in lines):
        raise ValueError("it printed no table")
    if any("bench:" in line and "<!--" in line for line in lines):
        raise ValueError("it printed a marker")
    shown = "\n".join(f"    {line}" for line in command.splitlines())
    table = "\n".join(lines).strip()
    return f"{shown}\n\n{table}\n\n{machine} It took {seconds:.0f} s."


def replaced(text: str, name: str, inside: str) -> str:
    """The text with another inside between the markers of a name.

    ValueError unless both markers stand there once, each on a line of its own, in this order.
    """
    begin, end = _BEGIN.format(name), _END.format(name)
    lines = text.splitlines()
    if lines.count(begin) != 1 or lines.count(end) != 1 or lines.index(begin) > lines.index(end):
        raise ValueError(f"it needs one {begin} and behind it one {end}")
    kept = lines[: lines.index(begin) + 1], lines[lines.index(end) :]
    return "\n".join([*kept[0], "", *inside.splitlines(), "", *kept[1]]) + "\n"


def rewrite(file: Path, name: str, inside: str) -> None:
    """Replace a block of a file, which is the old one or the new one at every moment."""
    text = replaced(file.read_text("utf-8"), name, inside)
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_text(text, "utf-8")
        partial.chmod(file.stat().st_mode)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def names(text: str) -> list[str]:
    """The names of all blocks, in their order."""
    return re.findall(r"^<!-- bench:([\w-]+) -->$", text, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table: the last line of text above it, and its cells by their column's head."""

    title: str
    rows: list[dict[str, str]]


def tables(text: str) -> Iterator[Table]:
    """All Markdown tables of a text."""
    title, heads = "", list[str]()
    rows: list[dict[str, str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not heads:
                heads = cells
            elif not line.startswith("| ---"):
                rows.append(dict(zip(heads, cells, strict=False)))
            continue
        if heads:
            yield Table(title, rows)
            heads, rows = [], []
        if line.strip():
            title = line.strip("# ")


def _commit() -> str:
    """The checkout's commit, and whether the code differs from it; nothing outside a checkout."""
    head = _git("rev-parse", "--short", "HEAD")
    changed = ", changed" if head and _git("status", "--porcelain", "--", *MEASURED) else ""
    return f" ({head}{changed})" if head else ""


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
