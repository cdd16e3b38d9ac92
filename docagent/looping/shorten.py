"""Shortening a conversation that fills the model's window; what is held as evidence stays."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from langchain_core.messages import BaseMessage, HumanMessage

from docagent.events import Event, Step
from docagent.looping.conversation import Conversation, Round
from docagent.looping.toolbox import Toolbox
from docagent.tools.desk import Desk
from prompts import render

if TYPE_CHECKING:
    from docagent.model import Model

_NOTES = 300  # tokens the model may write about what is shortened


def shorten(
    talk: Conversation, toolbox: Toolbox, desk: Desk, question: str
) -> Generator[Event, None, bool]:
    """Put a line in place of each result but the newest; whether the conversation fits then.

    The model, if it is able to, writes down first what helps. Passages that it has cited stay
    word for word, and the ledger keeps all.
    """
    old = [one for one in talk.rounds[:-1] if one.outcomes and not one.short]
    if not old:
        return False
    outcomes = [outcome for one in old for outcome in one.outcomes]
    gone = {n for outcome in outcomes if outcome.shown for n in outcome.shown.numbers}
    newest = {
        n for outcome in talk.rounds[-1].outcomes if outcome.shown for n in outcome.shown.numbers
    }
    gone -= newest
    notes = "" if talk.model.weak else (yield from _notes(talk.model, old, question))
    desk.ledger.shown -= gone
    cited = [desk.ledger.passages[n] for n in desk.ledger.cited if n in gone]
    text = desk.whole(cited, "Cited so far:")[0] if cited else ""
    old[-1].kept = "\n\n".join(filter(None, [text, notes]))
    for one in old:
        one.short = True
    toolbox.forget(outcomes)
    yield Step(
        "shorten",
        f"{len(outcomes)} results put in a line each; {len(desk.ledger.passages)} passages kept",
    )
    return talk.fits


def _notes(model: Model, old: list[Round], question: str) -> Generator[Event, None, str]:
    """What the model writes down of results, with the numbers of their passages."""
    read = [one.text for round in old for one in round.outcomes if one.shown and one.shown.numbers]
    if not read:
        return ""
    passages = "\n\n".join(read)
    room = model.context - 2 * _NOTES
    while (tokens := model.count(passages)) > room:
        passages = passages[: int(len(passages) * 0.95 * room / tokens)]
    prompt: list[BaseMessage] = [
        HumanMessage(render("agent_shorten", question=question, passages=passages))
    ]
    draft = (yield from model.write(prompt, _NOTES, shown=False)).strip()
    return "" if draft.rstrip(".").lower() == "nothing" else f"Notes on the results above:\n{draft}"
