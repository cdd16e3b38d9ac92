"""One engine that answers requests on its standard input, a line of JSON each: see engine_rival."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import Any

from docagent.engine.engine import Engine
from docagent.engine.loading.load import load
from retrieval.folders import cache_folder


def main() -> None:
    loaded = load(sys.argv[1], cache_folder(), "cpu")
    engine = Engine(replace(loaded, eos_ids=frozenset()))
    say(True)
    for line in sys.stdin:
        say(answered(engine, json.loads(line)))


def answered(engine: Engine, asked: dict[str, Any]) -> Any:
    """Seconds to the first token and in all, and the tokens; of many prompts the seconds."""
    if "forget" in asked:
        engine.prefix_cache.clear()
        return True
    start = time.perf_counter()
    if "many" in asked:
        list(engine.batch(asked["many"], max_new_tokens=asked["new"]))
        return time.perf_counter() - start
    tokens: list[int] = []
    first = 0.0
    quote_from = 0 if asked["quote"] else None
    for token in engine.write(asked["ask"], max_new_tokens=asked["new"], quote_from=quote_from):
        first = first or time.perf_counter() - start
        tokens.append(token)
    return first, time.perf_counter() - start, tokens


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
