"""Every file of some folders is opened: what is read, what is refused, what takes how long.

    python -m benchmarks.retrieval.files FOLDERS... --log files.jsonl

Each file is read in a process of its own, with a limit of time. A crash is any error that is not
one of the clear lines a user meets. --log keeps the results, so that a run goes on where it
stopped. OCR takes seconds a page, so scans are read only with --ocr.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import traceback
from collections import Counter
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.harness import ResultLog, Row, Table, arguments, tell, timed
from retrieval.errors import DocAgentError
from retrieval.parse.open import read
from retrieval.parse.registry import suffixes

OUTCOMES = ("read", "warned", "refused", "crashed", "over the limit")


def main() -> None:
    options = arguments(__doc__, "folders+", log=Path, seconds=60.0, ocr=False)
    log, rows = ResultLog(options.log), []
    for folder in options.folders:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            key = f"{folder.name}/{path.relative_to(folder)}"
            rows.append(log.get(key, lambda: opened(path, options.seconds, options.ocr)))  # noqa: B023
    table = Table("suffix", "files", *OUTCOMES, "seconds", "slowest file, s")
    for suffix in sorted({kind(row) for row in rows} - {"others"}):
        add(table, suffix, [row for row in rows if kind(row) == suffix])
    add(table, "others", [row for row in rows if kind(row) == "others"])
    add(table, "all", rows)
    table.note(f"Limit: {options.seconds:.0f} s a file; OCR {'on' if options.ocr else 'off'}.")
    refusals = Table("refused because", "files")
    reasons = Counter(
        re.sub(r"\d+ pages", "n pages", row["why"]) for row in rows if row["was"] == "refused"
    )
    for message, files in reasons.most_common():
        refusals.add(message, files)
    for row in rows:
        if row["was"] in OUTCOMES[3:]:
            tell(f"{row['key']}: {row['was']} {row['why']}")


def kind(row: Row) -> str:
    suffix = Path(row["key"]).suffix.lower()
    return suffix if suffix in suffixes() else "others"


def add(table: Table, name: str, rows: list[Row]) -> None:
    if rows:
        counts = Counter(row["was"] for row in rows)
        total, slowest = (f(row["seconds"] for row in rows) for f in (sum, max))
        cells = [counts[was] for was in OUTCOMES]
        table.add(name, len(rows), *cells, f"{total:.0f}", f"{slowest:.1f}")


def opened(path: Path, limit: float, with_ocr: bool) -> Row:
    """How it went: one of OUTCOMES, why, and the seconds it took."""
    context = multiprocessing.get_context("fork")  # no imports for every file
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=report, args=(path, with_ocr, theirs))

    def outcome() -> Row:
        process.start()
        theirs.close()
        try:
            if not ours.poll(limit):
                return {"was": "over the limit", "why": ""}
            result: Row = ours.recv()
            return result
        except EOFError:
            return {"was": "crashed", "why": "the process died"}
        finally:
            with suppress(ProcessLookupError):  # its own workers end with it
                os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()

    result, took = timed(outcome)
    return {**result, "seconds": round(took, 2)}


def report(path: Path, with_ocr: bool, to: Connection) -> None:
    """Read the file and send how it went; in a group of processes of its own."""
    os.setsid()
    if not with_ocr:
        sys.modules["rapidocr"] = None  # type: ignore[assignment]  # as where it is not installed
    try:
        document = read(path)
        why = "; ".join(document.warnings)
        to.send({"was": "warned" if why or document.silent else "read", "why": why})
    except DocAgentError as error:
        message = re.sub(r" ?\(.*\)", "", str(error).replace(path.name, "FILE"))
        was = "crashed" if "crashed" in message else "refused"  # a worker of its own may have
        to.send({"was": was, "why": message if was == "refused" else str(error)})
    except BaseException as error:  # noqa: BLE001  (it is what is counted)
        place = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
        to.send({"was": "crashed", "why": why})


if __name__ == "__main__":
    main()
