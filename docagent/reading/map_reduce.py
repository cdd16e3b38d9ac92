"""One prompt for each part of a document: asked a few at a time, and each reply paid for once.

Both `--strategy read` and `summarize` go through here; what they make of the replies is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage

    from docagent.model import Model
    from docagent.reply_cache import ReplyCache

_FAILURES = 8  # in a row: then there is no point in asking on


@dataclass(frozen=True, slots=True)
class Reply:
    """The reply to a prompt by its number from 0; `error` says why there is none.

    `cached`: it was paid for by an earlier run.
    """

    number: int
    text: str
    error: Exception | None = None
    cached: bool = False


def replies(
    model: Model,
    cache: ReplyCache,
    prompts: Iterable[list[BaseMessage]],
    max_tokens: int,
    batch: int | None = None,
    first_batch: int | None = None,
) -> Iterator[Reply]:
    """The replies to all prompts as they come, those in the cache first.

    Prompts are made `batch` at a time (as many as the model takes), at first perhaps fewer, and a
    batch is done before the next is begun. A prompt that fails costs no other. Raises the last
    error where eight that were asked fail one after the other, as with a server that is down, or
    where there is no reply at all.
    """
    left, first, failures, succeeded = iter(prompts), 0, 0, False
    error: Exception | None = None
    batch = batch or model.at_once
    size = first_batch or batch
    while group := list(islice(left, size)):
        for reply in _replies(model, cache, group, first, max_tokens):
            succeeded = succeeded or reply.error is None
            if reply.error:
                error, failures = reply.error, failures + 1
            elif not reply.cached:
                failures = 0
            if error and failures == _FAILURES:
                raise error
            yield reply
        first, size = first + len(group), batch
    if error and not succeeded:
        raise error


def is_cached(model: Model, cache: ReplyCache, prompt: list[BaseMessage]) -> bool:
    """Whether the reply to a prompt would cost nothing."""
    return cache.get(*_key(model, prompt)) is not None


def _replies(
    model: Model, cache: ReplyCache, prompts: list[list[BaseMessage]], first: int, max_tokens: int
) -> Iterator[Reply]:
    new = []
    for number, prompt in enumerate(prompts):
        text = cache.get(*_key(model, prompt))
        if text is None:
            new.append(number)
        else:
            yield Reply(first + number, text, cached=True)
    answers = _paid(model, cache, [prompts[number] for number in new], max_tokens)
    # On a CPU they are read one by one. Else all are in work at once, and whoever breaks off after
    # the first has paid for the others too: all of them are cached before the first is handed on.
    for place, message in answers if model.hands_on else list(answers):
        if isinstance(message, Exception):
            yield Reply(first + new[place], "", _for_users(message))
        else:
            yield Reply(first + new[place], message.text)


def _paid(
    model: Model, cache: ReplyCache, prompts: list[list[BaseMessage]], max_tokens: int
) -> Iterator[tuple[int, AIMessage | Exception]]:
    for number, message in model.replies(prompts, max_tokens=max_tokens):
        if not isinstance(message, Exception):
            cache.put(message.text, *_key(model, prompts[number]))
        yield number, message


def _for_users(error: Exception) -> Exception:
    """What a user can do about an error, where that is known."""
    from docagent.engine.servers.errors import user_error

    return error if isinstance(error, DocAgentError) else user_error(error) or error


def _key(model: Model, prompt: list[BaseMessage]) -> tuple[str, ...]:
    """All that a reply depends on."""
    return "reply", model.identity, *(str(message.content) for message in prompt)
