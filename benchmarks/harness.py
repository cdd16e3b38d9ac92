"""What every benchmark shares: options, timing, tables that are printed as rows come, processes
of their own, the machine it runs on, and the marked sections of BENCHMARKS.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

T = TypeVar("T")
Row = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "BENCHMARKS.md"
EXAMPLES = ROOT / "examples"
LEFT_OUT = 77
"""Exit status of a benchmark that cannot run here; automake's tests have the same."""

_MACHINE = "Machine: "
_MARKER = re.compile(r"^<!-- /?bench:", re.MULTILINE)
_SECTION = re.compile(
    r"^<!-- bench:(?P<name>[\w-]+)(?P<long> long)? -->\n(?P<text>.*?)^<!-- /bench:(?P=name) -->$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^    python -m (.+)$", re.MULTILINE)
_MEASURED = ("docagent", "retrieval", "prompts", "benchmarks", "examples")


def arguments(
    doc: str | None,
    positional: str = "",
    kind: type = Path,
    quick: Row | None = None,
    **others: Any,
) -> Any:
    """The options of a benchmark from the command line; `doc` is what --help says.

    `positional` is "file", or "files+" for one or more of this kind. Each of the `others` is an
    option with its default: a list takes several values, a type stands for no default. --quick
    takes the first of several paths and replaces other options by those of `quick`.
    """
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    name = positional.rstrip("+*")
    if name:
        parser.add_argument(name, type=kind, nargs=positional[len(name) :] or None)
    for option, default in others.items():
        flag = f"--{option.replace('_', '-')}"
        if isinstance(default, bool):
            parser.add_argument(flag, action="store_true")
        elif isinstance(default, list):
            item = type(default[0]) if default else str
            parser.add_argument(flag, type=item, nargs="*", default=default)
        elif isinstance(default, type):
            parser.add_argument(flag, type=default)
        else:
            parser.add_argument(flag, type=type(default), default=default)
    parser.add_argument("--quick", action="store_true", help="measure little, to see that it runs")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(quick or {})
        if kind is Path and positional.endswith(("+", "*")):
            setattr(options, name, getattr(options, name)[:1])
    return options


class Table:
    """A Markdown table; every row is printed as soon as it is added."""

    def __init__(self, *columns: str, title: str = "") -> None:
        self.columns = columns
        self.rows: list[tuple[str, ...]] = []
        if title:
            print(f"### {title}\n")
        _print_cells(columns)
        _print_cells(("---",) * len(columns))

    def add(self, *cells: object) -> None:
        """One more row. Raises ValueError when it does not fit the columns."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{len(cells)} cells for {len(self.columns)} columns: {cells}")
        self.rows.append(tuple(map(str, cells)))
        _print_cells(self.rows[-1])

    def note(self, text: str) -> None:
        """What must be known about the figures, below them."""
        print(f"\n{text}\n", flush=True)


def _print_cells(cells: tuple[str, ...]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


class ResultLog:
    """Results by their key, in a JSONL file if there is one: a run that was stopped goes on."""

    def __init__(self, file: Path | None) -> None:
        from docagent.jsonl import end_last_line, read_rows

        self.file = file
        self.results: dict[str, Row] = {}
        if file and file.exists():
            end_last_line(file)
            self.results = {row["key"]: row for row in read_rows(file)}

    def get(self, key: str, compute: Callable[[], Row]) -> Row:
        """The result of this key, computed if it is not there yet."""
        if key not in self.results:
            self.results[key] = {"key": key, **compute()}
            if self.file:
                with self.file.open("a", encoding="utf-8") as stream:
                    print(json.dumps(self.results[key], ensure_ascii=False), file=stream)
        return self.results[key]


def sample(rows: Sequence[T], count: int) -> Sequence[T]:
    """So many of the rows, spread over all of them."""
    return rows[:: max(1, len(rows) // count)][:count]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def seconds(work: Callable[[], object]) -> float:
    return timed(work)[1]


def least(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The least seconds of each way, which take turns so that noise falls on all alike.

    A way returns its own seconds, so that preparations do not count. Other processes only ever add
    to what the work itself takes.
    """
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            best[name] = min(best[name], way())
    return best


