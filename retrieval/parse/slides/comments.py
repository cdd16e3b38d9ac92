"""Comments on a slide, as PowerPoint writes them and as it did before 2021."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrieval.parse.office.drawing import A, paragraph_text
from retrieval.parse.office.package import parse_xml
from retrieval.parse.office.parts import by_author, related


def comment_authors(presentation: Any) -> dict[str, str]:
    """Id -> name."""
    names = {}
    for kind in ("commentAuthors", "authors"):
        for part in related(presentation, kind):
            for author in parse_xml(part.blob).iter("{*}cmAuthor", "{*}author"):
                names[author.get("id", "")] = author.get("name", "")
    return names


def slide_comments(slide: Any, authors: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What each comment is, and its words; answers follow what they answer."""
    for part in related(slide, "comments"):
        for comment in parse_xml(part.blob).iter("{*}cm", "{*}reply"):
            body = comment.find("{*}txBody")
            if body is None:
                text = comment.findtext("{*}text") or ""
            else:
                text = "\n".join(map(paragraph_text, body.iterfind(f"{A}p")))
            yield by_author(authors.get(comment.get("authorId", ""))), text
