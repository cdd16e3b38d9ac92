"""The author's own commands of a LaTeX source, written out: \\price of \\newcommand\\price{4}."""

from __future__ import annotations

import re

from retrieval.parse.latex import Argument

_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\*?\s*"
    r"(?:\{\s*\\([A-Za-z@]+)\s*\}|\\([A-Za-z@]+))\s*(?:\[(\d)\])?\s*(\[[^\]]*\])?\s*(?=\{)"
    r"|\\(?:e|g|x)?def\s*\\([A-Za-z@]+)((?:#\d)*)\s*(?=\{)"
)
_UNSEEN = re.compile(r"\\begin\{comment\}.*?\\end\{comment\}|\\iffalse\b.*?\\fi\b", re.DOTALL)
_ROUNDS = 5  # commands in the texts of others
_LARGEST = 4  # times as long as the source, which is a bomb beyond that
_FEW = 500  # commands


def written_out(source: str) -> str:
    """The source without its definitions, their commands replaced by what they stand for."""
    source = _UNSEEN.sub("", source)
    known: dict[str, tuple[int, str | None, str]] = {}  # arguments, the first if left out, text
    kept, at = [], 0
    for match in _DEFINED.finditer(source):
        if match.start() < at or len(known) >= _FEW:
            continue
        body = Argument(source, match.end())
        name = match[1] or match[2] or match[5]
        count = len(match[6]) // 2 if match[6] else int(match[3] or 0)
        known[name] = count, match[4][1:-1] if match[4] else None, body.inner
        kept.append(source[at : match.start()])
        at = body.end
    source = "".join([*kept, source[at:]])
    if not known:
        return source
    command = re.compile(rf"\\({'|'.join(sorted(known, key=len, reverse=True))})(?![A-Za-z@])")
    longest = _LARGEST * len(source) + 10_000
    for _ in range(_ROUNDS):
        written = _once(source, command, known)
        if written == source or len(written) > longest:
            break
        source = written
    return source


def _once(
    source: str, command: re.Pattern[str], known: dict[str, tuple[int, str | None, str]]
) -> str:
    parts, at = [], 0
    for match in command.finditer(source):
        if match.start() < at:  # within the argument of another
            continue
        count, optional, text = known[match[1]]
        end, given = match.end(), []
        if count and optional is not None:
            option = re.compile(r"\[([^\]]*)\]").match(source, end)
            given.append(option[1] if option else optional)
            end = option.end() if option else end
        while len(given) < count:
            argument = Argument(source, end)
            given.append(argument.inner)
            end = argument.end
        for number, words in enumerate(given, 1):
            text = text.replace(f"#{number}", words)
        parts += [source[at : match.start()], text]
        at = end
    return "".join([*parts, source[at:]])
