"""How an agent's work becomes an answer, whatever it ended in."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

from docagent.asking import Asking, Strategy, Written
from docagent.checking.claims import check
from docagent.checking.quotes import quotes
from docagent.events import Event, Step, Token
from docagent.reading.evidence import budget, select
from docagent.reading.prompt import is_refusal
from docagent.strategies import retrieve
from docagent.strategies.search import search
from docagent.tools.ledger import Ledger
from docagent.writing import refuse, write


@dataclass(frozen=True, slots=True)
class Ended:
    """What the loop ended in: the model's answer, or none; `note` tells of a limit."""

    text: str = ""
    note: str = ""


def finish(asking: Asking, ledger: Ledger, ended: Ended) -> Strategy:
    """The model's answer if its claims hold; else one from the ledger; else the fixed plan."""
    able = not asking.model.weak  # what a weak model says is heard behind the document's words
    if able and ended.text and not is_refusal(ended.text):
        text, citations = check(asking.corpus, asking.question, ended.text, ledger.sources)
        if citations:
            held = len({citation.id for citation in citations})
            yield Step("check", f"{held} of the numbers in the answer hold")
            return Written(text, citations, True, note=ended.note)
        yield Step("check", "no claim of the answer is borne out by what was read")
    found = yield from search(asking)
    if able and is_refusal(ended.text):
        return replace(refuse(asking.corpus, found.near), note=ended.note)
    if able and ledger.passages:
        written = yield from _quietly(_from_ledger(asking, ledger))
        if written.found:
            return replace(written, note=ended.note)
    cited = [ledger.passages[number] for number in ledger.cited]
    ranked = list(dict.fromkeys([*cited, *found.ranked, *ledger.cited_first]))
    written = yield from retrieve.answer(asking, replace(found, ranked=ranked))
    return replace(written, note=ended.note)


def _from_ledger(asking: Asking, ledger: Ledger) -> Strategy:
    """Write from the passages that were read, those that were cited first."""
    with asking.timed("answer"):
        passages = ledger.cited_first
        near = quotes(asking.corpus, asking.question, passages)
        most = budget(asking.settings.budget, asking.model)
        return (yield from write(asking, select(passages, most, asking.model.count), near))


def _quietly(work: Strategy) -> Generator[Event, None, Written]:
    """Without the tokens of a draft that may be given up."""
    while True:
        try:
            event = next(work)
        except StopIteration as done:
            written: Written = done.value
            return written
        if not isinstance(event, Token):
            yield event
