"""docagent doctor"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from docagent import __version__
from docagent.errors import DocAgentError

_TEXT = """The harbour office

The harbour office of Ostby opens at 6:45 in summer. Boats over 12 metres report by radio.

The ice house was rebuilt in 1931 by the mason Ulla Brandt.
"""
_QUESTION = "Who rebuilt the ice house?"


def doctor() -> int:
    """Check the installation, the models, memory and cache, and ask one test question."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("packages", _packages),
        ("memory", _memory),
        ("cache", _cache),
        ("embedding model", _embedding),
        ("language model", _language),
        ("test question", _question),
    ]
    failed = 0
    for name, check in checks:
        begun = time.perf_counter()
        try:
            told, mark = check(), "ok"
        except (DocAgentError, OSError, ImportError) as error:
            told, mark = str(error), "FAILED"
            failed += 1
        print(f"{mark:<7} {name}: {told} ({time.perf_counter() - begun:.1f} s)", flush=True)
    return 1 if failed else 0


def _packages() -> str:
    names = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy")
    python = ".".join(map(str, sys.version_info[:3]))
    return ", ".join(
        [
            f"docagent {__version__}",
            f"Python {python}",
            *(f"{name} {version(name)}" for name in names),
        ]
    )


def _memory() -> str:
    from retrieval import machine

    gpus = "; ".join(f"{name} {size / 1e9:.0f} GB" for name, size in machine.gpus()) or "no GPU"
    fast = "bfloat16" if machine.has_bfloat16_cpu() else "no bfloat16, so slower"
    return f"{machine.available_memory() / 1e9:.1f} GB free, {gpus}, CPU with {fast}"


def _cache() -> str:
    from retrieval.folders import cache_folder
    from retrieval.store.inventory import Inventory

    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass
    return f"{folder} is writable, {len(Inventory(folder).entries())} documents"


def _embedding() -> str:
    from retrieval.embed.encoder import Encoder

    encoder = Encoder()
    encoder.load()
    return f"{encoder.name}, reads {encoder.limit} tokens at once, checksum right"


def _language() -> str:
    from docagent.engine.resolve import choose
    from retrieval.folders import cache_folder

    chosen, reason = choose("auto", cache_folder())
    return f"{chosen} ({reason})" if reason else chosen


def _question() -> str:
    from docagent.api import DocAgent

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test.txt"
        file.write_text(_TEXT, "utf-8")
        answer = DocAgent(cache=Path(folder)).ask(file, _QUESTION)
    if not answer.found or not any("Ulla Brandt" in c.quote for c in answer.citations):
        raise DocAgentError(f"{_QUESTION!r} was answered with {answer.text!r}")
    return f"{_QUESTION} {answer.citations[0].quote}"
