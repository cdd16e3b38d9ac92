r"""A needle at each of eleven depths of a million tokens: at which rank does search find it?

    python -m benchmarks.answers.needles --json needles.json
    python -m benchmarks.answers.needles report.pdf --tokens 200000      # hidden in a document's own text

The haystack and the questions, in the needle's words and in others, are those of
`docagent eval needle`, which asks for answers; this looks at the passages alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from benchmarks.retrieval.finders import FINDERS, rank
from docagent.evaluation.needle import Needles
from retrieval import Corpus
from retrieval.embed.encoder import Encoder

DEPTH = 20  # passages looked through


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path, nargs="?")
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--depths", type=int, default=11)
    parser.add_argument("--system", default="ours", choices=list(FINDERS))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    encoder = Encoder()
    needles = Needles(options.depths, 1, "0")
    document = Corpus.open([options.document]).text(options.document) if options.document else None
    hay = needles.text(options.tokens, lambda text: encoder.count([text])[0], document)
    asked = [one for one in needles.questions() if one.facts]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "haystack.txt"
        file.write_text(hay.text, "utf-8")
        begun = time.perf_counter()
        find = FINDERS[options.system](file, Path(folder) / "cache")
        indexed = time.perf_counter() - begun
        begun = time.perf_counter()
        told = [
            {
                "depth": one.depth,
                "asked": one.kind,
                "question": one.question,
                "rank": rank(find(one.question, DEPTH), hay.spans[one.facts[0]]),
            }
            for one in asked
        ]
        asked_ms = 1000 * (time.perf_counter() - begun) / len(told)
    count = encoder.count([hay.text])[0]
    print(f"{count:,} tokens, index {indexed:.1f} s, {asked_ms:.0f} ms a question\n")
    print("| depth | own words | other words, names kept |")
    print("| --- | --- | --- |")
    for own, other in zip(told[::2], told[1::2], strict=True):
        ranks = [str(row["rank"] or f"over {DEPTH}") for row in (own, other)]
        print(f"| {own['depth']:.0%} | " + " | ".join(ranks) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), "utf-8")


if __name__ == "__main__":
    main()
