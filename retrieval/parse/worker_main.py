"""What a worker process does (see worker.py)."""

from __future__ import annotations

import json
import logging
import sys
from importlib import import_module


def serve(module: str) -> None:
    """Read tasks from standard input, a line each, and print what the module says to them.

    Each of its messages is a line of JSON; an empty line ends those of a task.
    """
    logging.disable(logging.WARNING)  # pypdf reports every repaired object
    for task in map(json.loads, sys.stdin):
        for message in import_module(module).messages(**task):
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()
        sys.stdout.write("\n")
        sys.stdout.flush()
