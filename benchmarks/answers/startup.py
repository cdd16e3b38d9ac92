"""How long a user waits: `docagent --help`, and a second question on a cached document, split."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import median

from benchmarks.harness import Table, arguments, seconds, timed

COMMAND = "from docagent.cli import main; main()"
TORCH = "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)"
SPLIT = """
import json, sys, time
begun = time.perf_counter()
import torch, docagent.cli.ask, docagent.api, docagent.engine.engine, docagent.engine.chat
import retrieval.corpus, retrieval.embed.bert, faiss, tantivy
imports = time.perf_counter() - begun
from docagent.api import DocAgent
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
*_, answer = agent.stream(sys.argv[1], sys.argv[2])
whole, stages = time.perf_counter() - at, answer.seconds
print(json.dumps({
    "imports": imports,
    "load model": model,
    "load embedding": whole - stages["open"] - stages["search"] - stages["answer"],
    "open and search": stages["open"] + stages["search"],
    "prefill": sum(seconds for tokens, seconds in passes if tokens > 64),
    "decode": sum(seconds for tokens, seconds in passes if tokens <= 64),
    "check": stages["answer"] - sum(seconds for _, seconds in passes),
    "tokens": [answer.usage.prompt_tokens, answer.usage.completion_tokens],
}))
"""


def run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    check = code != COMMAND  # which also ends with 4, for a question that is not answered
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout


def main() -> None:
    question = "Who audited the accounts?"
    options = arguments(__doc__, "document", quick={"rounds": 1}, question=question, rounds=5)
    asked = str(options.document), options.question
    rounds = range(options.rounds)
    helps = [seconds(lambda: run(COMMAND, "--help")) for _ in rounds]
    ask = ("ask", *asked, "--json", "--model", "embedded")
    run(COMMAND, *ask)  # builds the index
    walls = [seconds(lambda: run(COMMAND, *ask)) for _ in rounds]
    splits = []
    for _ in rounds:
        output, took = timed(lambda: run(SPLIT, *asked))
        split = json.loads(output)
        prompt, completion = split.pop("tokens")
        splits.append({**split, "rest": took - sum(split.values())})
    imports = [float(run(TORCH)) for _ in rounds]
    table = Table("what is waited for", "seconds", title="A question on a cached document")
    table.add("`docagent --help`", f"{median(helps):.2f}")
    table.add("the question again, whole process", f"{median(walls):.2f}")
    for part in splits[0]:
        table.add(f"- {part}", f"{median(split[part] for split in splits):.2f}")
    table.add("torch alone, of the imports", f"{median(imports):.2f}")
    table.note(
        f"Medians of {options.rounds}; the least whole process took {min(walls):.2f} s. "
        f"{prompt} tokens are read and {completion} written."
    )


if __name__ == "__main__":
    main()
