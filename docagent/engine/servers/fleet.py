"""Several servers of one model as one chat model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from docagent.engine.servers.chat import CONCURRENCY, ChatServer
from docagent.engine.servers.routing import Routing, beginning
from docagent.errors import ServerError

_PAUSES = (0.0, 0.5, 1.0, 2.0)  # seconds before each round in which every server is asked
_ELSEWHERE = (None, 408, 409, 429, 500, 502, 503, 504)  # statuses that another server may not give
_LOOK = 0.05  # seconds between two looks for a free place


class ChatFleet(ChatServer):
    """Sends each prompt to the server that has read its beginning, `CONCURRENCY` at once to each.

    A server that cannot be reached, is busy or breaks off hands its question to the next; an answer
    that had begun goes on there, if that says the same so far.
    """

    servers: list[ChatServer]
    _routing: Routing = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Each server counts on its own."""
        super().model_post_init(context)
        self._routing = Routing([str(each.openai_api_base) for each in self.servers], CONCURRENCY)
        self.concurrency = CONCURRENCY * len(self.servers)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        course = _Course(self._routing, messages)
        while course.goes_on:
            server = self.servers[self._place(course)]
            with course.asking():
                result = server._generate(messages, stop, run_manager, **kwargs)
        return result

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        course = _Course(self._routing, messages)
        while course.goes_on:
            server = self.servers[await self._aplace(course)]
            with course.asking():
                result = await server._agenerate(messages, stop, run_manager, **kwargs)
        return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        course = _Course(self._routing, messages)
        while course.goes_on:
            server = self.servers[self._place(course)]
            with course.asking():
                for piece in server._stream(messages, stop, None, **kwargs):
                    chunk = course.new(piece)
                    if run_manager:
                        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        course = _Course(self._routing, messages)
        while course.goes_on:
            server = self.servers[await self._aplace(course)]
            with course.asking():
                async for piece in server._astream(messages, stop, None, **kwargs):
                    chunk = course.new(piece)
                    if run_manager:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk

    def _place(self, course: _Course) -> int:
        """The number of the next server, once it has room."""
        time.sleep(course.pause)
        while (number := course.take()) is None:
            time.sleep(_LOOK)
        return number

    async def _aplace(self, course: _Course) -> int:
        await asyncio.sleep(course.pause)
        while (number := course.take()) is None:
            await asyncio.sleep(_LOOK)
        return number


class _Course:
    """The way of one question from server to server, and what was passed on of its answer."""

    def __init__(self, routing: Routing, messages: list[BaseMessage]) -> None:
        self._routing, self._key = routing, beginning(messages)
        self._rounds = list(_PAUSES)
        self._at: int | None = None
        self._tried: set[int] = set()
        self._said = self._again = ""  # what was passed on, and what of it is to be said again
        self.pause = self._rounds.pop(0)
        self.goes_on = True

    def take(self) -> int | None:
        """A place at the next server; None: for the moment there is none."""
        self._at = self._routing.take(self._key, self._tried)
        return self._at

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While the server is asked. Raises its error where no other would do better."""
        assert self._at is not None
        failed = False
        try:
            yield
            self.goes_on = False
        except ServerError as error:
            failed = error.status in _ELSEWHERE
            if not failed or not self._turn():
                raise
        finally:
            self._routing.give_back(self._at, failed)

    def new(self, piece: ChatGenerationChunk) -> ChatGenerationChunk:
        """A piece without what was passed on before. Raises ServerError if it is another answer."""
        text = piece.text
        known = min(len(text), len(self._again))
        if text[:known] != self._again[:known]:
            raise ServerError("a model server broke off, and the next one answers differently", 400)
        self._again = self._again[known:]
        self._said += text[known:]
        if not known or not isinstance(piece.message, AIMessageChunk):
            return piece
        message = piece.message.model_copy(update={"content": text[known:]})
        return ChatGenerationChunk(message=message, generation_info=piece.generation_info)

    def _turn(self) -> bool:
        """To the next server, or to the next round; whether there is one."""
        assert self._at is not None
        self._tried.add(self._at)
        self._again, self.pause = self._said, 0.0
        if len(self._tried) < len(self._routing):
            return True
        if not self._rounds:
            return False
        self._tried, self.pause = set(), self._rounds.pop(0)
        return True
