"""The tool loop: the model looks things up until it knows enough or a limit is reached."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.messages.tool import tool_call

from docagent.agent.conversation import Conversation, Round
from docagent.agent.ending import SearchEnd, finish
from docagent.agent.outcome import Outcome
from docagent.agent.tool_protocol import Reply
from docagent.agent.toolbox import Toolbox
from docagent.answering.context import QueryContext, Strategy
from docagent.events import Event, Step
from docagent.tools import corpus_tools
from docagent.tools.context import RESULT, ToolContext, label
from docagent.tools.page_numbers import PageNumbers
from prompts import render

if TYPE_CHECKING:
    from retrieval.corpus import Corpus

STEPS = 8  # turns; with the results below they fit a window of 8,192 tokens
_CALL = 112  # tokens of a call, or of the words that end the search
_AT_ONCE = 5  # calls of one reply that are run
_BARREN = 2  # turns in a row that bring nothing new
_NAMED = 5  # documents named in the prompt; outline lists all
_STOPPED = "Stopped after {}; answered from what was read."


@dataclass(frozen=True, slots=True)
class _Limits:
    steps: int
    tokens: int | None
    turn: int  # tokens of a reply
    result: int  # tokens of a tool's result

    @classmethod
    def of(cls, asking: QueryContext) -> _Limits:
        settings = asking.settings
        return cls(
            settings.max_steps or STEPS,
            settings.max_total_tokens,
            # With a user's tools the words that end the search may be the answer.
            _CALL + (settings.max_tokens if asking.tools else 0),
            min(RESULT, asking.model.context // 8),
        )


def agent(asking: QueryContext) -> Strategy:
    """Look things up with tools, then answer from the passages that were seen."""
    model, limits = asking.model, _Limits.of(asking)
    desk = ToolContext(
        asking.corpus, count=model.count, budget=limits.result, pages=asking.settings.pages
    )
    toolbox = Toolbox(desk, [*corpus_tools(asking.corpus, desk), *asking.tools])
    talk = Conversation(
        model,
        toolbox.tools,
        render("agent_system", documents=_named(asking.corpus)),
        f"Question: {asking.question}",
        limits.turn,
        expected=min(model.context, 1000 + limits.steps * (limits.result + limits.turn)),
    )
    yield from _first_search(asking, talk, toolbox)
    ended = yield from _work(asking, talk, toolbox, limits)
    if ended.note:
        yield Step("limit", ended.note)
    written = yield from finish(asking, desk.ledger, ended)
    return replace(written, strategy="agent", steps=talk.turns)


def _first_search(
    asking: QueryContext, talk: Conversation, toolbox: Toolbox
) -> Generator[Event, None, None]:
    """Search for the question itself, as every model would, without the cost of a turn.

    The result ends by asking for another search. Left to itself the 1.5B answers at once, or says
    what it would look for and makes no call.
    """
    call = tool_call(name="search", args={"query": asking.question}, id="call_question")
    with asking.timed("search"):
        outcome = toolbox.run(call)
    yield Step(outcome.step, outcome.told)
    told = replace(outcome, text=f"{outcome.text}\n\n{render('agent_next')}")
    talk.rounds.append(Round(talk.made(call), [told]))


def _work(
    asking: QueryContext, talk: Conversation, toolbox: Toolbox, limits: _Limits
) -> Generator[Event, None, SearchEnd]:
    """Turn after turn, until the model says something without a call, or a limit."""
    barren, unread = 0, False
    while talk.turns < limits.steps:
        if limits.tokens and talk.spent >= limits.tokens:
            return SearchEnd(note=_STOPPED.format(f"{talk.spent:,} tokens"))
        if not talk.fits:
            return SearchEnd(note=_STOPPED.format("the model's window was full"))
        with asking.timed("answer"):
            reply = yield from talk.turn(constrained=unread)
        if not (reply.calls or reply.invalid):
            yield Step("reply", "nothing more to look up")
            return SearchEnd(reply.text, own_tools=toolbox.used_own)
        outcomes = yield from _calls(asking, toolbox, reply)
        talk.rounds.append(Round(reply.message, outcomes))
        unread = all(outcome.invalid for outcome in outcomes)
        barren = 0 if any(outcome.fresh for outcome in outcomes) else barren + 1
        if barren == _BARREN or all(outcome.repeated for outcome in outcomes):
            yield Step("plan", "nothing new is found; the answer is written from what was read")
            return SearchEnd()
    return SearchEnd(note=_STOPPED.format(f"{talk.turns} steps"))


def _calls(
    asking: QueryContext, toolbox: Toolbox, reply: Reply
) -> Generator[Event, None, list[Outcome]]:
    """Run the calls of a reply."""
    outcomes: list[Outcome] = []
    for number, call in enumerate(reply.calls):
        if number < _AT_ONCE:
            with asking.timed("search"):
                outcomes.append(toolbox.run(call))
        else:
            told = f"not run: at most {_AT_ONCE} calls at a time"
            outcomes.append(toolbox.refused(call, told))
        yield Step(outcomes[-1].step, outcomes[-1].told)
    for invalid in reply.invalid:
        outcomes.append(toolbox.refused(invalid, invalid["error"] or "the call cannot be read"))
        yield Step(outcomes[-1].step, outcomes[-1].told)
    return outcomes


def _named(corpus: Corpus) -> str:
    names = corpus.documents
    told = [
        f"{label(name)} ({PageNumbers(ToolContext(corpus), name).told})" for name in names[:_NAMED]
    ]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} more documents")
    return ", ".join(told)
