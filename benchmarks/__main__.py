"""Make the tables of BENCHMARKS.md anew, each by the commands that stand above it, and draw them.

Each command is a process of its own. One that fails is reported in a line and the others go on; the
exit status is then 1. Sections that take long are made when they are named. LangChain is compared
where the extra `benchmarks` is installed, LlamaIndex and Qwen-Agent where BENCH_RIVALS names the
Python that has benchmarks/rivals/requirements.txt.
"""

from __future__ import annotations

import glob
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from string import Template

from benchmarks import harness
from benchmarks.draw import draw
from benchmarks.harness import ROOT, Section, sections, tell
from docagent.errors import DocAgentError

LIMIT = 4 * 3600  # seconds of one section; the longest takes one hour
PICTURES = "benchmarks/pictures"


class LeftOut(Exception):
    """A section cannot be made here, or is not asked for."""


def main() -> None:
    options = harness.arguments(
        __doc__,
        "names*",
        str,
        list=False,
        data=os.environ.get("BENCH_DATA", ""),
        rivals=os.environ.get("BENCH_RIVALS", ""),
        file=harness.FILE,
    )
    every = sections(options.file.read_text("utf-8"))
    if unknown := set(options.names) - {section.name for section in every}:
        sys.exit(f"There is no section {', '.join(sorted(unknown))}; --list names all.")
    chosen = [section for section in every if not options.names or section.name in options.names]
    if options.list:
        for name, long, commands in chosen:
            print(f"{name}{' (long)' * long}:", *commands, sep="\n    python -m ")
        return
    machine, failed = harness.measured_on(), 0
    for section in chosen:
        tell(f"{section.name} ...")
        start = time.perf_counter()
        try:
            if section.long and not options.names:
                raise LeftOut(f"it takes long: python -m benchmarks {section.name}")
            printed = run(section, options.data, options.rivals, options.quick)
            took = time.perf_counter() - start
            text = harness.section_text(section.commands, printed, took, machine)
            if options.quick:
                print(text)
            else:
                harness.rewrite(options.file, section.name, text)
        except LeftOut as reason:
            tell(f"{section.name}: left out, {reason}")
        except (OSError, RuntimeError, ValueError) as error:
            tell(f"{section.name}: failed after {time.perf_counter() - start:.0f} s: {error}")
            failed += 1
    if not options.quick:
        try:
            draw(options.file, options.file.parent / PICTURES)
        except DocAgentError as error:
            tell(f"pictures: {error}")
            failed += 1
    sys.exit(1 if failed else 0)


def run(section: Section, data: str, rivals: str, quick: bool) -> str:
    """What the last command of a section prints.

    Raises RuntimeError when one fails or they take too long, LeftOut when it cannot be made here.
    """
    ends, printed = time.monotonic() + LIMIT, ""
    if not data and any("$BENCH_DATA" in command for command in section.commands):
        raise LeftOut("it needs BENCH_DATA")
    if quick and any(command.startswith("docagent ") for command in section.commands):
        raise LeftOut("there is no quick way")
    with tempfile.TemporaryDirectory() as scratch:
        values = {"BENCH_DATA": Path(data).resolve(), "BENCH_RIVALS": rivals, "SCRATCH": scratch}
        for command in section.commands:
            words = shlex.split(command) + ["--quick"] * quick
            words = [f for word in words for f in files(Template(word).safe_substitute(values))]
            printed = output([sys.executable, "-m", *words], ends - time.monotonic())
    return printed


def files(word: str) -> list[str]:
    """What a shell makes of a word: a pattern becomes the files it matches."""
    if "*" not in word:
        return [word]
    matches = sorted(glob.glob(str(ROOT / word)))  # noqa: PTH207
    if not matches:
        raise RuntimeError(f"nothing matches {word}")
    return matches


def output(command: list[str], limit: float) -> str:
    """Standard output of a process, which is ended with all it started when time is up."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={"OMP_WAIT_POLICY": "PASSIVE", **os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=max(1.0, limit))
    except subprocess.TimeoutExpired as error:
        raise RuntimeError("it took too long") from error
    finally:
        if process.poll() is None:  # also when we are interrupted
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    lines = err.strip().splitlines() or [f"exit status {process.returncode}"]
    if process.returncode == harness.LEFT_OUT:
        raise LeftOut(lines[-1])
    if process.returncode:
        raise RuntimeError(lines[-1])
    return out


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what runs ends with us
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
