"""What the benchmarks count as right; the engine's on a tiny model with random weights."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks.answers import cost, follow_ups, strategies, tool_calls, verdict
from benchmarks.answers.counting import Cost, Meter, Player
from benchmarks.engine import gpu
from benchmarks.engine.__main__ import section
from benchmarks.engine.bench import Bench
from benchmarks.retrieval import page_questions, pages, spans
from benchmarks.retrieval.waiting import waited
from docagent import DocAgent
from docagent.jsonl import read_rows
from tests.calling_model import CallingModel, call
from tests.engine.tiny import config, twins
from tests.make_pdf import text_pdf

NOUNS = ("copper", "timber", "salmon", "cotton")
PROSE = (
    "The company leases {noun} warehouses in {noun} harbour under agreements that end after 12 "
    "years and cost 340 dollars a month."
)
PAGES = [
    f"Notes to the statements\n{PROSE.format(noun=noun)}\n(in millions) 2021 2022\n"
    f"Net revenue of {noun} products 1,204 1,377\nTotal current assets 5 6\n"
    for noun in NOUNS
]


def test_the_same_questions_each_time_with_the_page_they_were_made_of() -> None:
    made = page_questions.questions("report.pdf", PAGES, 8)
    assert made == page_questions.questions("report.pdf", PAGES, 8)
    assert {question.kind for question in made} == {"prose", "row"}
    for question in made:
        noun = next(noun for noun in NOUNS if noun in question.question)
        assert question.evidence_pages == [NOUNS.index(noun) + 1]
        assert question.kind == "row" or not any(map(str.isdigit, question.question))


def test_likely_pages_hold_the_figures_of_the_answer() -> None:
    answer = "It was $36,413 million, or 44.5%, in 2023 (July 1).\n\nSOURCE(S): 9,999"
    texts = ["Margin 36,413 in 2023", "Margin 36,413 and 44.5%", "none", "136,413 and 44.51"]
    assert page_questions.likely_pages(page_questions.figures(answer), texts) == [2]


def test_a_system_answers_from_its_own_process(tmp_path: Path) -> None:
    from retrieval.embed.encoder import Encoder

    pdf = text_pdf(tmp_path / "report.pdf", PAGES)
    asked = {"question": "What was net revenue of salmon products?", "doc": "report.pdf"}
    lines = [json.dumps(row) for row in ({**asked, "evidence_pages": [3]}, asked)]
    (tmp_path / "set.jsonl").write_text("\n".join(lines), "utf-8")
    rows = pages.read_pages(tmp_path / "set.jsonl")
    run = pages.run("ours", sys.executable, Encoder().folder, rows)
    assert [(result.set, result.rank) for result in run.results] == [("set", 1)]
    assert list(run.indexing) == [str(pdf)]
    assert run.peak > 50_000_000
    assert pages.first_gold([(3, 400), (7, 800), (7, 4000)], {7, 9}) == (2, 300.0)


def test_a_document_is_waited_for_in_a_process_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sheds.txt"
    sheds = [f"Shed {n} stores {n * 40} barrels of salt for boat {n + 7}." for n in range(90)]
    file.write_text("\n\n".join(sheds), "utf-8")
    result = waited("ours", [file], ["How much salt is in shed 3?", "Whose salt is in shed 8?"])
    assert result.words is not None
    assert 0 < result.words < result.first <= result.whole
    assert result.vectors == result.passages
    assert result.peak > 50_000_000


def test_spans(tmp_path: Path) -> None:
    assert spans.rank([(0, 10), (10, 20)], (12, 18)) == 2
    assert spans.rank([(51, 151)], (0, 100)) is None
    assert spans.tokens_to([(0, 40), (100, 140), (200, 240)], [(0, 40), (200, 220)]) == 30
    (tmp_path / "a.txt").write_text("Äpfel are red.\n", "utf-8")
    (tmp_path / "b.txt").write_text("One.\n\nPears are green.", "utf-8")
    place = {"char_start": 6, "char_end": 22, "answer_char_start": 16}
    rows = [{"doc": "b.txt", **place, "answerable": True}, {"doc": "a.txt", "answerable": False}]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (row,) = spans.joined(tmp_path / "q.jsonl", tmp_path / "all.txt")
    text = (tmp_path / "all.txt").read_text("utf-8")
    assert text[slice(*spans.gold(row))] == "Pears are green."


def test_verdict_asks_every_question_of_its_own_and_of_other_documents(tmp_path: Path) -> None:
    names = ("ferry.txt", "gulls.txt", "2023_Q3_AAPL.pdf", "2022_Q1_AAPL.pdf")
    for name in names:
        (tmp_path / name).touch()
    rows = [{"question": name, "doc": name, "answerable": name != "gulls.txt"} for name in names]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    pairs = verdict.drawn(verdict.questions(tmp_path / "rows.jsonl", 1), [], random.Random(0))
    assert [question for _, question in pairs["own"]] == [names[0], *names[2:]]
    assert [question for _, question in pairs["unanswerable"]] == ["gulls.txt"]
    for document, question in pairs["another"]:  # the two reports are on the same company
        assert verdict.subject(document) != verdict.subject(Path(question))
    assert verdict.area([2.0, 3.0], [1.0, 2.0]) == 0.875


def test_calls_and_answers_are_right_with_the_values_that_were_named() -> None:
    cases = tool_calls.cases()
    assert len({case["prompt"] for case in cases}) == 200
    case = next(case for case in cases if case.get("name") == "add_entry")
    named = {"account": "rent", "amount": 12, "date": "2024-03-05"}
    right = json.dumps({"name": "add_entry", "arguments": named})
    assert tool_calls.judged(case, f"```json\n{right}\n```")["right"]
    other = tool_calls.judged(case, right.replace("12", "13"))
    assert (other["parses"], other["right"]) == (True, False)
    assert tool_calls.judged(case, "I will book that.")["error"] == "0 calls"
    case = next(case for case in cases if case["kind"] == "answer")
    value = {"number": "R-701", "supplier": "Ada Lindqvist", "total": 18.5, "paid": True}
    assert tool_calls.judged(case, f"Here it is:\n{json.dumps(value)}")["right"]
    assert not tool_calls.judged(case, json.dumps(value | {"paid": False}))["right"]
    rows = read_rows(follow_ups.PAIRS)
    # As it stands a follow-up is right where nothing is to be put in, and only there.
    assert all(follow_ups.is_right(row, row["follow_up"]) == bool(row.get("keep")) for row in rows)


@pytest.mark.usefixtures("loaded")
def test_the_agents_calls_answers_and_refusals_are_counted(town: Path) -> None:
    replies = ["It was rebuilt by the mason Ulla Brandt [1].", "The document does not say."]
    model = CallingModel(script=[call("find"), "Known.", replies[0], "Unknown.", replies[1]])
    agent = DocAgent(model, strategy="agent")
    asked = {"question": "Who rebuilt the ice house?", "answers": ["ulla  brandt"]}
    rows = [strategies.ask(agent, town, {**asked, "answerable": known}) for known in (True, False)]
    column = strategies.column(rows)
    assert column["answered"] == column["unanswerable refused"] == "1 of 1"
    assert column["calls"] == "search 2, invalid 1"


@pytest.mark.usefixtures("loaded")
def test_the_costs_of_a_small_document(tmp_path: Path) -> None:
    letters = Meter(lambda text: list(map(ord, text)))
    assert letters.add("abcdef", "xy") == Cost(1, 6, 6, 2)
    assert letters.add("abcdefxyz", "") == Cost(1, 9, 1, 0)  # a reply is the next turn's prefix
    assert letters.add("abc", "").computed == 1  # of a prompt known whole
    sheds = [f"Shed {n} stores rope, tar and {n * 40} barrels of salt." for n in range(900)]
    tokens: dict[str, int] = {}
    meter = Meter(lambda text: [tokens.setdefault(word, len(tokens)) for word in text.split()])
    text = cost.document(["\n\n".join(sheds)], 6_000, lambda text: len(text.split()))
    file, length = tmp_path / "document.txt", len(text.split())
    file.write_text(text, "utf-8")
    rows = list(cost.ours(file, meter, tmp_path / "cache"))
    assert all(right in ("1/1", "8/8", "yes") for *_, right in rows), rows
    costs = {(way, asked): spent for way, asked, spent, _ in rows}
    assert costs["direct", "one place"].computed > length
    assert costs["direct", "then another place"].computed < 0.05 * length
    assert costs["read", "then all of it again"].calls == 1  # what was read is kept
    member = '{"res": "none", ...}\n# Document:\nThe beacon is green. Tar.\nWhich colour?'
    reply = Player({"Which colour?": ["green"]}).reply(member)
    assert json.loads(reply) == {"res": "ans", "content": "The beacon is green."}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Of a checkpoint whose tokens are single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    backend = Tokenizer(models.BPE(vocab={s: n for n, s in enumerate(alphabet)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    build: Any = PreTrainedTokenizerFast
    folder = tmp_path_factory.mktemp("tiny-qwen2-instruct")
    twins().theirs.save_pretrained(folder)
    build(tokenizer_object=backend, eos_token="<|im_end|>").save_pretrained(folder)
    return Bench(os.fspath(folder), quick=True)


@pytest.mark.parametrize(
    ("name", "rows"), [("yarn", 2), ("agent", 3), ("decode", 2), ("quote", 4), ("batch", 3)]
)
def test_a_section_of_the_engine_gives_its_table(name: str, rows: int, bench: Bench) -> None:
    table = section(name, bench)
    assert len(table.rows) == rows
    assert all(cell for row in table.rows for cell in row)
    exact = [row[-1] for row in table.rows if row[0] == "float32"]
    assert name != "quote" or set(exact) == {"2/2 answers"}  # with lookup and without


def test_the_gpu_section_on_shapes_of_a_cpu() -> None:
    shape = {name: config().to_dict()[name] for name in gpu.QWEN2_7B}
    table = gpu.measured(shape, torch.device("cpu"), (40, 300), copied=2**20)
    ratios = [(row[0], row[1], row[3]) for row in table.rows if row[1] == "transformers"]
    assert ratios == [("40", "transformers", "1.00"), ("300", "transformers", "1.00")]
    assert gpu.cells(None, None, 1.0)[0] == gpu.FULL
