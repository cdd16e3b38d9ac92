"""How an agent's search becomes an answer, whatever it ended in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from docagent.answering.context import Draft, QueryContext, Strategy
from docagent.answering.messages import is_refusal
from docagent.answering.search import search
from docagent.events import Step
from docagent.grounding.claims import check
from docagent.strategies.retrieve import answer
from docagent.tools.registry import CitationRegistry


@dataclass(frozen=True, slots=True)
class SearchEnd:
    """What the search ended in: the model's last words, if any; `note` tells of a limit.

    `own_tools`: a user's tools were called, whose results stand in no passage.
    """

    text: str = ""
    note: str = ""
    own_tools: bool = False


def finish(asking: QueryContext, ledger: CitationRegistry, ended: SearchEnd) -> Strategy:
    """An answer written as every answer is, from the passages that were seen and the next best.

    Words that a user's tools have helped to are kept where the passages bear them out.
    """
    if ended.own_tools and ended.text and not is_refusal(ended.text):
        text, citations = check(asking.corpus, asking.question, ended.text, ledger.sources)
        if citations:
            yield Step("check", f"quotes that bear the answer out: {len(citations)}")
            return Draft(text, citations, True, note=ended.note)
    found = yield from search(asking)
    # A tool's result shows the first few of a search; the evidence may have room for more.
    ranked = list(dict.fromkeys([*ledger.ranked, *found.ranked]))
    written = yield from answer(asking, replace(found, ranked=ranked))
    return replace(written, note=ended.note)
