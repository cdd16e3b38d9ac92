"""Bad input ends in an answer or in one clear line, and the next good question works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from docagent.cli import run
from tests.make_pdf import encrypt, long_pdf, ship, text_pdf
from tests.process import one_line

Capture = pytest.CaptureFixture[str]
QUERY = "Who rebuilt the ice house?"
PAGES = ["The ferry Petrel was re-engined in spring.", "Gulls nest on the customs house."]


@pytest.fixture(autouse=True)
def a_good_question_works_afterwards(town: Path, cache: Path, capsys: Capture) -> Iterator[None]:
    yield
    capsys.readouterr()
    assert run(["search", str(town), QUERY]) == 0
    out, err = capsys.readouterr()
    assert "Ulla Brandt" in out
    assert err == ""


def fails(capsys: Capture, *arguments: str | Path) -> str:
    """The one line that a failing search ends in."""
    assert run(["search", *map(str, arguments)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    return one_line(err)


def missing(folder: Path) -> Path:
    return folder / "none.pdf"


def nothing_readable(folder: Path) -> Path:
    (folder / "in" / "deep").mkdir(parents=True)
    (folder / "in" / "deep" / "film.mp4").write_bytes(b"\x00ftyp")
    return folder / "in"


def empty_pdf(folder: Path) -> Path:
    (folder / "empty.pdf").write_bytes(b"")
    return folder / "empty.pdf"


def empty_text(folder: Path) -> Path:
    (folder / "empty.txt").write_bytes(b"")
    return folder / "empty.txt"


def mark_alone(folder: Path) -> Path:
    (folder / "mark.txt").write_bytes(b"\xef\xbb\xbf\r\n")
    return folder / "mark.txt"


def truncated_pdf(folder: Path) -> Path:
    whole = text_pdf(folder / "whole.pdf", PAGES).read_bytes()
    (folder / "cut.pdf").write_bytes(whole[:200])
    return folder / "cut.pdf"


def no_pdf(folder: Path) -> Path:
    (folder / "page.pdf").write_bytes(b"%PD\x00\x01\x02 no header")
    return folder / "page.pdf"


def scan(folder: Path) -> Path:
    return text_pdf(folder / "scan.pdf", [None, None])


def locked(folder: Path) -> Path:
    plain = text_pdf(folder / "plain.pdf", PAGES)
    return encrypt(plain, folder / "locked.pdf", "AES-256", "gull")


def binary(folder: Path) -> Path:
    (folder / "program.txt").write_bytes(bytes(range(256)) * 40)
    return folder / "program.txt"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, "none.pdf does not exist"),
        (nothing_readable, "holds no file"),
        (empty_pdf, "empty.pdf is empty"),
        (empty_text, "empty.txt is empty"),
        (mark_alone, "mark.txt is empty"),
        (truncated_pdf, "cut.pdf is not a readable PDF"),
        (no_pdf, "page.pdf is not a PDF"),
        (scan, "scan.pdf is scanned"),
        (locked, "locked.pdf needs a password"),
        (binary, "program.txt is not text"),
    ],
)
def test_a_file_that_cannot_be_read(
    tmp_path: Path, capsys: Capture, make: Callable[[Path], Path], words: str
) -> None:
    assert words in fails(capsys, make(tmp_path), QUERY)


def test_passwords(tmp_path: Path, capsys: Capture) -> None:
    path = locked(tmp_path)
    error = fails(capsys, path, QUERY, "--password", "heron")
    assert "does not open" in error
    assert "heron" not in error
    assert run(["search", str(path), "Petrel", "--password", "gull"]) == 0
    assert "Petrel" in capsys.readouterr().out
    assert "needs a password" in fails(capsys, path, QUERY)  # also now that it is cached


@pytest.mark.parametrize("question", ["", "   ", "\x00", "\ud83d"])
@pytest.mark.parametrize("verb", ["ask", "search"])
def test_a_question_of_nothing(town: Path, capsys: Capture, verb: str, question: str) -> None:
    status = run([verb, str(town), question, *(["--model", "none"] if verb == "ask" else [])])
    out, err = capsys.readouterr()
    if question.strip("\x00 "):
        assert status in (0, 4)  # a replacement character is a question, if a poor one
        return
    assert (status, out) == (1, "")
    assert "The question is empty" in one_line(err)


@pytest.mark.parametrize(
    "question", ["Who rebuilt the ice\x00 house?", "Who rebuilt the \udce9 ice house?"]
)
def test_odd_characters_in_a_question(town: Path, capsys: Capture, question: str) -> None:
    arguments = ["--model", "none", "--json", "--budget", "50"]
    assert run(["ask", str(town), question, *arguments]) == 0
    assert "Ulla Brandt" in json.loads(capsys.readouterr().out)["answer"]


def test_odd_characters_in_a_document(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "odd.txt"
    file.write_bytes(b"The gulls\x00 nest \xed\xa0\xbd on the roof. " + b"Good words. " * 200)
    assert run(["search", str(file), "gulls nest", "--json"]) == 0
    out = capsys.readouterr().out
    out.encode("utf-8")
    assert "gulls\x00 nest" in json.loads(out)["passages"][0]["text"]


def test_escape_sequences_do_not_reach_the_terminal(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "esc\x1b[31m.txt"
    hostile = "\x1b]0;owned\x07 \x1b[2J\x9b31m \u202egnp.exe gulls nest on the roof."
    file.write_text(f"\x1b[1mGULLS AND ROOFS\n\n{hostile}\n", encoding="utf-8")
    for verb in (["search"], ["search"], ["ask", "--model", "none", "--budget", "50"]):
        assert run([*verb, str(file), "Where do gulls nest?"]) == 0
    assert run(["index", str(file)]) == 0
    assert run(["index", "--list"]) == 0
    assert run(["search", str(tmp_path / "no\x1b[31m.txt"), "gulls"]) == 1
    out, err = capsys.readouterr()
    for char in "\x1b\x07\x9b\u202e":
        assert char not in out
        assert char not in err


def test_pages_without_text_are_named_each_time(tmp_path: Path, capsys: Capture) -> None:
    path = text_pdf(tmp_path / "mixed.pdf", [PAGES[0], None, PAGES[1], None])
    for _ in range(2):
        assert run(["search", str(path), "gulls", "--json"]) == 0
        out, err = capsys.readouterr()
        assert "mixed.pdf: no text on pages 2, 4" in one_line(err)
        assert json.loads(out)["passages"][0]["page"] == 3


def test_a_file_deleted_between_two_runs(town: Path, tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The gulls left in May.", encoding="utf-8")
    assert run(["search", str(other), "gulls"]) == 0
    other.unlink()
    capsys.readouterr()
    assert "does not exist" in fails(capsys, other, "gulls")


def test_a_file_edited_between_two_runs(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "a.txt"
    for month in ("May", "June"):
        file.write_text(f"The gulls left in {month}.", encoding="utf-8")
        assert run(["search", str(file), "When did the gulls leave?"]) == 0
        assert month in capsys.readouterr().out


def test_a_folder_where_a_file_should_be(tmp_path: Path, town: Path, capsys: Capture) -> None:
    (tmp_path / "folder").mkdir()
    trace = ["--trace", str(tmp_path / "folder"), "--model", "none"]
    assert run(["ask", str(town), QUERY, *trace]) == 1
    assert one_line(capsys.readouterr().err)


@pytest.mark.slow
def test_two_thousand_pages(tmp_path: Path, capsys: Capture) -> None:
    path = long_pdf(tmp_path / "long.pdf", 2000)
    question = f"Under which permit did {ship(1999)} enter the harbour?"
    for _ in range(2):
        assert run(["ask", str(path), question, "--json", "--model", "none"]) == 0
        first = json.loads(capsys.readouterr().out)["citations"][0]
        assert (first["page"], "23993" in first["quote"]) == (1999, True)
