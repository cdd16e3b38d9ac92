"""A set of questions answered by an agent, and what each answer is worth."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docagent.answer import Answer, Citation
from docagent.api import DocAgent
from docagent.errors import ModelUnavailable
from docagent.evaluation.metrics import contained, exact_match, f1, without_markers
from docagent.evaluation.questions import Place, Question
from docagent.evaluation.results import Case, OnDone, Results, answer_cost
from docagent.model import Model, prompt_messages
from retrieval.corpus import Corpus

_CONTEXT = 240  # characters of the text before and after a quote
_CLOSED_BOOK_TOKENS = 48
_VERDICT_TOKENS = 8  # for "yes" or "no" and what a model puts before it
_VERDICT = re.compile(r"\W*(yes|no)\b", re.IGNORECASE)


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
    Raises DocAgentError for documents that cannot be read; finished cases stay on disk.
    """
    for number, question in enumerate(questions, 1):
        if question.id not in results.cases:
            # Every question finds the whole index, however long the embedding takes.
            corpus = agent.prepare(question.files)
            answer = agent.ask(question.files, question.text)
            case = _case(question, answer, corpus)
            if closed and question.answerable:
                reply = closed_book(agent.language_model(), question.text)
                case["closed_book"] = reply
                case["scores"] |= {
                    "closed_contained": contained(reply, question.answers, question.language),
                    "closed_f1": f1(reply, question.answers, question.language),
                }
            if judge and question.answerable and answer.found:
                case["scores"]["judged_right"] = verdict(judge, question, answer)
            results.add(case, answer_cost(answer))
        if on_done:
            on_done(number, len(questions))


def closed_book(model: Model | None, question: str) -> str:
    """What the model says from memory: right answers here were learnt, not read.

    Raises ModelUnavailable where there is no model.
    """
    if model is None:
        raise ModelUnavailable("--closed-book needs a language model; choose one with --model.")
    asked = prompt_messages("closed_book", question=question)
    return model.reply(asked, max_tokens=_CLOSED_BOOK_TOKENS).text.strip()


def verdict(judge: Model, question: Question, answer: Answer) -> float | None:
    """1 if the judge says that the answer is right, 0 if not, None if it says neither."""
    golds = "\n".join(f"- {gold}" for gold in question.answers)
    text = without_markers(answer.text)
    asked = prompt_messages("judge", question=question.text, golds=golds, answer=text)
    reply = judge.reply(asked, max_tokens=_VERDICT_TOKENS)
    match = _VERDICT.match(reply.text.strip())
    return float(match[1].lower() == "yes") if match else None


def verified(citation: Citation, corpus: Corpus) -> bool:
    """Whether the quote is the document's text at its offsets, up to white space."""
    text = corpus.text(citation.document)[citation.start : citation.end]
    return citation.verified and text.split() == citation.quote.split()


def scores(question: Question, answer: Answer, corpus: Corpus) -> dict[str, float | None]:
    """Metrics from 0 to 1, None where one does not apply; refusals cite and contain nothing.

    hit_first, hit_any: the first citation, or any, is on a gold place; evidence: recall of the
    gold places; contained, f1, exact_match: against the best gold answer; quotes_verified: share
    of quotes that are the document's own text; refusal_precision: of the refused, was it
    unanswerable; refusal_recall: of the unanswerable, was it refused.
    """
    result: dict[str, float | None] = {}
    citations = answer.citations if answer.found else ()
    if question.answerable:
        if places := question.places:
            hits = [[place for place in places if place.holds(c)] for c in citations]
            result["hit_first"] = float(bool(hits and hits[0]))
            result["hit_any"] = float(any(hits))
            cited = [any(place in hit for hit in hits) for place in places]
            result["evidence"] = sum(cited) / len(cited)
        text = without_markers(answer.text) if answer.found else ""
        gold = (question.answers, question.language)
        result["contained"] = contained(" ".join([text, *(c.quote for c in citations)]), *gold)
        result["f1"] = f1(text, *gold)
        result["exact_match"] = exact_match(text, *gold)
        result["answered"] = float(answer.found)
    else:
        result["refusal_recall"] = float(not answer.found)
    result["refusal_precision"] = None if answer.found else float(not question.answerable)
    checks = [verified(citation, corpus) for citation in answer.citations]
    result["quotes_verified"] = sum(checks) / len(checks) if checks else None
    return result


def _case(question: Question, answer: Answer, corpus: Corpus) -> Case:
    return {
        "id": question.id,
        "document": question.document,
        "question": question.text,
        "answerable": question.answerable,
        "answers": list(question.answers),
        "places": [_place(place, corpus) for place in question.places],
        "answer": answer.text,
        "found": answer.found,
        "strategy": answer.strategy,
        "citations": [_citation(citation, corpus) for citation in answer.citations],
        "scores": scores(question, answer, corpus),
    }


def _citation(citation: Citation, corpus: Corpus) -> dict[str, Any]:
    """The citation with the text around it and the file it can be opened in."""
    text = corpus.text(citation.document)
    return {
        **citation.as_json(),
        "before": text[max(0, citation.start - _CONTEXT) : citation.start],
        "after": text[citation.end : citation.end + _CONTEXT],
        "file": corpus.source(citation.document),
    }


def _place(place: Place, corpus: Corpus) -> dict[str, Any]:
    """A gold place with the file it can be opened in."""
    names = [name for name in corpus.documents if place.document in (None, name)]
    file = corpus.source(names[0] if len(names) == 1 else corpus.documents[0])
    return {"file": file, "page": place.page, "start": place.start, "end": place.end}
