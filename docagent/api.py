"""The Python surface: an agent that keeps its model and its open documents."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.answer import Answer
from docagent.events import Event, Progress
from docagent.model import Model
from docagent.pipeline import ask
from docagent.settings import Settings
from docagent.tools import checked_tools

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool

    from docagent.reply_cache import ReplyCache
    from docagent.session import Session
    from docagent.summary.summary import Reported, Summary
    from retrieval.corpus import Corpus
    from retrieval.ranking.rerank import Reranker

log = logging.getLogger("docagent")

Paths = str | Path | Sequence[str | Path]


class DocAgent:
    """Answers questions on documents; every claim comes with the words it stands on.

        agent = DocAgent(model="auto")
        answer = agent.ask("report.pdf", "What was the operating margin in 2022?")

    `model` is a name as `--model` takes it, or any LangChain chat model; `tools` are LangChain
    tools that the strategy `agent` may use besides its own; `options` are the other fields of
    `Settings`. Raises DocAgentError for a tool that has the name of one of docagent's.
    """

    def __init__(
        self,
        model: str | BaseChatModel = "auto",
        tools: Sequence[BaseTool] = (),
        **options: Any,
    ) -> None:
        name = model if isinstance(model, str) else type(model).__name__
        if model == "auto" and os.environ.get("DOCAGENT_MODEL", "").strip() == "none":
            name = "none"
        self.settings = replace(Settings(model=name), **options)
        self.tools = checked_tools(tools)
        self._given = None if isinstance(model, str) else model
        self._open: dict[tuple[object, ...], Corpus] = {}
        self._lock = threading.RLock()

    def ask(self, paths: Paths, question: str) -> Answer:
        """Ask one or more documents. Raises DocAgentError, with a line that says what to do."""
        for event in self.stream(paths, question):
            if isinstance(event, Answer):
                return event
        raise AssertionError("the last event is the answer")

    def stream(self, paths: Paths, question: str) -> Iterator[Event]:
        """The same as it happens: progress, steps, tokens, and last the answer."""
        from retrieval.query import readable

        question = readable(question)
        yield from ask(self, [paths] if isinstance(paths, str | Path) else paths, question)

    def chat(self, paths: Paths) -> Session:
        """A conversation about documents: each question may refer to those before it."""
        from docagent.session import Session

        return Session(self, paths)

    async def aask(self, paths: Paths, question: str) -> Answer:
        """`ask` without holding up the event loop."""
        return await asyncio.to_thread(self.ask, paths, question)

    async def astream(self, paths: Paths, question: str) -> AsyncIterator[Event]:
        """`stream` without holding up the event loop."""
        events = self.stream(paths, question)
        try:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                yield event
        finally:
            events.close()  # type: ignore[attr-defined]

    def summarize(
        self, paths: Paths, *, length: str | int = "medium", focus: str = "", language: str = ""
    ) -> Summary:
        """Read documents as a whole and summarise them; each sentence has its page.

        `length` is short, medium, long or a number of sentences, `focus` what to look at,
        `language` the name of the one to write in. What is read is kept: a run that was broken
        off goes on, a second one is free. Raises DocAgentError, with a line that says what to do.
        """
        from docagent.summary.summary import Summary

        for event in self.stream_summary(paths, length=length, focus=focus, language=language):
            if isinstance(event, Summary):
                return event
        raise AssertionError("the last event is the summary")

    def stream_summary(
        self, paths: Paths, *, length: str | int = "medium", focus: str = "", language: str = ""
    ) -> Iterator[Reported]:
        """The same as it happens: progress, steps, sections, and last the summary."""
        from docagent.summary.options import wanted
        from docagent.summary.summarize import summarize

        given = [paths] if isinstance(paths, str | Path) else paths
        yield from summarize(self, given, wanted(length, focus, language))

    async def asummarize(
        self, paths: Paths, *, length: str | int = "medium", focus: str = "", language: str = ""
    ) -> Summary:
        """`summarize` without holding up the event loop."""
        return await asyncio.to_thread(
            self.summarize, paths, length=length, focus=focus, language=language
        )

    def open(
        self, paths: Sequence[str | Path], wait: bool = False
    ) -> Generator[Progress, None, Corpus]:
        """The corpus of these paths, kept open until one of its files changes.

        Without `wait`, questions are answered while the vectors of a large one are still made.
        """
        from retrieval.corpus import Corpus

        with self._lock:
            known = self._open.get(self._state(paths))
        if known is None:
            progress: list[Progress] = []
            known = Corpus.open(
                paths,
                embedding=self.settings.embedding,
                cache=self.settings.cache,
                password=self.settings.password,
                wait=wait,
                emit=progress.append,
            )
            yield from progress
            with self._lock:
                self.close()
                self._open = {self._state(paths): known}
        elif wait:
            known.complete()
        return known

    @property
    def pending(self) -> int:
        """Passages of the open documents that lack a vector."""
        return sum(corpus.pending for corpus in self._open.values())

    def complete(self) -> Generator[Progress]:
        """Make the vectors that the answers did not wait for."""
        progress: list[Progress] = []
        for corpus in self._open.values():
            corpus.complete(progress.append)
        yield from progress

    def close(self) -> None:
        """Let go of the documents; what is not embedded yet is so at the next question."""
        for corpus in self._open.values():
            corpus.close()
        self._open = {}

    def language_model(self) -> Model | None:
        """The language model for one question, which counts what that takes; None for `none`."""
        if self._given is None and self.settings.model == "none":
            return None
        with self._lock:
            return Model(self.chat_model, kept=self.kept)

    @cached_property
    def chat_model(self) -> BaseChatModel:
        """The chat model, loaded when it is first needed."""
        if self._given is not None:
            return self._given
        from docagent.engine.resolve import resolve
        from retrieval.folders import cache_folder

        chat, told = resolve(self.settings.model, self.settings.cache or cache_folder())
        log.info(told)
        return chat

    @cached_property
    def kept(self) -> ReplyCache:
        """What models made of parts of documents before, on disk."""
        from docagent.reply_cache import ReplyCache
        from retrieval.folders import cache_folder

        return ReplyCache(Path(self.settings.cache or cache_folder()))

    @cached_property
    def reranker(self) -> Reranker | None:
        """What looks at the first passages again, if anything is to."""
        from docagent.answering.rerank import ModelReranker
        from retrieval.ranking.rerank import CrossEncoder

        if self.settings.rerank == "none":
            return None
        if self.settings.rerank == "model":
            return ModelReranker(self.chat_model)
        return CrossEncoder(self.settings.rerank)

    def _state(self, paths: Sequence[str | Path]) -> tuple[object, ...]:
        """Names, sizes and times of all files: another state is another corpus."""
        from retrieval.files import matches_of
        from retrieval.folders import cache_folder
        from retrieval.store.cache import Cache
        from retrieval.store.collections import Collections

        cache = Cache(Path(self.settings.cache or cache_folder()))
        state: list[object] = []
        given = Collections(cache).expand(paths)
        for path in [match for one in given for match in matches_of(one)]:
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                try:
                    told = file.stat()
                except OSError:
                    continue  # opening it says what is wrong
                state.append((str(file), told.st_size, told.st_mtime_ns))
        return tuple(state)
