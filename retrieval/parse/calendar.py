"""Events of a calendar (iCalendar) into blocks: what, when, where, who."""

from __future__ import annotations

import re

from retrieval.parse.builder import Builder

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^:;"]+(?:"[^"]*")?)*):(.*)')
_ESCAPE = re.compile(r"\\([\\;,nN])")
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z?))?")
_NAMED = {
    "DTSTART": "Begins",
    "DTEND": "Ends",
    "DUE": "Due",
    "DURATION": "Lasts",
    "LOCATION": "Place",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Invited",
    "RRULE": "Repeats",
    "STATUS": "Status",
}
_KINDS = ("VEVENT", "VTODO", "VJOURNAL")


def add_calendar(builder: Builder, text: str) -> None:
    """Each event under its name."""
    event: list[tuple[str, str, str]] = []
    inside: list[str] = []
    for line in _FOLD.sub("", text).splitlines():
        match = _LINE.fullmatch(line.strip())
        if not match:
            continue
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name == "BEGIN":
            inside.append(value.upper())
            event = [] if value.upper() in _KINDS else event
        elif name == "END":
            if inside and inside.pop() in _KINDS:
                _add_event(builder, event)
        elif inside and inside[-1] in _KINDS:
            event.append((name, parameters, value))


def _add_event(builder: Builder, event: list[tuple[str, str, str]]) -> None:
    values = {name: _plain(value) for name, _, value in reversed(event)}
    builder.add("heading", values.get("SUMMARY", "Event"), 2)
    invited = []
    for name, parameters, value in event:
        if name == "ATTENDEE":
            invited.append(_person(parameters, value))
        elif name == "ORGANIZER":
            builder.add("text", f"Organizer: {_person(parameters, value)}")
        elif name in ("DTSTART", "DTEND", "DUE"):
            builder.add("text", f"{_NAMED[name]}: {_time(parameters, value)}")
        elif name == "DURATION":
            builder.add("text", f"{_NAMED[name]}: {_length(value)}")
        elif name in _NAMED and value:
            builder.add("text", f"{_NAMED[name]}: {_plain(value)}")
    if invited:
        builder.add("text", f"Invited: {', '.join(invited)}")
    for name in ("DESCRIPTION", "COMMENT"):
        for paragraph in values.get(name, "").split("\n\n"):
            builder.add("text", paragraph)


def _length(value: str) -> str:
    """ "1 h 30 min" for `PT1H30M`."""
    parts = re.findall(r"(\d+)([WDHMS])", value)
    units = {"W": "weeks", "D": "days", "H": "h", "M": "min", "S": "s"}
    return " ".join(f"{number} {units[unit]}" for number, unit in parts if int(number)) or value


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _parameter(parameters: str, name: str) -> str:
    match = re.search(rf';{name}=("[^"]*"|[^;]*)', parameters, re.IGNORECASE)
    return match[1].strip('"') if match else ""


def _person(parameters: str, value: str) -> str:
    address = re.sub("^mailto:", "", value, flags=re.IGNORECASE)
    name = _parameter(parameters, "CN")
    return f"{name} <{address}>" if name and name != address else address


def _time(parameters: str, value: str) -> str:
    match = _TIME.match(value)
    if not match:
        return value
    zone = "UTC" if match[7] else _parameter(parameters, "TZID")
    text = f"{match[1]}-{match[2]}-{match[3]}" + (f" {match[4]}:{match[5]}" if match[4] else "")
    return f"{text} {zone}".strip() if match[4] else text
