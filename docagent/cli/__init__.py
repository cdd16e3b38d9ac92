"""The `docagent` command. Each verb is a module; what it needs is imported when it runs."""

from __future__ import annotations

import os
import sys

from docagent.errors import DocAgentError


def main() -> None:
    """Entry point: runs a verb and turns what went wrong into a line and an exit status."""
    # Read by OpenMP when torch is imported. Where another process wants a core, threads that wait
    # by spinning keep it from the one they wait for: 8 ms for an operation of 0.4.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Exit status: 0 answered, 4 the document does not say, 1 error, 2 usage, 130 interrupted."""
    from docagent.cli.app import app
    from docagent.sanitize import plain

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        status = int(app(arguments, prog_name="docagent", standalone_mode=False) or 0)
        sys.stdout.flush()
        return _interrupted() if status == 130 else status  # typer catches Ctrl-C itself
    except DocAgentError as error:
        print(f"docagent: {plain(str(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _interrupted()
    except (BrokenPipeError, SystemExit):
        # The reader of our output has gone (`| head`), which typer makes a SystemExit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"docagent: {plain(str(error))}", file=sys.stderr)
        return 1
    except Exception as error:
        show = getattr(error, "show", None)  # wrong usage, as typer found it
        if show is None:
            raise
        show()
        return int(getattr(error, "exit_code", 2))


def _interrupted() -> int:
    print("docagent: interrupted; what was finished is kept.", file=sys.stderr)
    return 130
