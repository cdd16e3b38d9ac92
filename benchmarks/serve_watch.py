"""Thousands of small files that `docagent serve --watch` keeps up with.

    python -m benchmarks.serve_watch [FILES]

It prints how long reading them took, then how soon an edit, a rename and a deletion show, and the
memory of the server at its highest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from benchmarks.serve_load import _peak

THINGS = ("rye", "salt", "oil", "tar", "fish")


def write(root: Path, count: int) -> None:
    """Notes of two sentences, every one different, two hundred in a folder."""
    for number in range(count):
        folder = root / f"folder{number // 200}"
        folder.mkdir(parents=True, exist_ok=True)
        text = (
            f"Note {number}. The boat {number * 7919 % 10007} of Ostby carries {number} barrels of "
        )
        text += (
            f"{THINGS[number % 5]} to harbour {number % 97}.\nIts captain is {number * 31 % 1009}."
        )
        (folder / f"note{number}.txt").write_text(text, "utf-8")


def seconds_until(seen: Callable[[], bool]) -> float:
    begun = time.perf_counter()
    while not seen():
        time.sleep(0.1)
    return time.perf_counter() - begun


def measure(client: httpx.Client, root: Path) -> None:
    def found(words: str) -> bool:
        passages = client.post("/search", json={"query": words, "k": 3}).json()["passages"]
        return any(words in passage["text"] for passage in passages)

    def listed() -> set[str]:
        return {one["name"] for one in client.get("/documents").json()["documents"]}

    edited, moved, gone = (root / "folder0" / f"note{number}.txt" for number in (5, 6, 7))
    begun = time.perf_counter()
    found("barrels")
    print(f"a search: {time.perf_counter() - begun:.2f} s", flush=True)
    edited.write_text("The secret word of the guild is heliotrope.", "utf-8")
    print(f"an edit is found after {seconds_until(lambda: found('heliotrope')):.1f} s", flush=True)
    moved.rename(root / "folder0" / "moved.txt")
    seconds = seconds_until(lambda: "moved.txt" in listed())
    print(f"a rename shows after {seconds:.1f} s", flush=True)
    gone.unlink()
    at_once = not found("Note 7. ")
    seconds = seconds_until(lambda: "note7.txt" not in listed())
    print(f"a deletion: answered from no more {at_once}, off the list after {seconds:.1f} s")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as place:
        root = Path(place, "notes")
        write(root, count)
        command = ["serve", "--watch", str(root), "--port", "0", "--model", "none"]
        server = subprocess.Popen(
            [sys.executable, "-m", "docagent", *command],
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "DOCAGENT_CACHE": str(Path(place, "cache"))},
        )
        assert server.stderr is not None
        try:
            begun = time.perf_counter()
            with httpx.Client(
                base_url=server.stderr.readline().split()[-1], timeout=None
            ) as client:
                while client.get("/health").json()["reading"]:
                    time.sleep(0.5)
                print(f"{count:,} files read in {time.perf_counter() - begun:.0f} s", flush=True)
                measure(client, root)
            print(f"memory {_peak(server.pid) / 1e9:.2f} GB")
        finally:
            server.terminate()
            server.wait(60)


if __name__ == "__main__":
    main()
