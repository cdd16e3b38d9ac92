"""The answering model as a reranker: it says which passages help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError
from docagent.model import prompt_messages
from retrieval.passage import Passage
from retrieval.ranking.rerank import passage_with_headings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class ModelReranker:
    """The answering model itself: how likely its reply to "does this help?" is Yes and not No.

    Raises DocAgentError for a model on a server, which does not show its logits.
    """

    def __init__(self, chat: BaseChatModel) -> None:
        likelihood = getattr(chat, "likelihood", None)
        if likelihood is None:
            raise DocAgentError(
                "--rerank model needs the logits of a model on this machine; leave it out, or "
                "choose such a model with --model"
            )
        self._likelihood = likelihood

    def scores(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """Probabilities of Yes, 0 to 1; the question is read once for all passages."""
        prompts = [
            prompt_messages("relevant", question=question, passage=passage_with_headings(passage))
            for passage in passages
        ]
        return [yes for yes, _ in self._likelihood(prompts, ("Yes", "No"))]
