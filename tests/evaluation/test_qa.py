"""Sets of questions answered and scored, with models that say what the test wants."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docagent import DocAgent
from docagent.errors import DocAgentError
from docagent.evaluation.qa import evaluate
from docagent.evaluation.questions import read_questions
from docagent.evaluation.report import link, worth, write_report
from docagent.evaluation.results import Results, read_costs, read_results
from docagent.evaluation.summary import agreement, write_summary
from docagent.model import Model
from tests.fake_model import FakeModel

RIGHT = "It was rebuilt by Ulla Brandt. [1]"
LATE = "The harbour office opens at 9:00 in winter."


def run_qa(questions: Path, folder: Path, model: Any, **options: Any) -> dict[str | int, Any]:
    with Results(folder, {"model": "fake"}) as results:
        evaluate(DocAgent(model), read_questions(questions), results, **options)
        write_summary(results, "document")
        write_report(results, "town")
    return results.cases


def test_right_wrong_and_refused_answers(questions: Path, tmp_path: Path, loaded: None) -> None:
    cases = run_qa(questions, tmp_path / "out", FakeModel(replies=[RIGHT, LATE]))
    ice, office, dna = (cases[id] for id in ("ice", "office", "dna"))
    assert ice["scores"] == {
        "hit_first": 1.0,
        "hit_any": 1.0,
        "evidence": 1.0,
        "contained": 1.0,
        "f1": pytest.approx(2 * 2 / (6 + 2)),
        "exact_match": 0.0,
        "answered": 1.0,
        "refusal_precision": None,
        "quotes_verified": 1.0,
    }
    assert office["scores"]["f1"] == 0.0
    assert dna["found"] is False
    assert dna["scores"] == {
        "refusal_recall": 1.0,
        "refusal_precision": 1.0,
        "quotes_verified": None,
    }
    quote = ice["citations"][0]
    text = (tmp_path / "town.txt").read_text("utf-8")
    assert quote["before"] + quote["quote"] + quote["after"] in text
    costs = read_costs(tmp_path / "out")["ice"]
    assert (costs["prompt_tokens"], costs["completion_tokens"]) == (100, 7)
    assert costs["tokens_computed"] == 100 - 40 + 7


def test_a_refusal_of_what_stands_there_scores_nothing(
    questions: Path, tmp_path: Path, loaded: None
) -> None:
    refusal = "The document does not say."
    cases = run_qa(questions, tmp_path / "out", FakeModel(replies=[refusal, refusal]))
    scores = cases["ice"]["scores"]
    assert (scores["answered"], scores["refusal_precision"]) == (0.0, 0.0)
    assert (scores["contained"], scores["f1"], scores["hit_any"]) == (0.0, 0.0, 0.0)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["total"]["refusal_precision"]["value"] == pytest.approx(1 / 3, abs=1e-5)
    assert summary["by_document"]["town.txt"] == summary["total"]


def test_a_run_goes_on_and_two_runs_are_alike(
    questions: Path, tmp_path: Path, loaded: None
) -> None:
    whole = run_qa(questions, tmp_path / "a", FakeModel(replies=[RIGHT, LATE]))
    agent = DocAgent(FakeModel(replies=[RIGHT]))
    with (
        pytest.raises(IndexError),  # the model has no second reply
        Results(tmp_path / "b", {"model": "fake"}) as results,
    ):
        evaluate(agent, read_questions(questions), results)
    assert list(read_results(tmp_path / "b")[1]) == ["ice"]
    assert run_qa(questions, tmp_path / "b", FakeModel(replies=[LATE])) == whole
    for name in ("results.jsonl", "summary.json", "report.html"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_closed_book_and_a_judge(questions: Path, tmp_path: Path, loaded: None) -> None:
    model = FakeModel(replies=[RIGHT, "Ulla Brandt", LATE, "No idea."])
    judge = FakeModel(replies=["**Yes.**", "I cannot tell"])
    cases = run_qa(questions, tmp_path / "out", model, closed=True, judge=Model(judge))
    ice, office = cases["ice"], cases["office"]
    assert (ice["closed_book"], office["closed_book"]) == ("Ulla Brandt", "No idea.")
    assert [c["scores"]["closed_contained"] for c in (ice, office)] == [1.0, 0.0]
    assert "town" not in model.prompt(1) and "ice house" in model.prompt(1)
    assert [c["scores"]["judged_right"] for c in (ice, office)] == [1.0, None]
    assert "Ulla Brandt" in judge.prompt(0) and "[1]" not in judge.prompt(0)
    assert "judged_right" not in cases["dna"]["scores"]
    assert agreement(list(cases.values())) == (1, 0, 1)
    # What the model was asked besides is no cost of the answer.
    assert read_costs(tmp_path / "out")["ice"]["prompt_tokens"] == 100


def test_a_document_that_cannot_be_read_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 no")
    row = {"id": 1, "doc": "bad.pdf", "question": "What?", "answer": "x"}
    (tmp_path / "q.jsonl").write_text(json.dumps(row), "utf-8")
    with pytest.raises(DocAgentError, match=r"bad\.pdf"):
        run_qa(tmp_path / "q.jsonl", tmp_path / "out", FakeModel(replies=[]))


def test_nothing_of_a_document_is_markup_in_the_report(tmp_path: Path, loaded: None) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=y> \x1b[31m \u202e'
    document = tmp_path / "<b>&.txt"
    document.write_text(f"The ice house {evil} was rebuilt by Ulla Brandt.", "utf-8")
    row = {"id": 1, "doc": document.name, "question": "Who rebuilt the ice house?", "answer": evil}
    (tmp_path / "q.jsonl").write_text(json.dumps(row), "utf-8")
    run_qa(tmp_path / "q.jsonl", tmp_path / "out", FakeModel(replies=[f"{evil} [1]"]))
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for forbidden in ("<script", "<img", "<b>&", "\x1b", "\u202e", "http:", "https:"):
        assert forbidden not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="file:///' in page and "%3Cb%3E%26.txt" in page


def test_links_lead_to_the_page(handbook: Path, tmp_path: Path) -> None:
    assert link(str(handbook), 14) == handbook.resolve().as_uri() + "#page=14"
    text = tmp_path / "a b#c.txt"
    text.write_text("x", "utf-8")
    assert link(str(text), 3) == (tmp_path.resolve() / "a b#c.txt").as_uri()
    assert "#" not in (link(str(text), None) or "#")
    assert link("javascript:alert(1)", 1) is None


def test_the_worst_come_first() -> None:
    right = {"scores": {"contained": 1.0, "hit_any": 1.0, "answered": 1.0, "f1": 0.2}}
    wrong = {"scores": {"contained": 0.0, "hit_any": 1.0, "answered": 1.0, "f1": 0.0}}
    missed = {"scores": {"refusal_recall": 0.0}}
    assert sorted([right, wrong, missed], key=worth) == [missed, wrong, right]
