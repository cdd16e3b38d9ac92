"""What kind of summary is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from docagent.errors import DocAgentError

LENGTHS = {"short": 4, "medium": 10, "long": 16}  # sentences of the whole
_MOST = 60


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """Its length in sentences, what it is to look at, and the language it is to be in."""

    sentences: int
    focus: str = ""
    language: str = ""

    @property
    def section(self) -> int:
        """Sentences for one section among several."""
        return min(8, max(1, self.sentences // 3))


def wanted(length: str | int = "medium", focus: str = "", language: str = "") -> SummaryOptions:
    """`length` is short, medium, long or a number of sentences. Raises DocAgentError otherwise."""
    told = str(length).strip().lower()
    number = LENGTHS.get(told, int(told) if told.isdecimal() else 0)
    if not 1 <= number <= _MOST:
        raise DocAgentError(
            f"A length is short, medium, long or a number of sentences up to {_MOST}, "
            f"not {length!r}."
        )
    return SummaryOptions(number, " ".join(focus.split()), " ".join(language.split()))
