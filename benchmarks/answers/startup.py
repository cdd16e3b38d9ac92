"""How long a user waits: `docagent --help`, and a second question on a cached document.

python -m benchmarks.answers.startup examples/handbook.pdf "Who audited the accounts?"

The question is asked in a new process each time, and its time is split: importing the packages,
loading the weights of both models, opening the index and searching, reading the prompt (prefill),
writing (decode), and the rest (starting and ending Python, checking the answer, printing).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from statistics import median

from benchmarks.engine.table import Table

COMMAND = [sys.executable, "-c", "from docagent.cli import main; main()"]
SPLIT = """
import json, sys, time
begun = time.perf_counter()
import torch, docagent.cli.ask, docagent.pipeline, docagent.engine.engine, docagent.engine.chat
import retrieval.corpus, retrieval.embed.bert, faiss, tantivy
imports = time.perf_counter() - begun
from docagent.api import DocAgent
from docagent.events import Progress
from docagent.answer import Answer
agent = DocAgent(model="embedded")
at = time.perf_counter()
engine = agent.chat_model.engine
model = time.perf_counter() - at
forward, passes = type(engine.network).forward, []
def timed(self, ids, past, last=1):
    at = time.perf_counter()
    logits = forward(self, ids, past, last)
    passes.append((ids.shape[1], time.perf_counter() - at))
    return logits
type(engine.network).forward = timed
at = time.perf_counter()
for event in agent.stream(sys.argv[1], sys.argv[2]):
    answer = event
whole = time.perf_counter() - at
told = answer.seconds
read = sum(seconds for tokens, seconds in passes if tokens > 64)
print(json.dumps({
    "imports": imports,
    "load model": model,
    "load embedding": whole - told["open"] - told["search"] - told["answer"],
    "open and search": told["open"] + told["search"],
    "prefill": read,
    "decode": sum(seconds for tokens, seconds in passes if tokens <= 64),
    "check": told["answer"] - sum(seconds for _, seconds in passes),
    "tokens": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
}))
"""


def run(*arguments: str) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    return time.perf_counter() - start, done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document")
    parser.add_argument("question")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = range(options.rounds)
    helps = [run("--help")[0] for _ in rounds]
    ask = ("ask", options.document, options.question, "--json", "--model", "embedded")
    run(*ask)  # builds the index
    walls = [run(*ask)[0] for _ in rounds]
    splits = []
    for _ in rounds:
        begun = time.perf_counter()
        command = [sys.executable, "-c", SPLIT, options.document, options.question]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        prompt, completion = told.pop("tokens")
        told["rest"] = time.perf_counter() - begun - sum(told.values())
        splits.append(told)
    torch = [
        sys.executable,
        "-c",
        "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)",
    ]
    times = [float(subprocess.run(torch, capture_output=True, check=True).stdout) for _ in rounds]
    table = Table(
        "A question on a cached document",
        ("what is waited for", "seconds"),
        f"Medians of {options.rounds}; the least whole process took {min(walls):.2f} s. "
        f"{prompt} tokens are read and {completion} written.",
    )
    table.add("`docagent --help`", f"{median(helps):.2f}")
    table.add("the question again, whole process", f"{median(walls):.2f}")
    for part in splits[0]:
        table.add(f"- {part}", f"{median(split[part] for split in splits):.2f}")
    table.add("torch alone, of the imports", f"{median(times):.2f}")
    print(table.markdown())


if __name__ == "__main__":
    main()
