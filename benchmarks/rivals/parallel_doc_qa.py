"""Qwen-Agent's own agents in a process of its own, on one file: SERVER FILE SCRATCH_FOLDER.

A request is {"agent": ParallelDocQA or Assistant, "question"}, a reply {"answer", "slept"}. Its
constants stay as they are. The pauses between submitted chunks (up to 0.5 s each) are added up in
"slept" instead of being slept, and one HTTP client serves all calls.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

from benchmarks.harness import Row, serve


def agents(server: str, file: str, scratch: str) -> Callable[[Row], Row]:
    os.environ["QWEN_AGENT_DEFAULT_WORKSPACE"] = scratch  # read when it is imported
    import openai
    from qwen_agent.agents import Assistant
    from qwen_agent.agents.doc_qa import ParallelDocQA
    from qwen_agent.utils import parallel_executor

    logging.disable(logging.INFO)
    openai.OpenAI = cache(openai.OpenAI)  # type: ignore[misc, assignment]
    slept: list[float] = []
    parallel_executor.time = SimpleNamespace(sleep=slept.append)
    model = {"model": "counting", "model_server": server, "api_key": "EMPTY"}
    both = {"ParallelDocQA": ParallelDocQA(llm=model), "Assistant": Assistant(llm=model)}

    def reply(request: Row) -> Row:
        slept.clear()
        content = [{"text": request["question"]}, {"file": file}]
        *_, last = both[request["agent"]].run([{"role": "user", "content": content}])
        return {"answer": last[-1]["content"], "slept": sum(slept)}

    return reply


if __name__ == "__main__":
    serve(lambda: agents(*sys.argv[1:]))
