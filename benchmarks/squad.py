"""SQuAD articles as documents: is the gold answer in the answer or its quotes?

    python -m benchmarks.squad ../shared/data/squad/squad.jsonl                # the whole path
    python -m benchmarks.squad ../shared/data/squad/squad.jsonl --every 3      # a third of it
    python -m benchmarks.squad ../shared/data/squad/squad.jsonl --no-model     # quotes alone

Rows: {"question", "answers", "answerable", "doc" (relative to the file)}. An answer is contained
if one of the gold answers stands in answer or quotes, letter case, punctuation and articles
aside (the normalisation of SQuAD's own script). --no-model replaces the language model with one
that says nothing: what remains is search, verdict and quotes.
"""

from __future__ import annotations

import argparse
import json
import re
import string
import time
from collections import Counter
from pathlib import Path
from typing import Any

from langchain_core.language_models.fake_chat_models import FakeListChatModel

from docagent import DocAgent
from retrieval.progress import finish

_PUNCTUATION = str.maketrans("", "", string.punctuation)


class Silent(FakeListChatModel):
    """A model too small to refuse, which writes nothing."""

    responses: list[str] = [" "]  # noqa: RUF012 - a pydantic field
    weak: bool = True
    model_name: str = "none"


def normal(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces."""
    words = re.sub(r"\b(a|an|the)\b", " ", text.lower().translate(_PUNCTUATION))
    return " ".join(words.split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    parser.add_argument("--no-model", action="store_true")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in options.questions.read_text("utf-8").splitlines()
    ][:: options.every]
    agent = DocAgent(Silent() if options.no_model else "embedded")
    tally: Counter[str] = Counter()
    begun = time.perf_counter()
    for row in rows:
        document = options.questions.parent / row["doc"]
        answer = agent.ask(document, row["question"])
        quotes = [citation.quote for citation in answer.citations]
        kind = "answerable" if row["answerable"] else "unanswerable"
        tally[kind] += 1
        tally[f"{kind} refused"] += not answer.found
        tally["quotes"] += len(quotes)
        text = finish(agent.open([document])).text(document)
        tally["verified"] += sum(
            c.verified and text[c.start : c.end] == c.quote for c in answer.citations
        )
        if row["answerable"]:
            said = normal(" ".join([answer.text, *quotes]))
            tally["contained"] += answer.found and any(normal(a) in said for a in row["answers"])
            tally["worded"] += "\n" in answer.text
    seconds = time.perf_counter() - begun
    measures = {
        "gold answer in answer + quotes": ("contained", "answerable"),
        "answerable refused": ("answerable refused", "answerable"),
        "unanswerable refused": ("unanswerable refused", "unanswerable"),
        "quotes verified": ("verified", "quotes"),
        "answers with a supported sentence of the model": ("worded", "answerable"),
    }
    print("| | of n | share |")
    print("| --- | --- | --- |")
    for name, (hits, of) in measures.items():
        share = tally[hits] / tally[of] if tally[of] else 0.0
        print(f"| {name} | {tally[hits]}/{tally[of]} | {share:.3f} |")
    print(f"\n{seconds / len(rows):.2f} s a question.")


if __name__ == "__main__":
    main()
