"""Run what a laptop can in half an hour, rewrite its tables in BENCHMARKS.md and draw them.

    make bench                                          # what needs no outside data
    make bench BENCH_DATA=../shared/data                # and what the development sets are for
    python -m benchmarks.bench --only guard startup     # some of it; --list names all
    python -m benchmarks.bench --quick                  # little of each, printed, nothing written

Each benchmark is a process of its own with a limit of time. One that fails is told in a line and
the others go on; the exit status is then 1. LangChain is compared where the extra `benchmarks` is
installed, LlamaIndex and Qwen-Agent where BENCH_RIVALS names the Python that has
benchmarks/rivals/requirements.txt.
"""

from __future__ import annotations

import argparse
import glob
import importlib.util
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.jobs import DATA, JOBS, LANGCHAIN, RIVALS, SCRATCH, SYSTEMS, Job
from benchmarks.plots import draw
from benchmarks.report import FILE, ROOT, block, measured_on, rewrite
from docagent.errors import DocAgentError

PICTURES = "benchmarks/pictures"
_LANGCHAIN = ("langchain_community", "langchain_text_splitters", "langchain_huggingface")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [job.name for job in JOBS]
    parser.add_argument("--only", nargs="+", choices=every, metavar="NAME", help="those alone")
    parser.add_argument("--quick", action="store_true", help="does everything run? writes nothing")
    parser.add_argument("--list", action="store_true", help="the names and commands, and stop")
    parser.add_argument("--data", type=Path, default=os.environ.get("BENCH_DATA") or None)
    parser.add_argument("--rivals", default=os.environ.get("BENCH_RIVALS"), metavar="PYTHON")
    parser.add_argument("--file", type=Path, default=FILE)
    options = parser.parse_args()
    if options.data and not options.data.is_dir():
        parser.error(f"{options.data} is no folder")
    if options.list:
        for job in JOBS:
            print(f"{job.name}:", *(f"    python -m {line}" for line in job.commands), sep="\n")
        return
    machine = measured_on()
    failed = 0
    for job in JOBS:
        if options.only and job.name not in options.only:
            continue
        if why := skipped(job, options.data, options.rivals, options.only, options.quick):
            tell(f"{job.name}: left out, {why}")
            continue
        commands = job.quick if options.quick else job.commands
        if any(SYSTEMS in line for line in commands):
            systems = rivals(options.rivals)
            commands = tuple(line.replace(SYSTEMS, systems) for line in commands)
        rival = "langchain" if langchain() else ""
        commands = tuple(line.replace(LANGCHAIN, rival) for line in commands)
        tell(f"{job.name} ...")
        begun = time.perf_counter()
        try:
            printed = run(commands, job.seconds, options.data, options.rivals)
            shown = "\n".join(f"python -m {line}" for line in commands)
            inside = block(shown, printed, time.perf_counter() - begun, machine)
            if options.quick:
                print(f"{inside}\n", flush=True)
            else:
                rewrite(options.file, job.name, inside)
        except (OSError, RuntimeError, ValueError) as error:
            tell(f"{job.name}: failed after {time.perf_counter() - begun:.0f} s: {error}")
            failed += 1
    if not options.quick:
        try:
            draw(options.file, options.file.parent / PICTURES)
        except DocAgentError as error:
            tell(f"pictures: {error}")
            failed += 1
    sys.exit(1 if failed else 0)


def skipped(
    job: Job, data: Path | None, rivals: str | None, only: Sequence[str] | None, quick: bool
) -> str:
    """Why a job is not run; empty if it is."""
    if job.long and not only:
        return f"it takes long: --only {job.name}"
    if quick and not job.quick:
        return "there is no quick way"
    if job.wants_data and data is None:
        return "it needs BENCH_DATA"
    if job.wants_rivals and not rivals:
        return "it needs BENCH_RIVALS"
    if missing := [name for name in job.needs if importlib.util.find_spec(name) is None]:
        return f"{', '.join(missing)} is not installed: pip install -c constraints.txt {hint(job)}"
    return ""


def hint(job: Job) -> str:
    """The extra that brings what a job needs."""
    return "'.[ocr]'" if "rapidocr" in job.needs else "'.[benchmarks]'"


def langchain() -> bool:
    """Whether it is installed with what it is compared by."""
    return all(importlib.util.find_spec(name) for name in _LANGCHAIN)


def rivals(python: str | None) -> str:
    """The systems that can be compared; those that cannot are told in one line."""
    systems, missing = ["ours"], []
    if langchain():
        systems.append("langchain")
    else:
        missing.append("LangChain (pip install -c constraints.txt '.[benchmarks]')")
    if not python:
        missing.append("LlamaIndex, Qwen-Agent (BENCH_RIVALS=PYTHON, benchmarks/rivals)")
    if missing:
        tell(f"not compared, as not installed: {', '.join(missing)}")
    own = [f"llamaindex={RIVALS}", f"qwen-agent={RIVALS}"] if python else []
    systems += [name.partition("=")[0] for name in own]
    return " ".join([*systems, "--python", *own] if own else systems)


def run(commands: Sequence[str], seconds: int, data: Path | None, rivals: str | None) -> str:
    """What the last command prints; RuntimeError when one fails or they take too long."""
    ends = time.monotonic() + seconds
    printed = ""
    with tempfile.TemporaryDirectory() as scratch:
        for line in commands:
            known = {
                DATA: str(data.resolve()) if data else "",
                RIVALS: rivals or "",
                SCRATCH: scratch,
            }
            words = shlex.split(line)
            for name, value in known.items():
                words = [word.replace(name, value) for word in words]
            words = [one for word in words for one in files(word)]
            printed = output([sys.executable, "-m", *words], ends - time.monotonic())
    return printed


def files(word: str) -> list[str]:
    """What a shell makes of a word: a pattern becomes the files it matches."""
    found = sorted(glob.glob(str(ROOT / word))) if "*" in word else [word]  # noqa: PTH207
    if not found:
        raise RuntimeError(f"nothing matches {word}")
    return found


def output(command: Sequence[str], seconds: float) -> str:
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
        out, err = process.communicate(timeout=max(1.0, seconds))
    except subprocess.TimeoutExpired as error:
        raise RuntimeError("it took too long") from error
    finally:
        if process.poll() is None:  # also when we are interrupted
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    if process.returncode:
        last = err.strip().splitlines() or [f"exit status {process.returncode}"]
        raise RuntimeError(last[-1])
    return out


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what runs ends with us
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
