"""Notes and threaded comments on the cells of a sheet."""

from __future__ import annotations

import re
from typing import Any
from zipfile import ZipFile

from retrieval.parse.builder import Builder
from retrieval.parse.office.package import Relation, parse_xml, read_part
from retrieval.parse.office.parts import by_author, odd_part

_ROW = re.compile(r"[A-Z]+(\d+)")
_Comments = dict[int, list[tuple[str, str]]]


def sheet_comments(
    archive: ZipFile, parts: list[Relation], people: list[str], builder: Builder
) -> _Comments:
    """Row -> what each comment on it is, and its words; rows in order."""
    found: list[tuple[int, str, str]] = []
    for part in parts:
        with odd_part(builder, "its comments"):
            if part.kind == "comments":
                found += _notes(parse_xml(read_part(archive, part.target)))
            elif part.kind == "threadedComment":
                names = _names(archive, people)
                found += _thread(parse_xml(read_part(archive, part.target)), names)
    comments: _Comments = {}
    for row, author, text in sorted(found, key=lambda each: each[0]):
        comments.setdefault(row, []).append((by_author(author), text))
    return comments


def _row(reference: str | None) -> int:
    match = _ROW.match(reference or "")
    return int(match[1]) if match else 0


def _notes(root: Any) -> list[tuple[int, str, str]]:
    authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
    notes = []
    for comment in root.iter("{*}comment"):
        number = int(comment.get("authorId", "0"))
        author = authors[number] if number < len(authors) else ""
        if author.startswith("tc="):
            continue  # what an old program shows in place of a thread
        text = "".join(t.text or "" for t in comment.iterfind("{*}text//{*}t"))
        text = text.strip().removeprefix(f"{author}:").strip()
        notes.append((_row(comment.get("ref")), author, text))
    return notes


def _names(archive: ZipFile, people: list[str]) -> dict[str, str]:
    names = {}
    for part in people:
        for person in parse_xml(read_part(archive, part)).iter("{*}person"):
            names[person.get("id", "")] = person.get("displayName", "")
    return names


def _thread(root: Any, names: dict[str, str]) -> list[tuple[int, str, str]]:
    return [
        (
            _row(comment.get("ref")),
            names.get(comment.get("personId", ""), ""),
            "".join(text.text or "" for text in comment.iterfind("{*}text")),
        )
        for comment in root.iter("{*}threadedComment")
    ]
