"""Needles asked for through the agent, from a file, as a user would."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from docagent.answer import Answer
from docagent.api import DocAgent
from docagent.evaluation.haystack import CountTokens, Haystack
from docagent.evaluation.metrics import contained, without_markers
from docagent.evaluation.needle import NeedleQuestion, Needles, length_name
from docagent.evaluation.results import Case, OnDone, Results, answer_cost
from docagent.opening import open_corpus


def evaluate(
    agent: DocAgent,
    lengths: Sequence[int],
    make: Callable[[int], Needles],
    results: Results,
    count_tokens: CountTokens,
    document: str | None,
    on_done: OnDone | None = None,
) -> None:
    """Ask all questions on a haystack of each length that `results` does not hold yet.

    `make` gives the needles of a haystack of so many tokens; the haystacks stay beside the
    results. `document` is the text they are made of, None for a synthetic report.
    """
    plan = {length: make(length) for length in lengths}
    total = sum(len(list(needles.questions())) for needles in plan.values())
    done = 0
    for length, needles in plan.items():
        questions = {f"{length_name(length)} {q.id}": q for q in needles.questions()}
        todo = {id: question for id, question in questions.items() if id not in results.cases}
        done += len(questions) - len(todo)
        if not todo:
            continue
        haystack = needles.text(length, count_tokens, document)
        file = results.write(f"haystack-{length_name(length)}.txt", haystack.text)
        tokens = count_tokens(haystack.text)
        open_corpus(agent, [file], wait=True)
        for id, question in todo.items():
            answer = agent.ask(file, question.question)
            case = {"id": id, "document": file.name, "length": length, "tokens": tokens}
            results.add({**case, **_case(question, answer, haystack)}, answer_cost(answer))
            done += 1
            if on_done:
                on_done(done, total)


def _case(question: NeedleQuestion, answer: Answer, haystack: Haystack) -> Case:
    spans = [haystack.value_span(fact) for fact in question.facts]
    return {
        "kind": question.kind,
        "depth": question.depth,
        "question": question.question,
        "values": [fact.value for fact in question.facts],
        "places": [list(span) for span in spans],
        "answer": answer.text,
        "found": answer.found,
        "strategy": answer.strategy,
        "citations": [citation.as_json() for citation in answer.citations],
        "scores": _scores(question, answer, haystack),
    }


def _scores(question: NeedleQuestion, answer: Answer, haystack: Haystack) -> dict[str, float]:
    """Recall of the cell's needles, 0 for a refusal.

    found: the value stands in the answer or in a quote; cited: a citation covers the characters
    of the value in the needle itself. Without a needle, refused or refused_like: the answer says
    that the document does not say.
    """
    if not question.facts:
        name = "refused" if question.kind == "absent" else "refused_like"
        return {name: float(not answer.found)}
    if not answer.found:
        return {"found": 0.0, "cited": 0.0}
    quotes = (citation.quote for citation in answer.citations)
    text = " ".join([without_markers(answer.text), *quotes])
    spans = [haystack.value_span(fact) for fact in question.facts]
    cited = [
        any(citation.start <= start and end <= citation.end for citation in answer.citations)
        for start, end in spans
    ]
    return {
        "found": sum(contained(text, [fact.value]) for fact in question.facts) / len(spans),
        "cited": sum(cited) / len(spans),
    }
