"""What a model replied to prompts, kept on disk: no prompt is paid for twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError
from docagent.summary.context import SummaryContext

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_FIRST_BATCH = 2  # prompts: so many tell the speed
_BATCH = 8  # prompts in memory at once
PER_SENTENCE = 45  # tokens that a short sentence takes


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a prompt by its number from 0; `error` tells why there is none."""

    number: int
    text: str
    error: DocAgentError | None = None


def replies(
    work: SummaryContext, prompts: Iterable[list[BaseMessage]], max_tokens: int
) -> Iterator[Reply]:
    """Replies in the order of the prompts, which are made a few at a time.

    Raises DocAgentError if a whole batch gets none: then there is no point in asking on.
    """
    left, number, size = iter(prompts), 0, _FIRST_BATCH
    while batch := list(islice(left, size)):
        yield from _of_batch(work, batch, number, max_tokens)
        number, size = number + len(batch), _BATCH


def known(work: SummaryContext, prompt: Sequence[BaseMessage]) -> bool:
    """Whether its reply is kept."""
    return work.kept.get(*_made_from(work, prompt)) is not None


def _of_batch(
    work: SummaryContext, batch: list[list[BaseMessage]], first: int, max_tokens: int
) -> list[Reply]:
    found: dict[int, Reply] = {}
    for at, prompt in enumerate(batch):
        text = work.kept.get(*_made_from(work, prompt))
        if text is not None:
            found[at] = Reply(first + at, text)
    new = [at for at in range(len(batch)) if at not in found]
    for asked, message in work.model.replies([batch[at] for at in new], max_tokens=max_tokens):
        at = new[asked]
        if isinstance(message, Exception):
            found[at] = Reply(first + at, "", _told(message))
        else:
            work.kept.put(message.text, *_made_from(work, batch[at]))
            found[at] = Reply(first + at, message.text)
    work.steps += len(batch)
    errors = [found[at].error for at in new]
    if new and all(errors):
        raise next(error for error in errors if error)
    return [found[at] for at in range(len(batch))]


def _told(error: Exception) -> DocAgentError:
    """What a user can do something about; errors of the code are raised."""
    from docagent.engine.servers.errors import user_error

    known_error = error if isinstance(error, DocAgentError) else user_error(error)
    if known_error is None:
        raise error
    return known_error


def _made_from(work: SummaryContext, prompt: Sequence[BaseMessage]) -> tuple[str, ...]:
    return "summary", work.model.identity, *(str(message.content) for message in prompt)
