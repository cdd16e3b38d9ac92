"""What a worker process does (see worker.py)."""

from __future__ import annotations

import json
import logging
import sys
from importlib import import_module


def serve(module: str) -> None:
    """Read a task from standard input and print each message of the module as a line of JSON."""
    logging.disable(logging.WARNING)  # pypdf reports every repaired object
    task = json.loads(sys.stdin.readline())
    for message in import_module(module).messages(**task):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
