"""Calendars (.ics): an event under its name, with time, place and people."""

from __future__ import annotations

from pathlib import Path

from retrieval.parse.builder import Builder
from retrieval.parse.calendar import add_calendar
from retrieval.parse.decode import file_text, stem
from retrieval.parse.document import Document
from retrieval.parse.formats.text import read_text
from retrieval.parse.registry import Format, register


def read_calendar(path: Path, *_: object) -> Document:
    """Parse an .ics file; one without an event is read as text.

    Raises DocumentError if it is empty or is not text.
    """
    text, warnings = file_text(path)
    builder = Builder()
    builder.warnings += warnings
    add_calendar(builder, text)
    if not builder.blocks:
        return read_text(path)
    return builder.document(stem(path), path.name)


def is_calendar(_: Path, start: bytes) -> bool:
    return start.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR")


register(Format("ics", (".ics", ".ical"), read_calendar, detects=is_calendar))
