"""How an agent's search becomes an answer, whatever it ended in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from docagent.asking import Asking, Strategy, Written
from docagent.checking.claims import check
from docagent.checking.found import judge
from docagent.checking.quotes import quotes
from docagent.events import Step
from docagent.reading.prompt import is_refusal
from docagent.strategies import retrieve
from docagent.strategies.search import Found
from docagent.tools.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Ended:
    """What the search ended in: the model's last words, if any; `note` tells of a limit.

    `own_tools`: a user's tools were called, whose results stand in no passage.
    """

    text: str = ""
    note: str = ""
    own_tools: bool = False


def finish(asking: Asking, ledger: Ledger, ended: Ended) -> Strategy:
    """An answer written from the passages that were seen, as every answer is.

    Words that a user's tools have helped to are kept where the passages bear them out.
    """
    if ended.own_tools and ended.text and not is_refusal(ended.text):
        text, citations = check(asking.corpus, asking.question, ended.text, ledger.sources)
        if citations:
            yield Step("check", f"{len(citations)} passages bear the answer out")
            return Written(text, citations, True, note=ended.note)
    with asking.timed("answer"):
        seen = ledger.ranked
        near = quotes(asking.corpus, asking.question, seen)
        verdict = judge(asking.corpus, asking.question, seen, near)
    yield Step("judge", verdict.reason)
    written = yield from retrieve.answer(asking, Found(seen, near, verdict))
    return replace(written, note=ended.note)
