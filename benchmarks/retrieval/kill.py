"""Kill -9 at random moments of indexing; the next run must finish and find the same. Linux only.

A folder of PDFs and texts is indexed by `docagent index`, which is killed after a random part of an
undisturbed run's processor time, from a third on (before it there are imports); in every second
round when a random number of files was written, if that is earlier. Every third round begins with
an empty cache, the others with what the round before left and one file edited. Each round ends with
an undisturbed run. A run that ends before it is killed does not count.

The table: what the killed run had still to do, as the cache shows. Counted are also runs that left
a half-written entry, and those killed while a change of the word index was announced.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.harness import Table, arguments, tell
from retrieval.store.cache import Cache
from retrieval.store.verify import verify
from retrieval.store.word_index import State
from tests.make_pdf import text_pdf

QUERIES = ["Who rebuilt the ice house?", "barrels of boat 17", "watch 3 complained of the cold"]
PARTS = ("reading", "word index", "vectors", "nothing")


def write_corpus(folder: Path) -> None:
    """PDFs and texts of a few hundred passages in all."""
    for number in range(4):
        lines = [
            f"The boat with the number {n} carried {n * 7 + number} barrels of oil, and the men "
            f"of watch {n % 9} complained of the cold, of the ropes and of the stairs of pier {n}."
            for n in range(40 * number, 40 * number + 120)
        ]
        if number % 2:
            pages = ["\n".join(lines[at : at + 4]) for at in range(0, 80, 4)]
            text_pdf(folder / f"{number}.pdf", pages)
        else:
            (folder / f"{number}.txt").write_text("\n\n".join(lines), "utf-8")
    (folder / "town.txt").write_text("The ice house was rebuilt in 1931 by Ulla Brandt.", "utf-8")


def docagent(cache: Path, *arguments: str) -> subprocess.Popen[str]:
    command, pipe = [sys.executable, "-m", "docagent", *arguments], subprocess.PIPE
    environment = {**os.environ, "DOCAGENT_CACHE": str(cache)}
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True)


def search(cache: Path, folder: Path, queries: Path) -> str:
    """What an undisturbed run prints, which leaves nothing damaged behind."""
    process = docagent(cache, "search", str(folder), "--questions", str(queries))
    out, err = process.communicate()
    if process.returncode or err:
        raise RuntimeError(f"status {process.returncode}: {err}")
    if faults := list(verify(Cache(cache))):
        raise RuntimeError("\n".join(faults))
    return out


def used(process: psutil.Process) -> float:
    """Seconds of processor that a process has used, which tells how far it has come."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return float("inf")
    return float(times.user + times.system)


def files(cache: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(cache))


def processor_seconds(cache: Path, folder: Path) -> float:
    usage = os.wait4(docagent(cache, "index", str(folder)).pid, 0)[2]
    return usage.ru_utime + usage.ru_stime


class Left(NamedTuple):
    """What a run had put into the cache."""

    documents: int
    vectors: int
    half: int  # entries that were being written
    words: frozenset[str]  # documents of the word index
    announced: bool  # a change of the word index was begun and its end not told

    @classmethod
    def by(cls, cache: Path) -> Left:
        """What is in the cache now."""
        store = next(cache.glob("index-*"), cache)
        kinds = [list((store / kind).glob("*")) for kind in ("documents", "vectors", "lexical")]
        documents, vectors, _ = (sum(path.name[0] != "." for path in kind) for kind in kinds)
        half = sum(path.name[0] == "." for kind in kinds for path in kind)
        states = [state for place in kinds[2] if (state := State.read(place)) is not None]
        words = frozenset(name for state in states for name in state.slots.values())
        announced = any(state.adding or state.removing for state in states)
        return cls(documents, vectors, half, words, announced)

    def missing(self, whole: Left) -> str:
        """What had still to be done, of what an undisturbed run leaves."""
        if self.documents < whole.documents:
            return "reading"
        if self.announced or self.words != whole.words:
            return "word index"
        return "vectors" if self.vectors < whole.vectors else "nothing"


class Kill(NamedTuple):
    """A killed run: what it had to do, what it left, and whether the next one found the same."""

    todo: str
    half: bool
    announced: bool
    same: bool


def row(name: str, kills: list[Kill]) -> tuple[str, int, int, int, int]:
    half, announced, same = (sum(kill[field] is True for kill in kills) for field in (1, 2, 3))
    return name, len(kills), half, announced, same


def run(kills: int, seed: int) -> list[Kill]:
    """So many runs that were killed, each reported on standard error."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "folder"
        folder.mkdir()
        write_corpus(folder)
        return list(_killed(Path(root), folder, kills, random.Random(seed)))


def _killed(root: Path, folder: Path, kills: int, chance: random.Random) -> Iterator[Kill]:
    cache, queries, edited = root / "cache", root / "queries.jsonl", folder / "2.txt"
    queries.write_text("".join(json.dumps({"question": q}) + "\n" for q in QUERIES), "utf-8")
    texts = [edited.read_text("utf-8")]
    texts.append(texts[0] + "\n\nThe barrels of boat 17 stand on pier 90.")
    clean = []
    for number, text in enumerate(texts):
        edited.write_text(text, "utf-8")
        clean.append(search(root / f"clean-{number}", folder, queries))
    first = processor_seconds(root / "timed", folder)
    edited.write_text(texts[0], "utf-8")
    later = processor_seconds(root / "timed", folder)
    tell(f"undisturbed: {first:.1f} s of processor, {later:.1f} s after an edit")
    most, number = files(root / "timed"), 0
    while kills:
        number += 1
        if number % 3 == 1:
            shutil.rmtree(cache, ignore_errors=True)
        edited.write_text(texts[number % 2], "utf-8")
        # By time most kills meet the embedding; by files, what is written around it.
        delay = chance.uniform(0.33, 1.0) * (first if number % 3 == 1 else later)
        more = files(cache) + chance.randint(1, most) if number % 2 else 100 * most
        process = docagent(cache, "index", str(folder))
        watched = psutil.Process(process.pid)
        while process.poll() is None and used(watched) < delay and files(cache) < more:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode >= 0:  # it had ended
            continue
        left = Left.by(cache)
        same = search(cache, folder, queries) == clean[number % 2]
        todo = left.missing(Left.by(cache))
        kills -= 1
        tell(f"{delay:5.2f} s  {todo}  {'same' if same else 'DIFFERENT'}")
        yield Kill(todo, left.half > 0, left.announced, same)


def main() -> None:
    options = arguments(__doc__, quick={"kills": 2}, kills=50, seed=1)
    killed = run(options.kills, options.seed)
    heads = ("kills", "left a half-written entry", "change announced", "same results")
    table = Table("still to do", *heads)
    for part in PARTS:
        table.add(*row(part, [kill for kill in killed if kill.todo == part]))
    table.add(*row("all", killed))
    sys.exit(0 if all(kill.same for kill in killed) else 1)


if __name__ == "__main__":
    main()