class Worker:
    """A module in a process of its own that answers a line of JSON with a line: see `serve`."""

    def __init__(self, python: str, *module: str) -> None:
        self._command, pipe = [python, "-m", *module], subprocess.PIPE
        environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True
        )

    def ask(self, **request: Any) -> Any:
        """The reply; an exit when the process has ended."""
        assert self.process.stdin and self.process.stdout
        print(json.dumps(request), file=self.process.stdin, flush=True)
        if line := self.process.stdout.readline():
            return json.loads(line)
        raise SystemExit(f"it ended: {' '.join(self._command)}")

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def serve(load: Callable[[], Callable[[Row], Any]]) -> None:
    """The other side of a `Worker`: answers the requests with what `load` returns."""
    # What libraries print must not mix with the replies.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = load()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), file=replies, flush=True)


def installed(*modules: str) -> bool:
    return all(find_spec(module) for module in modules)


def leave_out(reason: str) -> NoReturn:
    """End this process: the benchmark cannot run here."""
    tell(reason)
    sys.exit(LEFT_OUT)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def measured_on() -> str:
    """Machine, versions and date in one line."""
    from retrieval.machine import gpus

    graphics = ", ".join(name for name, _ in gpus()) or "no GPU"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = [_version(name) for name in ("docagent", "torch", "transformers", "faiss-cpu")]
    packages[0] += _commit()
    packages.insert(1, f"Python {platform.python_version()}")
    return (
        f"{_MACHINE}{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {graphics}; "
        f"{', '.join(packages)}; {date.today().isoformat()}."
    )


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} not installed"


def _commit() -> str:
    """The checkout's commit, and whether the code differs from it; nothing outside a checkout."""
    if not (head := _git("rev-parse", "--short", "HEAD")):
        return ""
    return f" ({head}{', changed' * bool(_git('status', '--porcelain', '--', *_MEASURED))})"


def _git(*arguments: str) -> str:
    if not shutil.which("git"):
        return ""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


class Section(NamedTuple):
    """A marked section of BENCHMARKS.md. A `long` one is made only when it is named."""

    name: str
    long: bool
    commands: list[str]  # each without its "python -m"


def sections(text: str) -> list[Section]:
    """All marked sections. Raises ValueError for markers that are no pairs, or a name used twice.

    <!-- bench:NAME --> or <!-- bench:NAME long -->
    the commands, indented by four; what the last one printed; machine, versions and date
    <!-- /bench:NAME -->
    """
    matches = list(_SECTION.finditer(text))
    names = [match["name"] for match in matches]
    if len(_MARKER.findall(text)) != 2 * len(set(names)):
        raise ValueError(f"markers that are no pairs, or a name twice, around {', '.join(names)}")
    return [
        Section(match["name"], bool(match["long"]), _COMMAND.findall(match["text"]))
        for match in matches
    ]


def section_text(commands: list[str], printed: str, took: float, machine: str) -> str:
    """What stands between the markers. Raises ValueError when `printed` has no table."""
    if "\n| ---" not in printed:
        raise ValueError("it printed no table")
    if _MARKER.search(printed):
        raise ValueError("it printed a marker")
    shown = "\n".join(f"    python -m {command}" for command in commands)
    return f"\n{shown}\n\n{printed.strip()}\n\n{machine} It took {took:.0f} s.\n\n"


def rewrite(file: Path, name: str, inside: str) -> None:
    """Replace a section of a file, which is the old one or the new one at every moment."""
    text = file.read_text("utf-8")
    match = next(match for match in _SECTION.finditer(text) if match["name"] == name)
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_text(
            text[: match.start("text")] + inside + text[match.end("text") :], "utf-8"
        )
        partial.chmod(file.stat().st_mode)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
