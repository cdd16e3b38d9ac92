"""Qwen-Agent's own agents in a process of its own: `python -m benchmarks.rivals.parallel_doc_qa`.

Standard input: a JSON line {"server", "file", "scratch"}, then one {"agent", "question"} for each
question; "agent" is ParallelDocQA or Assistant. Standard output: a JSON line for each question,
{"answer", "slept"}. Its constants stay as they are. The pauses between submitted chunks (up to
0.5 s each) are added up as seconds in "slept" instead of being slept, and one HTTP client serves
all calls instead of a new one for each.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from functools import cache
from types import SimpleNamespace


def main() -> None:
    job = json.loads(sys.stdin.readline())
    # What libraries print must not mix with the results.
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.environ["QWEN_AGENT_DEFAULT_WORKSPACE"] = job["scratch"]  # read when it is imported
    import openai
    from qwen_agent.agents import Assistant
    from qwen_agent.agents.doc_qa import ParallelDocQA
    from qwen_agent.utils import parallel_executor

    logging.disable(logging.INFO)
    openai.OpenAI = cache(openai.OpenAI)  # type: ignore[misc, assignment]
    slept: list[float] = []
    parallel_executor.time = SimpleNamespace(sleep=slept.append)
    model = {"model": "counting", "model_server": job["server"], "api_key": "EMPTY"}
    agents = {"ParallelDocQA": ParallelDocQA(llm=model), "Assistant": Assistant(llm=model)}
    for line in sys.stdin:
        request = json.loads(line)
        slept.clear()
        content = [{"text": request["question"]}, {"file": job["file"]}]
        *_, last = agents[request["agent"]].run([{"role": "user", "content": content}])
        reply = {"answer": last[-1]["content"], "slept": sum(slept)}
        print(json.dumps(reply), file=results, flush=True)


if __name__ == "__main__":
    main()
