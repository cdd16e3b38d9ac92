"""Needles asked for through the agent, from a file, as a user would."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docagent.answer import Answer
from docagent.api import DocAgent
from docagent.evaluation.haystack import Count
from docagent.evaluation.match import contained, without_markers
from docagent.evaluation.needle import Asked, Haystack, Needles, length_name
from docagent.evaluation.qa import OnDone, costs_of
from docagent.evaluation.results import Case, Results
from retrieval.progress import finish

Make = Callable[[int], Needles]
"""The needles of a haystack of so many tokens."""


def evaluate(
    agent: DocAgent,
    lengths: Sequence[int],
    make: Make,
    results: Results,
    counted: Count,
    document: str | None,
    on_done: OnDone | None = None,
) -> None:
    """Ask all questions on a haystack of each length that `results` does not hold yet.

    The haystacks stay beside the results. `document` is the text they are made of, None for a
    synthetic report.
    """
    plan = {length: make(length) for length in lengths}
    total = sum(len(list(needles.questions())) for needles in plan.values())
    done = 0
    for length, needles in plan.items():
        asked = {f"{length_name(length)} {one.id}": one for one in needles.questions()}
        left = {id: one for id, one in asked.items() if id not in results.cases}
        done += len(asked) - len(left)
        if not left:
            continue
        hay = needles.text(length, counted, document)
        file = results.write(f"haystack-{length_name(length)}.txt", hay.text)
        finish(agent.open([file], wait=True))
        for id, one in left.items():
            answer = agent.ask(file, one.question)
            case = {
                "id": id,
                "document": file.name,
                "length": length,
                "tokens": counted(hay.text),
                **_case(one, answer, hay),
            }
            results.add(case, costs_of(answer))
            done += 1
            if on_done:
                on_done(done, total)


def _case(one: Asked, answer: Answer, hay: Haystack) -> Case:
    """A case with its scores: shares of the cell's needles, 0 for a refusal.

    found: the value stands in the answer or in a quote; cited: a citation covers the characters
    of the value in the needle itself. Without a needle, refused or refused_like: the answer says
    that the document does not say.
    """
    scores: dict[str, float] = {}
    if not one.facts:
        name = "refused" if one.kind == "absent" else "refused_like"
        scores[name] = float(not answer.found)
    else:
        cited = answer.citations if answer.found else ()
        said = without_markers(answer.text) if answer.found else ""
        told = " ".join([said, *(citation.quote for citation in cited)])
        spans = [hay.value(fact) for fact in one.facts]
        held = [contained(told, [fact.value]) for fact in one.facts]
        covered = [any(c.start <= start and end <= c.end for c in cited) for start, end in spans]
        scores["found"] = sum(held) / len(held)
        scores["cited"] = sum(covered) / len(covered)
    return {
        "kind": one.kind,
        "depth": one.depth,
        "question": one.question,
        "values": [fact.value for fact in one.facts],
        "places": [list(hay.value(fact)) for fact in one.facts],
        "answer": answer.text,
        "found": answer.found,
        "strategy": answer.strategy,
        "citations": [citation.as_json() for citation in answer.citations],
        "scores": scores,
    }
