"""The Python surface: an agent that keeps its model and its open documents."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, Unpack

from docagent.answer import Answer, Usage
from docagent.answering.context import QueryContext
from docagent.errors import DocAgentError
from docagent.events import Emit, Event, Progress, Step, ignore
from docagent.model import Model
from docagent.settings import AskOptions, Settings, SummaryRequest
from docagent.strategy import strategy
from docagent.streaming import stream
from retrieval.files import Paths, path_list
from retrieval.folders import cache_folder
from retrieval.query import readable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.tools import BaseTool

    from docagent.reply_cache import ReplyCache
    from docagent.session import Session
    from docagent.summary.summary import SectionSummary, Summary, SummaryEvent
    from retrieval.corpus import Corpus
    from retrieval.ranking.rerank import Reranker

log = logging.getLogger("docagent")


class DocAgent:
    """Answers questions on documents; every claim comes with the words it stands on.

        with DocAgent() as agent:
            answer = agent.ask("report.pdf", "What was the operating margin in 2022?")
            print(answer)

    `model` is a name as `--model` takes it, or any LangChain chat model; `settings` are the
    defaults of all questions, and `options` are fields of these by name. `tools` are LangChain
    tools that the strategy `agent` may use besides its own. Raises DocAgentError for a setting that
    cannot be, and for a tool that has the name of one of docagent's.
    """

    def __init__(
        self,
        model: str | BaseChatModel = "auto",
        tools: Sequence[BaseTool] = (),
        *,
        settings: Settings | None = None,
        **options: Any,
    ) -> None:
        if unknown := options.keys() - {field.name for field in fields(Settings)}:
            names = ", ".join(sorted(unknown))
            raise TypeError(f"DocAgent has no option {names}; docagent.Settings lists them.")
        if not isinstance(model, str):
            options["model"] = type(model).__name__
        elif model != "auto":
            options["model"] = model
        self.settings = replace(settings or Settings(), **options)
        if self.settings.model == "auto" and os.environ.get("DOCAGENT_MODEL", "").strip() == "none":
            self.settings = replace(self.settings, model="none")
        self.tools: tuple[BaseTool, ...] = ()
        if tools:  # LangChain takes half a second to import
            from docagent.tools import checked_tools

            self.tools = checked_tools(tools)
        self._given = None if isinstance(model, str) else model
        self._open: dict[tuple[object, ...], Corpus] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        given, defaults = asdict(self.settings), asdict(Settings())
        changed = {name: value for name, value in given.items() if value != defaults[name]}
        if "password" in changed:
            changed["password"] = "..."
        return f"DocAgent({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def ask(
        self,
        paths: Paths,
        question: str,
        *,
        emit: Emit = ignore,
        **options: Unpack[AskOptions],
    ) -> Answer:
        """Ask one or more documents, by a path or several.

        `options` are settings for this question alone; `emit` is called with each `Progress`,
        `Step` and `Token`. Raises DocAgentError, with a line that says what to do.
        """
        settings = _replaced(self.settings, options)
        readable(question)  # an empty one is refused before documents are opened
        begun = time.perf_counter()
        corpus = self.open(paths, emit=emit)
        query = corpus.query(question)
        corpus.warn_of_language(query)
        suited = corpus.suited(query, emit)
        opened = time.perf_counter() - begun
        with corpus.undisturbed(), suited.undisturbed():
            suited.encoder.load()  # loading models counts in the total alone
            model, reranker = self.language_model(), self.reranker
            context = QueryContext(
                suited, query, model, settings, self.cache, reranker, self.tools, emit
            )
            draft = strategy(settings.strategy, settings.model)(context)
        return Answer(
            query.text,
            draft.text,
            draft.found,
            tuple(draft.citations),
            model.name if model else "none",
            draft.confidence,
            draft.strategy,
            draft.steps,
            usage=model.usage if model else Usage(),
            seconds={"open": opened, **context.seconds, "total": time.perf_counter() - begun},
            note=draft.note,
            corpus=corpus,
        )

    def stream(self, paths: Paths, question: str, **options: Unpack[AskOptions]) -> Iterator[Event]:
        """The same as it happens: progress, steps, tokens, and last the answer."""
        return stream(lambda emit: self.ask(paths, question, emit=emit, **options))

    def chat(self, paths: Paths) -> Session:
        """A conversation about documents: each question may refer to those before it."""
        from docagent.session import Session

        return Session(self, paths)

    async def aask(self, paths: Paths, question: str, **options: Unpack[AskOptions]) -> Answer:
        """`ask` without holding up the event loop."""
        return await asyncio.to_thread(lambda: self.ask(paths, question, **options))

    async def astream(
        self, paths: Paths, question: str, **options: Unpack[AskOptions]
    ) -> AsyncIterator[Event]:
        """`stream` without holding up the event loop."""
        events = self.stream(paths, question, **options)
        try:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                yield event
        finally:
            events.close()  # type: ignore[attr-defined]

    def summarize(
        self,
        paths: Paths,
        *,
        emit: Callable[[Progress | Step | SectionSummary], None] = ignore,
        **request: Unpack[SummaryRequest],
    ) -> Summary:
        """Read documents as a whole and summarise them; each sentence has its page.

        What is read is kept: a run that was broken off goes on, a second one is free. `emit` is
        called with each `Progress`, `Step` and finished section. Raises DocAgentError, with a line
        that says what to do.
        """
        from docagent.summary.context import SummaryContext, summary_options
        from docagent.summary.summarize import summarize

        options = summary_options(**request)
        begun = time.perf_counter()
        model = self.language_model()
        if model is None and options.language:
            raise DocAgentError(
                f"Without a language model nothing can be written in {options.language}; "
                "leave out --language, or --model none."
            )
        opening = time.perf_counter()  # loading models counts in the total alone
        corpus = self.open(paths, emit=emit)
        opened = time.perf_counter() - opening
        with corpus.undisturbed():
            context = SummaryContext(corpus, model, self.cache, options, self.settings.pages, emit)
            summary = summarize(context)
        total = time.perf_counter() - begun
        return replace(summary, seconds={"open": opened, **summary.seconds, "total": total})

    def stream_summary(
        self, paths: Paths, **request: Unpack[SummaryRequest]
    ) -> Iterator[SummaryEvent]:
        """The same as it happens: progress, steps, sections, and last the summary."""
        return stream(lambda emit: self.summarize(paths, emit=emit, **request))

    async def asummarize(self, paths: Paths, **request: Unpack[SummaryRequest]) -> Summary:
        """`summarize` without holding up the event loop."""
        return await asyncio.to_thread(lambda: self.summarize(paths, **request))

    def prepare(self, paths: Paths, *, emit: Callable[[Progress], None] = ignore) -> Corpus:
        """The corpus of these paths with every vector made, ready for quick answers."""
        return self.open(paths, wait=True, emit=emit)

    def open(
        self, paths: Paths, wait: bool = False, *, emit: Callable[[Progress], None] = ignore
    ) -> Corpus:
        """The corpus of these paths, kept open until one of its files changes.

        Without `wait`, questions are answered while the vectors of a large one are still made.
        """
        from retrieval.corpus import Corpus

        paths = path_list(paths)
        with self._lock:
            corpus = self._open.get(self._state(paths))
        if corpus is None:
            corpus = Corpus.open(
                paths,
                embedding=self.settings.embedding,
                cache=self.settings.cache,
                password=self.settings.password,
                wait=wait,
                emit=emit,
            )
            with self._lock:
                self.close()
                self._open = {self._state(paths): corpus}
        elif wait:
            corpus.complete(emit)
        return corpus

    @property
    def pending(self) -> int:
        """Passages of the open documents that lack a vector."""
        return sum(corpus.pending for corpus in self._open.values())

    def complete(self, emit: Callable[[Progress], None] = ignore) -> None:
        """Make the vectors that the answers did not wait for."""
        for corpus in self._open.values():
            corpus.complete(emit)

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
            if self.settings.on is None:
                return Model(self.chat_model, cache=self.cache)
            from docagent.reading.fleet import FleetModel

            if self._given is not None:
                raise DocAgentError("On Ray a model is given by its name, not as an object.")
            return FleetModel(self.chat_model, self.cache, self.settings.model, self.settings.on)

    @property
    def _folder(self) -> Path:
        """Where everything is kept."""
        return self.settings.cache or cache_folder()

    @cached_property
    def chat_model(self) -> BaseChatModel:
        """The chat model, loaded when it is first needed."""
        if self._given is not None:
            return self._given
        from docagent.engine.resolve import resolve

        chat, description = resolve(self.settings.model, self._folder)
        log.info(description)
        return chat

    @cached_property
    def cache(self) -> ReplyCache:
        """What models replied before, on disk."""
        from docagent.reply_cache import ReplyCache

        return ReplyCache(self._folder)

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
        from retrieval.store.cache import Cache
        from retrieval.store.collections import Collections

        collections = Collections(Cache(self._folder))
        if uri := collections.store_of(paths):
            from retrieval.store.lance import LanceStore

            return (uri, *LanceStore.open(uri).version)
        state: list[object] = []
        for path in collections.expand(paths):
            for match in matches_of(path):
                for file in sorted(match.rglob("*")) if match.is_dir() else [match]:
                    try:
                        status = file.stat()
                    except OSError:
                        continue  # opening it says what is wrong
                    state.append((str(file), status.st_size, status.st_mtime_ns))
        return tuple(state)


def _replaced(settings: Settings, options: AskOptions) -> Settings:
    """Settings with some for one question. Raises TypeError for an unknown one."""
    if unknown := options.keys() - AskOptions.__annotations__.keys():
        names = ", ".join(sorted(unknown))
        raise TypeError(f"A question has no option {names}; some belong to DocAgent(...).")
    return replace(settings, **options)
