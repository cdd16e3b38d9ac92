"""A model whose replies to many prompts are made by the workers of a Ray cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docagent.errors import DocAgentError, first_line
from docagent.model import Model

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

    from docagent.reply_cache import ReplyCache

_BATCH = 8  # prompts that a worker has in work


class FleetModel(Model):
    """The same model as `chat`, which `name` (a value of --model) gives on every worker.

    One question is still answered here; parts of documents are read on the cluster.
    """

    at_once = 1024
    hands_on = True

    def __init__(self, chat: BaseChatModel, cache: ReplyCache, name: str, on: str) -> None:
        super().__init__(chat, cache)
        self._name, self._on = name, on

    @property
    def reader(self) -> str:
        """The cluster, which has a pace of its own."""
        return self._on

    def replies(
        self, prompts: Sequence[list[BaseMessage]], **options: Any
    ) -> Iterator[tuple[int, AIMessage | Exception]]:
        """Replies as workers make them. Raises DocAgentError if Ray cannot be reached."""
        from langchain_core.messages import AIMessage

        from retrieval.scale.cluster import connect, results

        if not prompts:
            return
        rows = [
            {"number": number, "prompt": str(prompt[0].content)}
            for number, prompt in enumerate(prompts)
        ]
        worker = (self._name, self.identity, options)
        for row in results(connect(self._on), partial(_replied, rows, worker, self.own)):
            if row["error"]:
                yield int(row["number"]), DocAgentError(row["error"])
                continue
            message = AIMessage(row["text"], usage_metadata=row["usage"])
            self._count(message.usage_metadata)
            yield int(row["number"]), message


def _replied(
    rows: list[dict[str, Any]], worker: tuple[Any, ...], own: bool, ray: Any
) -> Iterator[dict[str, Any]]:
    """The replies to prompts; a model of our own takes a GPU for each worker, if there are any."""
    resources = ray.cluster_resources()
    gpus = int(resources.get("GPU", 0)) if own else 0
    parts = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // _BATCH))
    made = parts.map_batches(
        _Worker,
        batch_size=_BATCH,
        fn_constructor_args=worker,
        concurrency=(1, gpus or max(1, int(resources.get("CPU", 1)))),
        num_gpus=1 if gpus else None,
    )
    yield from made.iter_rows()


class _Worker:
    """An actor with the model, which it loads once."""

    def __init__(self, name: str, identity: str, options: dict[str, Any]) -> None:
        from docagent.engine.resolve import resolve
        from retrieval.folders import cache_folder

        chat, _ = resolve(name, Path(cache_folder()))
        self._model, self._options = Model(chat), options
        if self._model.identity != identity:
            raise DocAgentError(f"The workers have another model than {identity} under {name}.")

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        from langchain_core.messages import HumanMessage

        prompts: list[list[BaseMessage]] = [[HumanMessage(str(text))] for text in batch["prompt"]]
        replies = dict(self._model.replies(prompts, **self._options))
        rows = [_row(replies[number]) for number in range(len(prompts))]
        columns = {name: [row[name] for row in rows] for name in ("text", "error", "usage")}
        return {"number": list(batch["number"]), **columns}


def _row(reply: AIMessage | Exception) -> dict[str, Any]:
    if isinstance(reply, Exception):
        return {"text": "", "error": first_line(reply), "usage": None}
    return {"text": reply.text, "error": "", "usage": reply.usage_metadata}
