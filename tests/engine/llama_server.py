"""llama.cpp's own server, as a process: `python -m tests.engine.llama_server FILE CONTEXT`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.process import environment

SLOTS = 2  # questions that it answers at once


class LlamaServer(NamedTuple):
    """One that runs: its process, and its address."""

    process: subprocess.Popen[str]
    url: str

    @property
    def model(self) -> str:
        """What `--model` takes."""
        return f"openai:qwen@{self.url}"


@contextmanager
def llama_server(file: Path, context: int) -> Iterator[LlamaServer]:
    """One with this file and so many tokens of context for each question."""
    command = [sys.executable, "-m", "tests.engine.llama_server", str(file), str(context)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("http"))
        yield LlamaServer(process, f"{line.strip()}/v1")
    finally:
        process.kill()
        process.wait()


def main() -> None:
    import xllamacpp

    file, context = sys.argv[1:]
    settings = xllamacpp.CommonParams()
    settings.model.path = file
    settings.n_parallel = SLOTS
    settings.n_ctx = SLOTS * int(context)
    settings.kv_unified = False
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.use_jinja = True
    settings.warmup = False
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()  # until whoever started it ends


if __name__ == "__main__":
    main()
