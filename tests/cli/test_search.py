"""docagent search"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from docagent.cli import run
from retrieval.corpus import Corpus

Capture = pytest.CaptureFixture[str]


def search(capsys: Capture, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    status = run(["search", *map(str, arguments), "--json"])
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    result: dict[str, Any] = json.loads(out)
    return status, result


def test_json(handbook: Path, handbook_corpus: Corpus, capsys: Capture) -> None:
    status, result = search(capsys, handbook, "lamp of Pennant Rock", "-k", "4")
    assert status == 0
    assert list(result) == ["query", "passages"]
    assert result["query"] == "lamp of Pennant Rock"
    assert len(result["passages"]) == 4
    text = handbook_corpus.text("handbook.pdf")
    for passage in result["passages"]:
        assert list(passage) == [
            "document",
            "page",
            "page_label",
            "heading",
            "text",
            "score",
            "start",
            "end",
        ]
        assert text[passage["start"] : passage["end"]] == passage["text"]
        assert passage["document"] == "handbook.pdf"
        assert isinstance(passage["page"], int)
        assert isinstance(passage["page_label"], str)


@pytest.mark.parametrize(
    "text",
    [
        "A mark\r\n\r\nThe gulls\r\nnest here.\r\n",
        "\ufeffA mark in front. The gulls nest here.\n",
        "\U0001f6a2\U0001f6a2 Ships, and \U00020000. The gulls nest here.\n",
    ],
)
def test_offsets_hold_in_the_raw_file(tmp_path: Path, capsys: Capture, text: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(text.encode("utf-8"))
    _, result = search(capsys, file, "gulls")
    passage = result["passages"][0]
    assert file.read_bytes().decode("utf-8")[passage["start"] : passage["end"]] == passage["text"]
    assert (passage["page"], passage["page_label"]) == (None, None)


def test_pages(handbook: Path, capsys: Capture) -> None:
    _, result = search(capsys, handbook, "ferry", "--pages", "20-21", "-k", "30")
    assert {passage["page"] for passage in result["passages"]} == {20, 21}


def test_no_passage(town: Path, handbook: Path, capsys: Capture) -> None:
    assert search(capsys, handbook, "ferry", "--pages", "900") == (
        4,
        {"query": "ferry", "passages": []},
    )
    assert run(["search", str(handbook), "ferry", "--pages", "900"]) == 4
    assert capsys.readouterr().out == ""


def test_for_a_reader(handbook: Path, capsys: Capture) -> None:
    assert (
        run(["search", str(handbook), "The lamp was lit on 18 August 1878 by the widow", "-k", "1"])
        == 0
    )
    out, err = capsys.readouterr()
    assert out.startswith("1. ")
    assert "p. 8 (printed 3)" in out
    assert "18 August 1878" in out
    assert err == ""


def test_wrong_usage(capsys: Capture) -> None:
    assert run(["search"]) == 2
    assert run(["search", "a.txt"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_search_has_no_model_to_rerank_with(handbook: Path, capsys: Capture) -> None:
    assert run(["search", str(handbook), "wind", "--rerank", "model"]) == 2
    assert "--rerank" in capsys.readouterr().err


def test_a_reranker_that_is_not_here(handbook: Path, capsys: Capture) -> None:
    assert run(["search", str(handbook), "wind", "--rerank", "no/such"]) == 1
    assert "hf download no/such" in capsys.readouterr().err
