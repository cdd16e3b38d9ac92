"""Kill -9 at random moments of indexing; the next run must finish and find the same.

    python -m benchmarks.kill --kills 50

A folder of PDFs and texts is indexed by `docagent index`, which is killed after a random part of an
undisturbed run's processor time, from a third on: before it there are imports. Linux only. Every
third round begins with an empty cache, the others with what the round before left and one file
edited. So kills meet reading, embedding, tantivy's commit and the renames. Each round ends with an
undisturbed run: the passages it prints for some questions must be, byte for byte, those of a cache
that was never disturbed, and every entry whole. A run that ends before it is killed does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from retrieval.store.cache import Cache
from retrieval.store.verify import verify
from tests.make_pdf import text_pdf

QUERIES = ["Who rebuilt the ice house?", "barrels of boat 17", "watch 3 complained of the cold"]
_ENTRY = "from docagent.cli import main; main()"


def corpus(folder: Path, files: int = 4) -> None:
    """PDFs and texts of a few hundred passages in all."""
    for number in range(files):
        lines = [
            f"The boat with the number {n} carried {n * 7 + number} barrels of oil, and the men "
            f"of watch {n % 9} complained of the cold, of the ropes and of the stairs of pier {n}."
            for n in range(40 * number, 40 * number + 120)
        ]
        if number % 2:
            text_pdf(
                folder / f"{number}.pdf", ["\n".join(lines[at : at + 4]) for at in range(0, 80, 4)]
            )
        else:
            (folder / f"{number}.txt").write_text("\n\n".join(lines), "utf-8")
    (folder / "town.txt").write_text("The ice house was rebuilt in 1931 by Ulla Brandt.", "utf-8")


def docagent(cache: Path, *arguments: str) -> subprocess.Popen[str]:
    """A docagent with this cache in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", _ENTRY, *arguments],
        env={**os.environ, "DOCAGENT_CACHE": str(cache)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def found(cache: Path, folder: Path, queries: Path) -> str:
    """What an undisturbed run prints, which leaves nothing damaged behind."""
    process = docagent(cache, "search", str(folder), "--questions", str(queries))
    out, err = process.communicate()
    if process.returncode or err:
        raise RuntimeError(f"status {process.returncode}: {err}")
    if faults := list(verify(Cache(cache))):
        raise RuntimeError("\n".join(faults))
    return out


def used(pid: int) -> float:
    """Seconds of processor a process of ours has used, which tells how far it has come."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds(cache: Path, folder: Path) -> float:
    """Seconds of processor that an undisturbed run takes."""
    process = docagent(cache, "index", str(folder))
    usage = os.wait4(process.pid, 0)[2]
    return usage.ru_utime + usage.ru_stime


def stage(cache: Path) -> str:
    """What the killed run had left."""
    store = next(cache.glob("index-*"), cache)
    kinds = {kind: list((store / kind).glob("*")) for kind in ("documents", "vectors", "lexical")}
    whole = {kind: sum(p.name[0] != "." for p in paths) for kind, paths in kinds.items()}
    half = sum(p.name[0] == "." for paths in kinds.values() for p in paths)
    states = list(store.glob("lexical/*/state.json"))
    told = [json.loads(s.read_text("utf-8").partition("\n")[2]) for s in states]
    doubtful = any(state["adding"] or state["removing"] for state in told)
    return (
        f"{whole['documents']} documents, {whole['vectors']} vector files, {half} half-written, "
        f"word index {'announced' if doubtful else 'done' if told else 'none'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{run(options.kills, options.seed)} of {options.kills} kills: the same results")


def run(kills: int, seed: int) -> int:
    """How many of the killed runs were followed by the same results as undisturbed ones."""
    chance = random.Random(seed)
    same = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder, cache, queries = root / "folder", root / "cache", root / "queries.jsonl"
        folder.mkdir()
        corpus(folder)
        queries.write_text("".join(json.dumps({"question": q}) + "\n" for q in QUERIES), "utf-8")
        texts = [(folder / "2.txt").read_text("utf-8")]
        texts.append(texts[0] + "\n\nThe barrels of boat 17 stand on pier 90.")
        wanted = []
        for number, text in enumerate(texts):
            (folder / "2.txt").write_text(text, "utf-8")
            wanted.append(found(root / f"clean-{number}", folder, queries))
        first = seconds(root / "timed", folder)
        (folder / "2.txt").write_text(texts[0], "utf-8")
        later = seconds(root / "timed", folder)
        print(f"undisturbed: {first:.1f} s of processor, {later:.1f} s after an edit", flush=True)
        killed = number = 0
        while killed < kills:
            number += 1
            if number % 3 == 1:
                shutil.rmtree(cache, ignore_errors=True)
            (folder / "2.txt").write_text(texts[number % 2], "utf-8")
            delay = chance.uniform(0.33, 1.0) * (first if number % 3 == 1 else later)
            process = docagent(cache, "index", str(folder))
            while process.poll() is None and used(process.pid) < delay:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            if process.returncode >= 0:  # it had ended
                continue
            killed += 1
            left = stage(cache)
            equal = found(cache, folder, queries) == wanted[number % 2]
            same += equal
            print(
                f"{killed:>3}  {delay:5.2f} s  {left}  {'same' if equal else 'DIFFERENT'}",
                flush=True,
            )
    return same


if __name__ == "__main__":
    main()
