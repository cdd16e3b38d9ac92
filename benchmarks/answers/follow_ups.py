r"""Follow-up questions put into questions of their own: how many are right.

    python -m benchmarks.answers.follow_ups --model embedded
    python -m benchmarks.answers.follow_ups --model openai:qwen@http://127.0.0.1:8080/v1 --out out.jsonl

The pairs of follow_ups.jsonl: `question`, `answer`, `follow_up`, and either `needs`, lists of
words of which a right question has one each (and `forbids`, words that it has not), or `keep`:
the follow-up names everything itself and must stay as it is. Case does not matter. With --out a
run that was broken off goes on; `--model none` shows what happens without a language model.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from docagent.answering.follow_up import stand_alone
from docagent.api import DocAgent

PAIRS = Path(__file__).with_name("follow_ups.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("-n", type=int, default=40, help="pairs, spread over the file")
    parser.add_argument("--out", type=Path, help="JSON lines; what stands there is not asked again")
    options = parser.parse_args()
    rows = _lines(PAIRS)
    rows = rows[:: max(1, len(rows) // options.n)][: options.n]
    known = {row["key"]: row for row in _lines(options.out)} if options.out else {}
    model = DocAgent(options.model).language_model()
    right: dict[str, list[bool]] = {"refers to the turn before": [], "stands alone": []}
    seconds = 0.0
    for row in rows:
        key = f"{row['question']} {row['follow_up']}"
        if key not in known:
            begun = time.perf_counter()
            told = stand_alone(model, [(row["question"], row["answer"])], row["follow_up"])
            taken = time.perf_counter() - begun
            known[key] = {"key": key, "told": told, "seconds": taken}
            if options.out:
                with options.out.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(known[key], ensure_ascii=False) + "\n")
        told, seconds = known[key]["told"], seconds + known[key]["seconds"]
        good = is_right(row, told)
        right["stands alone" if row.get("keep") else "refers to the turn before"].append(good)
        print(f"{'right' if good else 'WRONG'}  {row['follow_up']}  ->  {told}", flush=True)
    print(f"\n| follow-up | right, {options.model} |\n| --- | --- |")
    for kind, held in right.items():
        print(f"| {kind} | {sum(held)} of {len(held)} |")
    whole = [good for held in right.values() for good in held]
    print(f"| all | {sum(whole)} of {len(whole)} ({sum(whole) / len(whole):.3f}) |")
    print(f"\n{seconds / len(rows):.1f} s each")


def is_right(row: dict[str, Any], told: str) -> bool:
    """Whether a question has what it needs and nothing else."""
    if row.get("keep"):
        return _letters(told) == _letters(row["follow_up"])
    text = told.casefold()
    named = all(any(word.casefold() in text for word in words) for words in row["needs"])
    return named and not any(word.casefold() in text for word in row.get("forbids", ()))


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


if __name__ == "__main__":
    main()
