"""A model's draft: its sentences with their markers, and which of them claim something."""

from __future__ import annotations

import re

from docagent.grounding.figures import figures
from retrieval.chunk.sentences import sentences
from retrieval.lexical.tokens import query_terms

_NUMBERS = r"\d{1,2}(?:\s*[,;]\s*\d{1,2})*"
MARKER = re.compile(rf"\s*\[({_NUMBERS})\]")
"""The marker of a citation, "[3]" or "[3, 4]", with the space before it."""
_LEADING = re.compile(rf"(?:{MARKER.pattern})+")
_BRACKET = re.compile(rf"\[(?={_NUMBERS}\])")
ITEM = re.compile(r"^\s*(?:[-*•]+|\d{1,2}[.)])\s+")
"""The bullet or number of a list's item, which is no figure."""
_QUOTATION = re.compile(r"^\s*[\"“„«][^\"“”„«»]+[\"”“»][.,:;]?\s*$")
_CLOSING = re.compile(r"[\"“”»]")
# Not every new line: a quote keeps the lines of its page.
_LINE_END = re.compile(
    r"(?<=[.!?:;\]\"”»。！？])[ \t]*\n|\n(?=\s*(?:[-*•#]|\d{1,2}[.)])\s)|\n\s*\n"
)
_NO_CLAIM = re.compile(r"[?:]\W*$")
# "The document does not say ..." tells of the document, and no passage could prove it.
_REFUSED = re.compile(
    r"\b(?:documents?|passages?|text|sources?|excerpts?|evidence)\b[^.]*\b(?:not|no|nothing)\b"
    r"|\bno (?:information|mention)\b",
    re.IGNORECASE,
)
# What answers say of themselves, stemmed: "In summary", "Here is what the passages say:".
_ABOUT_ITSELF = frozenset({
    "accord", "answer", "base", "conclus", "document", "excerpt", "follow", "given", "greet",
    "hello", "here", "hi", "hope", "help", "inform", "mention", "note", "okay", "ok", "passag",
    "provid", "question", "say", "short", "sourc", "state", "sum", "summari", "sure", "text",
    "thank", "thus", "yes", "you", "your",
})  # fmt: skip
_HEADING = 5  # words; a line of so few without a full stop or a figure is a heading


def numbers(text: str) -> list[int]:
    """The numbers of all citations that a text has markers for, in order."""
    return [
        int(number) for match in MARKER.finditer(text) for number in re.findall(r"\d+", match[1])
    ]


def without_markers(text: str) -> str:
    """A document's text in which no "[3]" looks like the marker of a citation of ours."""
    return _BRACKET.sub("[ ", text)


def is_claim(sentence: str) -> bool:
    """Whether a sentence says something of the document's matter that a passage could bear out.

    Not questions, headings, lead-ins that end in a colon, refusals, or remarks on the answer.
    """
    said = statement(sentence)
    if _NO_CLAIM.search(said) or _REFUSED.search(said) or not any(map(str.isalnum, said)):
        return False
    if figures(said):
        return True
    if said.startswith("#"):
        return False
    short = len(said.split()) <= _HEADING and not re.search(r"\w[.!。！।]+\W*$", said)
    if short and not MARKER.search(sentence):
        return False
    return not set(query_terms(said)) <= _ABOUT_ITSELF


def statement(sentence: str) -> str:
    """A sentence without its markers and the bullet or number of a list."""
    return ITEM.sub("", MARKER.sub("", sentence)).strip()


def sentences_with_markers(text: str) -> list[tuple[int, int]]:
    """Sentences and lines, each with the markers that stand behind its full stop.

    Words in quotation marks belong to the sentence they are the ground for.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for line in [*_LINE_END.finditer(text), None]:
        spans += _of_line(text, begin, line.end() if line else len(text))
        begin = line.end() if line else begin
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = text[slice(*joined[-1])] if joined else ""
        if _QUOTATION.match(before) or (_open(before) and _CLOSING.search(text[start:end])):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _open(text: str) -> bool:
    """Whether it ends between quotation marks."""
    german = text.count("„")
    english = text.count("“") - text.count("”")
    open_ = german > text.count("“") + text.count("”") if german else english > 0
    return open_ or text.count("«") > text.count("»") or text.count('"') % 2 == 1


def _of_line(text: str, first: int, last: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for start, end in sentences(text, first, last):
        if spans and not MARKER.sub("", text[start:end]).strip(" ."):
            spans[-1] = spans[-1][0], end
            continue
        # "... rose. [2] Costs fell. [3]": the sentence cut has put [2] at the head of the next.
        leading = _LEADING.match(text[start:end])
        if leading and spans:
            spans[-1] = spans[-1][0], start + leading.end()
            start += leading.end()
        spans.append((start, end))
    return spans
