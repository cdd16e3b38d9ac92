"""Two llama.cpp servers behind one client: the server that has read a text, against any server.

    python -m benchmarks.fleet FILE.gguf [TEXTS]  (an odd number, or turns fall on the same server)

Several questions on each text, one text after the other and round after round, as people ask. It
prints the tokens that the servers had to read and the seconds, by prefix and in turns; then one
server is killed in the middle of the same questions, and it prints how many of them were answered.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

from langchain_core.messages import AIMessage

from docagent.engine.servers.connect import connect
from docagent.engine.servers.fleet import ChatFleet
from docagent.errors import ServerError
from tests.engine.llama_server import LlamaServer, llama_server

QUESTIONS = ("What is it about?", "Name a figure.", "Who is named?")
SERVERS, TOGETHER, CONTEXT = 2, 4, 4096
HANDBOOK = Path(__file__).resolve().parent.parent / "examples" / "handbook.pdf"
_CHARACTERS = 1500  # of a text


def texts(count: int) -> list[str]:
    """Passages of the handbook."""
    from retrieval.parse.open import read

    text = read(HANDBOOK).text
    return [text[n * _CHARACTERS : (n + 1) * _CHARACTERS] for n in range(count)]


def fleet(servers: list[LlamaServer]) -> ChatFleet:
    """One chat model of all of them."""
    model = connect("openai:qwen@" + ",".join(server.url for server in servers))
    assert isinstance(model, ChatFleet)
    return model


def in_turns(model: ChatFleet) -> None:
    """Let each prompt go to the server whose turn it is."""
    number, routing = itertools.count(), cast(Any, model._routing)

    def ranked(_: str) -> list[int]:
        first = next(number)
        return [(first + n) % SERVERS for n in range(SERVERS)]

    routing.ranked = ranked


def ask_all(
    model: ChatFleet, passages: list[str], each: Callable[[], None]
) -> list[AIMessage | None]:
    """The replies, None for a question that was lost; `each` is called after every one."""

    def ask(prompt: str) -> AIMessage | None:
        try:
            return model.invoke(prompt, max_tokens=8)
        except ServerError as error:
            print(f"lost: {error}")
            return None
        finally:
            each()

    prompts = [f"{text}\n\n{question}" for question in QUESTIONS for text in passages]
    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(ask, prompts))


def run(
    file: Path, passages: list[str], change: Callable[[ChatFleet], None]
) -> tuple[int, int, float]:
    """Ask everything of fresh servers: tokens sent, tokens that had to be read, seconds."""
    with ExitStack() as stack:
        servers = [stack.enter_context(llama_server(file, CONTEXT)) for _ in range(SERVERS)]
        model = fleet(servers)
        change(model)
        begun = time.perf_counter()
        replies = ask_all(model, passages, lambda: None)
        seconds = time.perf_counter() - begun
    usages: list[Any] = [reply.usage_metadata for reply in replies if reply]
    prompt = sum(usage["input_tokens"] for usage in usages)
    cached = sum(usage["input_token_details"]["cache_read"] for usage in usages)
    return prompt, prompt - cached, seconds


def kill_one(file: Path, passages: list[str]) -> tuple[int, int]:
    """Questions asked while one of the servers was killed, and how many were lost."""
    with ExitStack() as stack:
        servers = [stack.enter_context(llama_server(file, CONTEXT)) for _ in range(SERVERS)]
        answered = itertools.count(1)

        def kill() -> None:
            if next(answered) == len(passages):
                servers[0].process.kill()

        replies = ask_all(fleet(servers), passages, kill)
    return len(replies), sum(reply is None for reply in replies)


def main() -> None:
    file, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 11
    passages = texts(count)
    for name, change in (("by prefix", lambda model: None), ("in turns", in_turns)):
        sent, read, seconds = run(file, passages, change)
        print(f"{name}: {sent:,} tokens sent, {read:,} read, {seconds:.0f} s", flush=True)
    asked, lost = kill_one(file, passages)
    print(f"one of {SERVERS} servers killed: {lost} of {asked} questions lost")


if __name__ == "__main__":
    main()
