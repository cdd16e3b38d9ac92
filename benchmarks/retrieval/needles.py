"""A needle at each of eleven depths of a million tokens: at which rank does search find it?

Haystack and questions are those of `docagent eval needle`; this looks at the passages alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.harness import Table, arguments, timed
from benchmarks.retrieval.spans import find, open_text, rank
from docagent.evaluation.needle import Needles
from retrieval.embed.encoder import Encoder

DEPTH = 20  # passages looked through


def main() -> None:
    options = arguments(__doc__, quick={"tokens": 20_000}, tokens=1_000_000, depths=11)
    encoder, needles = Encoder(), Needles(options.depths, 1, "0")
    hay = needles.text(options.tokens, lambda text: encoder.count([text])[0], None)
    questions = [question for question in needles.questions() if question.facts]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "haystack.txt"
        file.write_text(hay.text, "utf-8")
        corpus, indexed = timed(lambda: open_text(file, Path(folder) / "cache"))
        results, took = timed(lambda: [find(corpus, one.question, DEPTH) for one in questions])
    tokens, each = encoder.count([hay.text])[0], 1000 * took / len(questions)
    print(f"{tokens:,} tokens, index {indexed:.1f} s, {each:.0f} ms a question\n")
    places = [rank(r, hay.spans[q.facts[0]]) for q, r in zip(questions, results, strict=True)]
    ranks = [str(place or f"over {DEPTH}") for place in places]
    table = Table("depth", "own words", "other words, names kept")
    for question, own, other in zip(questions[::2], ranks[::2], ranks[1::2], strict=True):
        table.add(f"{question.depth:.0%}", own, other)


if __name__ == "__main__":
    main()
