"""Shows the pages that an answer cites, the words marked: in a notebook, or else in a browser."""

from __future__ import annotations

import base64
import logging
import os
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from docagent.sanitize import plain

log = logging.getLogger("docagent")

# Nothing is fetched and nothing runs, whatever a document says.
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>docagent</title>
<style>
 body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
 img { width: 100%; border: 1px solid #888 }
 .text { white-space: pre-wrap }
</style>
"""


class Marked(NamedTuple):
    """What is shown of one citation: its line, where to open the file, its pages as PNG files."""

    line: str
    link: str
    pictures: tuple[bytes, ...]


def link(source: str, page: int | None) -> str:
    """`file:///papers/report.pdf#page=37`; "" for what is no file here."""
    path = Path(source)
    if not path.is_file():
        return ""
    return path.absolute().as_uri() + (f"#page={page}" if page else "")


def page(text: str, citations: Sequence[Marked]) -> str:
    """An HTML page of its own; all words are escaped."""
    parts = [f'{_HEAD}<main><p class="text">{escape(plain(text))}</p>']
    for number, one in enumerate(citations, 1):
        line = escape(plain(one.line))
        opened = f' <a href="{escape(one.link)}">Open the file</a>' if one.link else ""
        parts.append(f'<section id="c{number}"><p class="text">{line}{opened}</p>')
        for picture in one.pictures:
            data = base64.b64encode(picture).decode()
            parts.append(f'<img src="data:image/png;base64,{data}" alt="The page, marked">')
        parts.append("</section>")
    return "".join([*parts, "</main></html>"])


def in_notebook() -> bool:
    """Whether this runs in a kernel that shows pictures."""
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def display(text: str, citations: Sequence[Marked]) -> None:
    """Below the cell of a notebook; all words are escaped."""
    from IPython.display import HTML, Image
    from IPython.display import display as put

    put(HTML(f"<p>{escape(plain(text))}</p>"))
    for one in citations:
        put(HTML(f"<p>{escape(plain(one.line))}</p>"))
        for picture in one.pictures:
            put(Image(data=picture, format="png", width=720))


def open_page(html: str) -> Path:
    """Write a page where only this user reads it, and open it where there is a display."""
    file = Path(tempfile.mkdtemp(prefix="docagent-")) / "answer.html"
    file.write_text(html, encoding="utf-8")
    opened = _has_display() and webbrowser.open(file.as_uri())
    log.info("%s %s", "The marked pages are open:" if opened else "The marked pages:", file)
    return file


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
