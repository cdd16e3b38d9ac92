"""Fields of a paragraph: what Word shows is their result, and not what they are computed of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from retrieval.parse.word.equations import equation, is_equation

CODE = "code"  # marks words that are the code of a field
Piece = tuple[str, str]  # words, and what they are


@dataclass
class _Field:
    code: str = ""
    inner: list[Piece] = field(default_factory=list)  # results of the fields in its code
    result: list[Piece] = field(default_factory=list)
    in_code: bool = True

    def shown(self) -> list[Piece]:
        return [(equation(self.code), "formula")] if is_equation(self.code) else self.result


def shown(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces without fields that are only part of another's code; formulas for EQ fields.

    Pieces that begin, part and end a field are marked so ("begin", "separate", "end"). Code that
    stands in no field is given as it is.
    """
    open_: list[_Field] = []
    for words, mark in pieces:
        if mark == "begin":
            open_.append(_Field())
        elif mark == "separate":
            if open_:
                open_[-1].in_code = False
        elif mark == "end":
            if open_:
                yield from _put(open_, open_.pop().shown())
        elif mark == CODE and open_:
            open_[-1].code += words
        elif mark == CODE:
            yield words, CODE
        else:
            yield from _put(open_, [(words, mark)])
    for each in open_:  # it ends in another paragraph
        yield from [*each.inner, *each.result]


def _put(open_: list[_Field], pieces: list[Piece]) -> list[Piece]:
    """To the field they stand in; returned where they stand in none."""
    if not open_:
        return pieces
    last = open_[-1]
    if last.in_code:
        last.inner += pieces
        last.code += "".join(words for words, _ in pieces)
    else:
        last.result += pieces
    return []
