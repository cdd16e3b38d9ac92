"""A range of physical pages, counted from 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrieval.errors import DocAgentError


class PageRange(NamedTuple):
    """`first` to `last`, both included: `passage.page in pages`."""

    first: int
    last: int

    def __contains__(self, page: object) -> bool:
        """Whether a page lies in the range; None, as in formats without pages, does not."""
        return isinstance(page, int) and self.first <= page <= self.last

    @classmethod
    def of(cls, pages: Sequence[int] | None) -> PageRange | None:
        """The range that a caller's pair names; None stays None.

        Raises DocAgentError for anything but two whole numbers with 1 <= first <= last.
        """
        if pages is None:
            return None
        match pages:
            case [int(first), int(last)] if 1 <= first <= last:
                return cls(first, last)
        raise DocAgentError(
            f"pages must be the first and the last page, such as (10, 20), not {pages!r}."
        )
