"""The tool loop: the model looks things up until it knows enough or a limit is reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from langchain_core.messages.tool import tool_call

from docagent.agent.conversation import Conversation, Round
from docagent.agent.tool_protocol import Outcome, Reply
from docagent.agent.toolbox import Toolbox
from docagent.answering.context import Draft, QueryContext
from docagent.answering.messages import is_refusal
from docagent.answering.search import search
from docagent.events import Step
from docagent.grounding.claims import check
from docagent.strategies.retrieve import answer
from docagent.tools import corpus_tools
from docagent.tools.context import RESULT, CitationRegistry, ToolContext, label
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
class _End:
    """What the search ended in: the model's last words, if any; `note` names a limit.

    `own_tools`: a user's tools were called, whose results stand in no passage.
    """

    text: str = ""
    note: str = ""
    own_tools: bool = False


def agent(context: QueryContext) -> Draft:
    """Look things up with tools, then answer from the passages that were seen."""
    model, settings = context.model, context.settings
    steps = settings.max_steps or STEPS
    # Tokens of a reply: with a user's tools the words that end the search may be the answer.
    turn = _CALL + (settings.max_tokens if context.tools else 0)
    result = min(RESULT, model.context // 8)
    tools = ToolContext(context.corpus, count=model.count, budget=result, pages=settings.pages)
    toolbox = Toolbox(tools, [*corpus_tools(context.corpus, tools), *context.tools])
    conversation = Conversation(
        model,
        toolbox.tools,
        render("agent_system", documents=_named(context.corpus)),
        f"Question: {context.question}",
        turn,
        expected=min(model.context, 1000 + steps * (result + turn)),
    )
    _first_search(context, conversation, toolbox)
    end = _loop(context, conversation, toolbox, steps)
    if end.note:
        context.emit(Step("limit", end.note))
    draft = _answer(context, tools.registry, end)
    return replace(draft, strategy="agent", steps=conversation.turns, note=end.note)


def _first_search(context: QueryContext, conversation: Conversation, toolbox: Toolbox) -> None:
    """Search for the question itself, as every model would, without the cost of a turn.

    The result ends by asking for another search. Left to itself the 1.5B answers at once, or says
    what it would look for and makes no call.
    """
    call = tool_call(name="search", args={"query": context.question}, id="call_question")
    with context.timed("search"):
        outcome = toolbox.run(call)
    context.emit(Step(outcome.step, outcome.trace))
    result = replace(outcome, text=f"{outcome.text}\n\n{render('agent_next')}")
    conversation.rounds.append(Round(conversation.made(call), [result]))


def _loop(context: QueryContext, conversation: Conversation, toolbox: Toolbox, steps: int) -> _End:
    """Turn after turn, until the model says something without a call, or a limit."""
    barren, unread, tokens = 0, False, context.settings.max_total_tokens
    while conversation.turns < steps:
        if tokens and conversation.spent >= tokens:
            return _End(note=_STOPPED.format(f"{conversation.spent:,} tokens"))
        if not conversation.fits:
            return _End(note=_STOPPED.format("the model's window was full"))
        with context.timed("answer"):
            reply = conversation.turn(context.emit, constrained=unread)
        if not (reply.calls or reply.invalid):
            context.emit(Step("reply", "nothing more to look up"))
            return _End(reply.text, own_tools=toolbox.used_own)
        outcomes = _run_calls(context, toolbox, reply)
        conversation.rounds.append(Round(reply.message, outcomes))
        unread = all(outcome.invalid for outcome in outcomes)
        barren = 0 if any(outcome.fresh for outcome in outcomes) else barren + 1
        if barren == _BARREN or all(outcome.repeated for outcome in outcomes):
            nothing = "nothing new is found; the answer is written from what was read"
            context.emit(Step("plan", nothing))
            return _End()
    return _End(note=_STOPPED.format(f"{conversation.turns} steps"))


def _run_calls(context: QueryContext, toolbox: Toolbox, reply: Reply) -> list[Outcome]:
    """What came of the calls of a reply."""
    outcomes: list[Outcome] = []
    for number, call in enumerate(reply.calls):
        if number < _AT_ONCE:
            with context.timed("search"):
                outcomes.append(toolbox.run(call))
        else:
            error = f"not run: at most {_AT_ONCE} calls at a time"
            outcomes.append(toolbox.refused(call, error))
        context.emit(Step(outcomes[-1].step, outcomes[-1].trace))
    for invalid in reply.invalid:
        outcomes.append(toolbox.refused(invalid, invalid["error"] or "the call cannot be read"))
        context.emit(Step(outcomes[-1].step, outcomes[-1].trace))
    return outcomes


def _answer(context: QueryContext, registry: CitationRegistry, end: _End) -> Draft:
    """An answer written as every answer is, from the passages that were seen and the next best.

    Words that a user's tools have helped to are kept where the passages bear them out.
    """
    if end.own_tools and end.text and not is_refusal(end.text):
        text, citations = check(context.corpus, context.question, end.text, registry.sources)
        if citations:
            context.emit(Step("check", f"quotes that bear the answer out: {len(citations)}"))
            return Draft(text, citations, True)
    result = search(context)
    # A tool's result shows the first few of a search; the evidence may have room for more.
    ranked = list(dict.fromkeys([*registry.ranked, *result.ranked]))
    return answer(context, replace(result, ranked=ranked))


def _named(corpus: Corpus) -> str:
    names = corpus.documents
    labels = [
        f"{label(name)} ({PageNumbers(ToolContext(corpus), name).range_text})"
        for name in names[:_NAMED]
    ]
    if len(names) > _NAMED:
        labels.append(f"{len(names) - _NAMED} more documents")
    return ", ".join(labels)
