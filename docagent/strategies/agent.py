"""The tool loop: the model searches, reads and notes until it answers or a limit is reached."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import tool_call

from docagent.asking import Asking, Strategy
from docagent.events import Event, Step
from docagent.looping.conversation import Conversation, Round
from docagent.looping.dialect import Reply
from docagent.looping.ending import Ended, finish
from docagent.looping.outcome import Outcome
from docagent.looping.shorten import shorten
from docagent.looping.toolbox import Toolbox
from docagent.reading.prompt import REFUSAL, is_refusal
from docagent.tools.desk import RESULT, Desk, label
from docagent.tools.kit import agent_tools
from docagent.tools.places import Places
from prompts import render

if TYPE_CHECKING:
    from docagent.model import Model
    from retrieval.corpus import Corpus

STEPS = 12
WEAK_STEPS = 4  # what a model under a billion parameters finds, it finds at once
# Twelve turns with full results compute 20,000 tokens with a prefix cache and 130,000 without.
TOTAL_TOKENS = 200_000
_WEAK_RESULT = 600  # tokens
_CALL = 112  # tokens of a call around the text of an answer
_WEAK_CALL = 96
_AT_ONCE = 5  # calls of one reply that are run
_REPEATS = 2  # turns in a row that bring nothing but calls made before
_WEAK_REPEATS = 1  # the embedded model, told so, made the same call again in 8 of 8 runs
_NAMED = 5  # documents named in the prompt; outline lists all
_STOPPED = "Stopped after {}; answered from what was read."


@dataclass(frozen=True, slots=True)
class _Limits:
    steps: int
    tokens: int
    turn: int  # tokens of a reply
    result: int  # tokens of a tool's result
    repeats: int  # turns in a row that bring nothing new

    @classmethod
    def of(cls, asking: Asking) -> _Limits:
        settings, model = asking.settings, asking.model
        return cls(
            settings.max_steps or (WEAK_STEPS if model.weak else STEPS),
            settings.max_total_tokens or TOTAL_TOKENS,
            _WEAK_CALL if model.weak else settings.max_tokens + _CALL,
            min(_WEAK_RESULT if model.weak else RESULT, model.context // 8),
            _WEAK_REPEATS if model.weak else _REPEATS,
        )


def agent(asking: Asking) -> Strategy:
    """Answer with tools; what the model cannot do, the fixed plan does."""
    model, limits = asking.model, _Limits.of(asking)
    desk = Desk(asking.corpus, count=model.count, budget=limits.result, pages=asking.settings.pages)
    toolbox = Toolbox(desk, [*agent_tools(desk, weak=model.weak), *asking.tools])
    talk = Conversation(
        model,
        toolbox.tools,
        _system(model, asking.corpus),
        f"Question: {asking.question}",
        limits.turn,
        expected=min(model.context, 1000 + limits.steps * (limits.result + limits.turn)),
    )
    if model.weak:
        yield from _first_search(asking, talk, toolbox)
    ended = yield from _work(asking, talk, toolbox, desk, limits)
    if ended.note:
        yield Step("limit", ended.note)
    written = yield from finish(asking, desk.ledger, ended)
    return replace(written, strategy="agent", steps=talk.turns)


def _first_search(
    asking: Asking, talk: Conversation, toolbox: Toolbox
) -> Generator[Event, None, None]:
    """Search for the question itself: a weak model's first query is mostly made up.

    It also shows the model what a call is.
    """
    call = tool_call(name="search", args={"query": asking.question}, id="call_question")
    with asking.timed("search"):
        outcome = toolbox.run(call)
    yield Step(outcome.step, outcome.told)
    talk.rounds.append(Round(talk.made(call), [outcome]))


def _work(
    asking: Asking, talk: Conversation, toolbox: Toolbox, desk: Desk, limits: _Limits
) -> Generator[Event, None, Ended]:
    """Turn after turn, until an answer or a limit."""
    silent, repeats = False, 0
    while talk.turns < limits.steps:
        if talk.spent >= limits.tokens:
            return Ended(note=_STOPPED.format(f"{talk.spent:,} tokens"))
        with asking.timed("answer"):
            if not talk.fits and not (yield from shorten(talk, toolbox, desk, asking.question)):
                return Ended(note=_STOPPED.format("the model's window was full"))
            reply = yield from talk.turn()
        if reply.calls or reply.invalid:
            silent = False
            answer = yield from _calls(asking, talk, toolbox, reply)
            if answer:
                return Ended(answer)
            repeats = repeats + 1 if all(one.repeated for one in talk.rounds[-1].outcomes) else 0
            if repeats == limits.repeats:
                yield Step(
                    "plan", "the model repeats itself; the answer is written from what it read"
                )
                return Ended()
            continue
        if _is_answer(reply.text, toolbox, desk):
            yield Step("reply", "an answer without a call")
            return Ended(reply.text)
        if silent:
            yield Step("plan", "again no tool was called; the fixed plan follows")
            return Ended()
        silent = True
        yield Step("nudge", "no tool was called")
        said = reply.message if reply.text.strip() else AIMessage("...")  # servers refuse ""
        talk.rounds.append(Round(said, said=render("agent_nudge")))
    return Ended(note=_STOPPED.format(f"{talk.turns} steps"))


def _calls(
    asking: Asking, talk: Conversation, toolbox: Toolbox, reply: Reply
) -> Generator[Event, None, str]:
    """Run the calls of a reply; returns the answer if one of them gave it."""
    outcomes: list[Outcome] = []
    for number, call in enumerate(reply.calls):
        if number < _AT_ONCE:
            with asking.timed("search"):
                outcome = toolbox.run(call)
        else:
            outcome = toolbox.refused(call, f"not run: at most {_AT_ONCE} calls at a time")
        yield Step(outcome.step, outcome.told)
        if outcome.name == "answer" and not outcome.failed:
            return outcome.text
        outcomes.append(outcome)
    for invalid in reply.invalid:
        outcomes.append(toolbox.refused(invalid, invalid["error"] or "the call cannot be read"))
        yield Step(outcomes[-1].step, outcomes[-1].told)
    talk.rounds.append(Round(reply.message, outcomes))
    return ""


def _is_answer(text: str, toolbox: Toolbox, desk: Desk) -> bool:
    """Whether a reply without a call is the answer: it cites, or refuses after a search."""
    return desk.ledger.cites(text) or (toolbox.searched and is_refusal(text))


def _system(model: Model, corpus: Corpus) -> str:
    names = corpus.documents
    told = [f"{label(name)} ({Places(Desk(corpus), name).told})" for name in names[:_NAMED]]
    if len(names) > _NAMED:
        told.append(f"{len(names) - _NAMED} more documents")
    prompt = "agent_small" if model.weak else "agent_system"
    return render(prompt, documents=", ".join(told), refusal=REFUSAL)
