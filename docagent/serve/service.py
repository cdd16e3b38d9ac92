"""One server's model, documents, queues and counts; what is slow to load comes after the socket."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from docagent.api import DocAgent
from docagent.errors import DocAgentError
from docagent.serve.documents import Documents
from docagent.serve.files import FileStore
from docagent.serve.gate import Gate
from docagent.serve.history import History
from docagent.serve.library import Library
from docagent.serve.limits import Limits
from docagent.serve.metrics import Metrics
from docagent.serve.sources import Sources
from docagent.settings import Settings
from retrieval.files import Paths
from retrieval.folders import cache_folder, data_folder
from retrieval.progress import ignore
from retrieval.store.cache import Cache
from retrieval.store.collections import Collections

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel

    from docagent.events import Progress
    from docagent.model import Model
    from retrieval.corpus import Corpus

log = logging.getLogger("docagent")

_HEAD_START = 0.3  # seconds for the first requests, as importing torch holds up all threads
_PATIENCE = 5.0  # seconds that files which are being written get to be finished
_PAUSE = 0.3
_SHUTDOWN = 5.0  # seconds that reading and watching get to end


class LibraryAgent(DocAgent):
    """A DocAgent whose paths are ids of documents in a library; none are all of them."""

    def __init__(self, library: Documents, model: str | BaseChatModel, settings: Settings) -> None:
        super().__init__(model, settings=settings)
        self._library = library

    def open(
        self, paths: Paths, wait: bool = False, *, emit: Callable[[Progress], None] = ignore
    ) -> Corpus:
        """The corpus of these documents, as they are now."""
        ids = [paths] if isinstance(paths, str | Path) else paths
        corpus = self._library.corpus(map(str, ids), emit)
        if wait:
            corpus.complete(emit)
        return corpus

    def language_model(self) -> Model | None:
        """As DocAgent's, at work for several questions at once."""
        model = super().language_model()
        engine = getattr(model.chat, "engine", None) if model else None
        if engine is not None:
            engine.shared = True
        return model


class Service:
    """What all requests share. `start` loads it in the background, and `close` ends it.

    `paths` are served, and so are the folders of `watch`, in which changes are looked for;
    `uploads` adds what clients bring, `history` keeps what is asked in the page. Instead of paths
    there may be a `store`, or the collection `@name` of one, to which nothing can be uploaded.
    Raises DocAgentError for a path that there is not and for settings that cannot be.
    """

    def __init__(
        self,
        paths: Sequence[str | Path] = (),
        watch: Sequence[str | Path] = (),
        *,
        model: str | BaseChatModel = "auto",
        settings: Settings | None = None,
        limits: Limits | None = None,
        uploads: bool = True,
        history: bool = True,
        store: str | None = None,
    ) -> None:
        settings = settings or Settings()
        self.limits = limits or Limits()
        self.begun = time.time()
        cache = settings.cache or cache_folder()
        every = [*paths, *watch]
        if store and every:
            raise DocAgentError(f"{store} is a store of its own: serve it without other paths.")
        store = store or Collections(Cache(cache)).store_of(every)
        self.library: Documents
        self._watched: list[Path] = []
        if store:
            from docagent.serve.store_library import StoreLibrary

            self.library = StoreLibrary(store, settings)
        else:
            files = None
            if uploads:
                files = FileStore(cache / "files", self.limits.file, self.limits.stored)
            self.library = Library(Sources(every, cache), files, settings)
            self._watched = Sources(watch, cache).places
        self.agent = LibraryAgent(self.library, model, settings)
        kept = (settings.cache or data_folder()) / "history.sqlite3"
        self.history = History(kept if history else None)
        self.questions = Gate(self.limits.questions, self.limits.waiting)
        self.quick = Gate(self.limits.quick, self.limits.quick_waiting)
        self.metrics = Metrics()
        self.model_state = "none" if self.agent.settings.model == "none" else "loading"
        self.reading = True
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self._gauges()

    @property
    def model_id(self) -> str:
        """The name of the language model, as far as it is known."""
        model = self.agent.settings.model
        if self.model_state == "ready":
            model = getattr(self.agent.chat_model, "model_name", None) or model
        return model

    def chat_model(self) -> BaseChatModel | None:
        """The language model, loaded if it is not yet; None if there is to be none.

        Raises DocAgentError if it cannot be had.
        """
        model = self.agent.language_model()
        if model is None:
            return None
        self.model_state = "ready"
        return model.chat

    def start(self) -> None:
        """Load the model, read the documents and watch the folders, in the background."""
        self._run(self._load)
        self._run(self._read)

    def read_soon(self) -> None:
        """Read what is new, in the background."""
        self._run(self._read_new)

    def close(self) -> None:
        """End what `start` began; what was finished is kept."""
        self._ended.set()
        self.library.close()
        for thread in self._threads:
            thread.join(_SHUTDOWN)

    def _load(self) -> None:
        if self._ended.wait(_HEAD_START):
            return
        try:
            self.library.encoder.load()
            self.chat_model()
        except DocAgentError as error:
            self.model_state = str(error)
            log.warning("%s", error)
        except Exception:
            self.model_state = "the model could not be loaded; the server's log says why"
            log.exception("The model could not be loaded.")

    def _read(self) -> None:
        if self._ended.wait(_HEAD_START):
            return
        self._read_new()
        self.reading = False
        if self._watched and isinstance(self.library, Library):
            from docagent.serve.watch import watch

            watch(self._watched, self.library, self._ended)

    def _read_new(self) -> None:
        try:
            self.library.refresh()
            until = time.monotonic() + _PATIENCE
            while not self.library.read_all(self._go_on) and time.monotonic() < until:
                self._ended.wait(_PAUSE)
            if self.library.states():
                self.library.corpus((), self._go_on)
        except DocAgentError as error:
            log.warning("%s", error)
        except _Ended:
            pass

    def _go_on(self, _: object) -> None:
        if self._ended.is_set():
            raise _Ended

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()]
        thread.start()
        self._threads.append(thread)

    def _gauges(self) -> None:
        gauge = self.metrics.gauge
        gauge("questions_running", "Questions at work.", lambda: self.questions.working)
        gauge("questions_waiting", "Questions in the queue.", lambda: self.questions.waiting)
        gauge(
            "documents", "Documents that are served.", lambda: sum(self.library.states().values())
        )


class _Ended(BaseException):
    """The server ends."""
