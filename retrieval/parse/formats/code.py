"""Source code and other text with lines of its own: the text as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from retrieval.parse.decode import file_text, line_spans
from retrieval.parse.document import Block, Document
from retrieval.parse.registry import Format, register

_SUFFIXES = """
    py pyi js mjs cjs ts tsx jsx java kt kts scala groovy c h cc cpp cxx hpp hh m mm cs go
    rs rb php pl pm lua r jl swift dart ex exs erl hs ml clj lisp el vim sh bash zsh fish ps1 bat
    sql css scss less vue svelte proto graphql tf gradle cmake mk toml yaml yml ini cfg conf
    properties xsd xsl bib log diff patch"""
# Where a definition begins, in the languages most written: no parser for each of them.
_DEFINITION = re.compile(
    r"""[ \t]*(?:(?:export|default|pub(?:\([^)]*\))?|public|private|protected|internal|static|final
        |abstract|async|override|open|sealed|data|unsafe|extern|virtual|inline)\s+)*
        (?:(?:def|class|function\*?|func|fn|interface|trait|impl|struct|enum|module|namespace
        |object|protocol|extension|sub|type)\s+[\w$:<(*&~\[]
        |(?i:create\s+(?:or\s+replace\s+)?(?:table|view|function|procedure|index)\b))""",
    re.VERBOSE,
)
# Style, settings and logs define nothing; their lines may begin with the same words.
_PLAIN = "css scss less toml yaml yml ini cfg conf properties bib log diff patch"
_BRACE = re.compile(
    r"[A-Za-z_][\w\s*&:<>,~\[\]]*\([^;{}]*\)\s*(?:const\s*)?\{?\s*$"
)  # int main() {
_NO_CALL = re.compile(r"(?:if|for|while|switch|return|else|catch|with|elif|assert|raise)\b")


def read_code(path: Path, *_: object) -> Document:
    """Parse source code: functions and classes become headings, runs of lines paragraphs.

    Raises DocumentError for an empty file and for one that is not text.
    """
    text, warnings = file_text(path)
    return Document(
        path.name,
        text,
        (),
        tuple(_blocks(text, path.suffix.lower()[1:] not in _PLAIN.split())),
        places=((0, "line 1"),),
        warnings=warnings,
    )


def _blocks(text: str, defines: bool) -> Iterator[Block]:
    start: int | None = None
    last = 0
    for begin, end in line_spans(text):
        line = text[begin:end]
        level = _level(line) if defines else 0
        if start is not None and (level or not line.strip()):
            yield Block("text", start, last)
            start = None
        if level:
            yield Block("heading", begin + len(line) - len(line.lstrip()), end, level)
        elif line.strip():
            start, last = begin if start is None else start, end
    if start is not None:
        yield Block("text", start, last)


def _level(line: str) -> int:
    """1 for a definition at the margin, more for one inside another, 0 for any other line."""
    if len(line) > 160:
        return 0
    if _DEFINITION.match(line):
        indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        return min(1 + (indent + 2) // 4, 6)
    return int(bool(_BRACE.match(line)) and not _NO_CALL.match(line) and line.rstrip()[-1] == "{")


register(Format("code", tuple(f".{suffix}" for suffix in _SUFFIXES.split()), read_code))
