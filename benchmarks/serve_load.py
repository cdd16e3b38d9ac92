"""Fifty questions at once against `docagent serve`: is any lost, when do the first words come?

    python -m benchmarks.serve_load [QUESTIONS [MODEL [BUDGET]]]

It prints each answer's times as it comes, and last the time to the first words (p50, p95), the time
to the last answer, what was lost, and the memory of the server at its highest.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

import httpx
import psutil

HANDBOOK = Path(__file__).resolve().parent.parent / "examples" / "handbook.pdf"
THINGS = (
    "the season ticket", "the man-overboard dummy", "the ferry", "the harbour master", "the crew",
    "a bicycle", "the night boat", "the galley", "a dog", "the winter timetable",
)  # fmt: skip
FORMS = ("What does {} cost?", "Who looks after {}?", "When is {} checked?", "Where is {}?",
         "What is said of {}?")  # fmt: skip


class Asked(NamedTuple):
    """Seconds to the first words and to the end of an answer; no end where it was lost."""

    first: float
    whole: float | None


async def ask(client: httpx.AsyncClient, question: str, budget: int | None) -> Asked:
    begun, first, whole = time.perf_counter(), 0.0, None
    body = {"question": question, "stream": True, "budget": budget}
    async with client.stream("POST", "/ask", json=body) as response:
        async for line in response.aiter_lines():
            if line in ("event: token", "event: answer") and not first:
                first = time.perf_counter() - begun
            if line == "event: answer":
                whole = time.perf_counter() - begun
                print(f"{first:.1f} s to the first words, {whole:.1f} s in all", flush=True)
    return Asked(first, whole)


async def ask_all(url: str, count: int, budget: int | None) -> list[Asked]:
    questions = [form.format(thing) for form in FORMS for thing in THINGS]
    async with httpx.AsyncClient(
        base_url=url, timeout=None, limits=httpx.Limits(max_connections=None)
    ) as client:
        return await asyncio.gather(
            *(ask(client, questions[n % len(questions)], budget) for n in range(count))
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    model = sys.argv[2] if len(sys.argv) > 2 else "embedded:0.5b"
    budget = int(sys.argv[3]) if len(sys.argv) > 3 else None
    begun = time.perf_counter()
    command = [sys.executable, "-m", "docagent", "serve", str(HANDBOOK), "--port", "0"]
    server = subprocess.Popen(
        [*command, "--model", model], stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert server.stderr is not None
    url = server.stderr.readline().split()[-1]
    try:
        httpx.get(f"{url}/health", timeout=60).raise_for_status()
        spent = sum(psutil.Process(server.pid).cpu_times()[:2])
        seconds = time.perf_counter() - begun
        print(f"cold start to /health: {seconds:.2f} s, {spent:.2f} s of CPU", flush=True)
        while (state := httpx.get(f"{url}/health", timeout=60).json())["model"] == "loading":
            time.sleep(0.2)
        while httpx.get(f"{url}/health", timeout=60).json()["reading"]:
            time.sleep(0.2)
        print(f"model {state['model']}, {time.perf_counter() - begun:.1f} s", flush=True)
        begun = time.perf_counter()
        asked = asyncio.run(ask_all(url, count, budget))
        seconds = time.perf_counter() - begun
        process = psutil.Process(server.pid)
        peak = getattr(process.memory_info(), "peak_wset", 0) or _peak(server.pid)
        cuts = quantiles([one.first for one in asked], n=20)
        lost = sum(one.whole is None for one in asked)
        print(f"{count} questions at once: {lost} lost, {seconds:.0f} s in all")
        print(f"first words: p50 {cuts[9]:.1f} s, p95 {cuts[18]:.1f} s; memory {peak / 1e9:.1f} GB")
    finally:
        server.terminate()
        server.wait(30)


def _peak(pid: int) -> int:
    """The most memory a process had, in bytes, where Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


if __name__ == "__main__":
    main()
