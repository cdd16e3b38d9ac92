"""What kind of summary is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from docagent.errors import DocAgentError

LENGTHS = {"short": 4, "medium": 10, "long": 16}  # sentences of the whole
_MOST = 60


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """Its length in sentences, what it looks at, and the language it is written in."""

    sentences: int
    focus: str = ""
    language: str = ""

    @property
    def section(self) -> int:
        """Sentences for one section among several."""
        return min(8, max(1, self.sentences // 3))


def summary_options(
    length: str | int = "medium", focus: str = "", language: str = ""
) -> SummaryOptions:
    """`length` is short, medium, long or a number of sentences. Raises DocAgentError otherwise."""
    word = str(length).strip().lower()
    number = LENGTHS.get(word, int(word) if word.isdecimal() else 0)
    if not 1 <= number <= _MOST:
        raise DocAgentError(
            f"A length is short, medium, long or a number of sentences up to {_MOST}, "
            f"not {length!r}."
        )
    return SummaryOptions(number, " ".join(focus.split()), " ".join(language.split()))
