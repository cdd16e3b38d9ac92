"""docagent doctor FILE: how a document is read, and what of it is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docagent.cli.progress import Screen, notices
from docagent.errors import DocAgentError
from docagent.sanitize import one_line

if TYPE_CHECKING:
    from retrieval.parse.document import Document


def report(paths: list[str], password: str | None) -> int:
    """Print a report on each file; exit status 1 if one cannot be read.

    Raises DocumentError where a path leads to no file.
    """
    from retrieval.files import readable_files
    from retrieval.parse.open import read

    status = 0
    with notices():
        named, searched = readable_files([Path(path) for path in paths])
        for path in [*named, *searched]:
            try:
                with Screen() as screen:
                    document = read(path, password, screen.show)
            except DocAgentError as error:
                print(f"FAILED  {one_line(str(error))}", flush=True)
                status = 1
            else:
                print("\n".join(_lines(path.name, document)), flush=True)
    return status


def _lines(name: str, document: Document) -> list[str]:
    from retrieval.parse.document import ranges

    counts = [(len(document.blocks), "block"), (len(document.text), "character")]
    if document.pages:
        counts.insert(0, (len(document.pages), document.unit))
    told = ", ".join(f"{count:,} {what}{'' if count == 1 else 's'}" for count, what in counts)
    lines = [f"ok      {one_line(name)}: {told}"]
    lines += [f"        warning: {one_line(warning)}" for warning in document.warnings]
    if document.silent:
        lines.append(f"        no text on {document.unit} {ranges(document.silent)}")
    for page, words in document.hidden:
        place = f" on {document.unit} {page}" if page else ""
        lines.append(f'        hidden{place}: "{one_line(words)}"')
    return lines
