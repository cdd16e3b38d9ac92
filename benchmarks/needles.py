r"""A needle at each of eleven depths in a text of a million tokens: at which rank is it found?

    python -m benchmarks.needles ../shared/data --json needles.json

The text is made of the folder's .txt and .pdf files, repeated with changed names and figures until
it has so many of MiniLM's tokens. All needles and a distractor for each (the same sentence on
something else) stand in it, so that it is indexed once. Each needle is asked for in its own words,
in other words with its names, and in other words without them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.finders import FINDERS, Span, rank
from benchmarks.needle_facts import NEEDLES, Needle
from benchmarks.pdf_pages import page_texts
from retrieval.embed.encoder import Encoder

_BOUNDARY = re.compile(r"[.!?]\s+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}")
_SYLLABLES = "bar den fol gri hal jor kem lun mor nes pol quin ros sel tam vor wex yar".split()  # noqa: SIM905
DEPTH = 20  # passages looked through


def changed(text: str, copy: int) -> str:
    """The text with other names and figures: the same ones for a name everywhere in one copy."""

    def figure(match: re.Match[str]) -> str:
        draw = random.Random(f"{copy} {match[0]}")
        return "".join(str(draw.randint(1, 9)) for _ in match[0])

    def name(match: re.Match[str]) -> str:
        return "".join(random.Random(f"{copy} {match[0]}").choices(_SYLLABLES, k=3)).capitalize()

    return _NAME.sub(name, re.sub(r"\d+", figure, text)) if copy else text


def texts(*paths: Path) -> Iterator[str]:
    """The texts of files, and of all in folders, again and again."""
    files = [
        file
        for path in paths
        for file in (sorted([*path.rglob("*.txt"), *path.rglob("*.pdf")]) or [path])
        if file.is_file()
    ]
    if not files:
        raise SystemExit(f"{', '.join(map(str, paths))}: no .txt and no .pdf file there.")
    originals = [
        file.read_text("utf-8") if file.suffix == ".txt" else "\n\n".join(page_texts(file))
        for file in files
    ]
    copy = 0
    while True:
        yield from (changed(text, copy) for text in originals)
        copy += 1


def minilm_tokens(text: str) -> int:
    return Encoder().count([text])[0]


def haystack(paths: list[Path], tokens: int, count_of: Callable[[str], int] = minilm_tokens) -> str:
    """At least `tokens` tokens of these texts."""
    parts: list[str] = []
    missing = tokens
    for text in texts(*paths):
        # A piece's share, so that the last text does not add its whole length.
        count = count_of(text)
        parts.append(text[: len(text) * missing // count + 1] if count > missing else text)
        missing -= count
        if missing <= 0:
            break
    return "\n\n".join(parts)


def boundary(text: str, depth: float) -> int:
    """The first sentence start at or behind a depth of 0 to 1; the text's end if there is none."""
    if depth == 0:
        return 0
    match = _BOUNDARY.search(text, int(depth * len(text)))
    return match.end() if match else len(text)


def inserted(text: str, placed: list[tuple[int, str]]) -> tuple[str, list[Span]]:
    """The text with sentences at these offsets, and where each now stands, in the order given."""
    pieces: list[str] = []
    spans: dict[int, Span] = {}
    at = length = 0
    for number in sorted(range(len(placed)), key=lambda n: placed[n][0]):
        offset, sentence = placed[number]
        before = text[at:offset]
        gap = "" if not before or before[-1].isspace() else " "
        start = length + len(before) + len(gap)
        spans[number] = (start, start + len(sentence))
        pieces += [before, gap, sentence, " "]
        length = start + len(sentence) + 1
        at = offset
    pieces.append(text[at:])
    return "".join(pieces), [spans[number] for number in range(len(placed))]


def hidden(text: str, needles: list[Needle]) -> tuple[str, list[Span]]:
    """The text with the needles from its beginning to its end, a single one in its middle, and a
    distractor for each; and where the needles stand."""
    steps = max(len(needles) - 1, 1)
    depths = spread(len(needles))
    # Halfway to the next needle; the last one's stands a quarter step before it.
    others = [min(depth + 0.5 / steps, 1 - 0.25 / steps) for depth in depths]
    placed = [(boundary(text, d), n.sentence) for d, n in zip(depths, needles, strict=True)]
    placed += [(boundary(text, d), n.distractor) for d, n in zip(others, needles, strict=True)]
    whole, spans = inserted(text, placed)
    return whole, spans[: len(needles)]


def spread(count: int) -> list[float]:
    """So many depths from 0 to 1."""
    return [number / (count - 1) for number in range(count)] if count > 1 else [0.5]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--system", default="ours", choices=list(FINDERS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    hay = haystack([options.folder], options.tokens)
    depths = spread(len(NEEDLES))
    text, spans = hidden(hay, NEEDLES)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "haystack.txt"
        file.write_text(text, "utf-8")
        begun = time.perf_counter()
        find = FINDERS[options.system](file, Path(folder) / "cache")
        indexed = time.perf_counter() - begun
        begun = time.perf_counter()
        told = [
            {
                "depth": depth,
                "asked": asked,
                "question": question,
                "rank": rank(find(question, DEPTH), span),
            }
            for depth, needle, span in zip(depths, NEEDLES, spans, strict=True)
            for asked, question in (
                ("worded", needle.worded),
                ("named", needle.named),
                ("unnamed", needle.unnamed),
            )
        ]
        asked_ms = 1000 * (time.perf_counter() - begun) / len(told)
    print(f"{minilm_tokens(text):,} tokens, index {indexed:.1f} s, {asked_ms:.0f} ms a question\n")
    print("| depth | own words | other words, names kept | other words, no names |")
    print("| --- | --- | --- | --- |")
    for number, depth in enumerate(depths):
        ranks = [str(row["rank"] or f"over {DEPTH}") for row in told[3 * number : 3 * number + 3]]
        print(f"| {depth:.0%} | " + " | ".join(ranks) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
