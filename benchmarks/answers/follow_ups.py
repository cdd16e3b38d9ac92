"""Follow-up questions put into questions of their own: how many are right.

The pairs of follow_ups.jsonl: `question`, `answer`, `follow_up`, and either `needs`, lists of
words of which a right question has one each (and `forbids`, words that it has not), or `keep`:
the follow-up must stay as it is. With --out a run that was broken off goes on.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import ResultLog, Row, Table, arguments, sample, tell, timed
from docagent.answering.follow_up import stand_alone
from docagent.api import DocAgent
from docagent.jsonl import read_rows

PAIRS = Path(__file__).with_name("follow_ups.jsonl")


def main() -> None:
    options = arguments(__doc__, quick={"n": 4}, model="embedded", n=40, out=Path)
    rows = sample(read_rows(PAIRS), options.n)
    model, log = DocAgent(options.model).language_model(), ResultLog(options.out)

    def ask(row: Row) -> Row:
        turns = [(row["question"], row["answer"])]
        question, took = timed(lambda: stand_alone(model, turns, row["follow_up"]))
        return {"question": question, "seconds": took}

    right: dict[str, list[bool]] = {"refers to the turn before": [], "stands alone": [], "all": []}
    total = 0.0
    for row in rows:
        result = log.get(f"{row['question']} {row['follow_up']}", lambda: ask(row))  # noqa: B023
        total += result["seconds"]
        good = is_right(row, result["question"])
        for kind in ("stands alone" if row.get("keep") else "refers to the turn before", "all"):
            right[kind].append(good)
        tell(f"{'right' if good else 'WRONG'}  {row['follow_up']}  ->  {result['question']}")
    table = Table("follow-up", f"right, {options.model}")
    for kind, values in right.items():
        table.add(kind, f"{sum(values)} of {len(values)}")
    table.note(f"{total / len(rows):.1f} s each")


def is_right(row: Row, question: str) -> bool:
    """Whether a question has what it needs and nothing else."""
    if row.get("keep"):
        return _letters(question) == _letters(row["follow_up"])
    text = question.casefold()
    named = all(any(word.casefold() in text for word in words) for words in row["needs"])
    return named and not any(word.casefold() in text for word in row.get("forbids", ()))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


if __name__ == "__main__":
    main()
