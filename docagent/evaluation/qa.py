"""A set of questions answered by an agent, and what each answer is worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from docagent.answer import Answer, Citation
from docagent.api import DocAgent
from docagent.evaluation.asking import closed_book, judged
from docagent.evaluation.match import contained, exact_match, f1, without_markers
from docagent.evaluation.questions import Question
from docagent.evaluation.results import Case, Results
from docagent.model import Model
from retrieval.corpus import Corpus
from retrieval.progress import finish

_AROUND = 240  # characters of the text shown before and after a quote

OnDone = Callable[[int, int], None]
"""Called with how many questions are done, and of how many."""


def evaluate(
    agent: DocAgent,
    questions: Sequence[Question],
    results: Results,
    *,
    closed: bool = False,
    judge: Model | None = None,
    on_done: OnDone | None = None,
) -> None:
    """Answer and score what `results` does not hold yet.

    `closed` also asks the model without the document, `judge` says whether answers are right.
    Raises DocAgentError for documents that cannot be read; what was done before is kept.
    """
    for number, question in enumerate(questions, 1):
        if question.id not in results.cases:
            # Every question finds the whole index, however long the embedding takes.
            corpus = finish(agent.open(question.files, wait=True))
            answer = agent.ask(question.files, question.text)
            case = _case(question, answer, corpus)
            if closed and question.answerable:
                _add_closed_book(case, question, closed_book(agent.language_model(), question.text))
            if judge and question.answerable and answer.found:
                said = without_markers(answer.text)
                told = judged(judge, question.text, question.answers, said)
                case["scores"]["judged_right"] = told
            results.add(case, costs_of(answer))
        if on_done:
            on_done(number, len(questions))


def costs_of(answer: Answer) -> dict[str, float]:
    """What differs from run to run: seconds, and tokens where some are remembered or noted."""
    usage = answer.usage
    computed = usage.prompt_tokens - usage.cached_tokens + usage.completion_tokens
    return {
        "seconds": round(answer.seconds.get("total", 0.0), 3),
        "steps": answer.steps,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "tokens_computed": computed,
    }


def verified(citation: Citation, corpus: Corpus) -> bool:
    """Whether the quote is the document's text at its offsets, up to white space."""
    text = corpus.text(citation.document)[citation.start : citation.end]
    return citation.verified and text.split() == citation.quote.split()


def scores(question: Question, answer: Answer, corpus: Corpus) -> dict[str, float | None]:
    """Measures from 0 to 1, None where one does not apply; refusals cite and contain nothing.

    hit_first, hit_any: the first citation, or any, is on a gold place; evidence: share of gold
    places cited; quotes_verified: share of quotes that are the document's own text;
    refusal_precision: of the refused, was it unanswerable; refusal_recall: of the unanswerable,
    was it refused.
    """
    found: dict[str, float | None] = {}
    cited = answer.citations if answer.found else ()
    if question.answerable:
        if question.places:
            hits = [[place.holds(one) for place in question.places] for one in cited]
            found["hit_first"] = float(bool(hits) and any(hits[0]))
            found["hit_any"] = float(any(map(any, hits)))
            held = sum(any(column) for column in zip(*hits, strict=True))
            found["evidence"] = held / len(question.places)
        said = without_markers(answer.text) if answer.found else ""
        gold = (question.answers, question.language)
        found["contained"] = contained(" ".join([said, *(one.quote for one in cited)]), *gold)
        found["f1"] = f1(said, *gold)
        found["exact_match"] = exact_match(said, *gold)
        found["answered"] = float(answer.found)
    else:
        found["refusal_recall"] = float(not answer.found)
    found["refusal_precision"] = None if answer.found else float(not question.answerable)
    checks = [verified(one, corpus) for one in answer.citations]
    found["quotes_verified"] = sum(checks) / len(checks) if checks else None
    return found


def _case(question: Question, answer: Answer, corpus: Corpus) -> Case:
    return {
        "id": question.id,
        "document": question.document,
        "question": question.text,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "places": [_place(place, question, corpus) for place in question.places],
        "answer": answer.text,
        "found": answer.found,
        "strategy": answer.strategy,
        "citations": [_cited(one, corpus) for one in answer.citations],
        "scores": scores(question, answer, corpus),
    }


def _cited(citation: Citation, corpus: Corpus) -> dict[str, Any]:
    """The citation with its surroundings and the file it can be opened in."""
    text = corpus.text(citation.document)
    return {
        **citation.as_json(),
        "before": text[max(0, citation.start - _AROUND) : citation.start],
        "after": text[citation.end : citation.end + _AROUND],
        "file": corpus.source(citation.document),
    }


def _place(place: Any, question: Question, corpus: Corpus) -> dict[str, Any]:
    """A gold place with the file it can be opened in."""
    names = [name for name in corpus.documents if place.document in (None, name)]
    file = corpus.source(names[0] if len(names) == 1 else corpus.documents[0])
    return {"file": file, "page": place.page, "start": place.start, "end": place.end}


def _add_closed_book(case: Case, question: Question, reply: str) -> None:
    gold = (question.answers, question.language)
    case["closed_book"] = reply
    case["scores"]["closed_contained"] = contained(reply, *gold)
    case["scores"]["closed_f1"] = f1(reply, *gold)
