"""One engine that answers requests on its standard input, a line of JSON each: see rival.py."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from typing import Any

from benchmarks.engine.plain import write
from docagent.engine.decoding.request import Request
from docagent.engine.engine import Engine
from docagent.engine.loading.load import load
from retrieval.folders import cache_folder


def main() -> None:
    loaded = load(sys.argv[1], cache_folder(), "cpu")
    engine = Engine(replace(loaded, eos_ids=frozenset()))
    print("true", flush=True)
    for line in sys.stdin:
        print(json.dumps(reply(engine, json.loads(line))), flush=True)


def reply(engine: Engine, request: dict[str, Any]) -> Any:
    """Seconds to the first token and in all, and the tokens; of many prompts the seconds."""
    if "forget" in request:
        engine.prefix_cache.clear()
        return True
    if "many" in request:
        start = time.perf_counter()
        list(engine.answer_all([Request(ids, request["new"]) for ids in request["many"]]))
        return time.perf_counter() - start
    quote_from = 0 if request["quote"] else None
    return asdict(write(engine, request["ask"], request["new"], quote_from=quote_from))


if __name__ == "__main__":
    main()
