"""Paths remembered under a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from docagent.cli import run
from retrieval.corpus import Corpus
from retrieval.errors import DocAgentError
from retrieval.store.inventory import Inventory

pytestmark = pytest.mark.usefixtures("loaded")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    for year in ("2022", "2023"):
        (folder / f"{year}.txt").write_text(f"The profit of {year} was {year}0 florins.", "utf-8")
    return folder


def test_a_folder_is_searched_again_at_each_use(
    reports: Path, cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["index", str(reports), "--name", "reports"]) == 0
    monkeypatch.chdir("/")  # the paths are absolute
    (reports / "2024.txt").write_text("The profit of 2024 was nothing at all.", "utf-8")
    (reports / "2022.txt").unlink()
    (reports / "2023.txt").write_text("The profit of 2023 was 7 florins.", "utf-8")
    corpus = Corpus.open(["@reports"])
    assert corpus.documents == ["2023.txt", "2024.txt"]
    assert "7 florins" in corpus.search("profit of 2023", k=1)[0].text
    capsys.readouterr()
    assert run(["search", "@reports", "profit of 2024", "-k", "1"]) == 0
    assert "nothing at all" in capsys.readouterr().out


def test_list_and_clear(reports: Path, town: Path, cache: Path, capsys: Capture) -> None:
    assert run(["index", str(reports), str(town), "--name", "all"]) == 0
    assert run(["index", str(reports), "--name", "reports"]) == 0
    capsys.readouterr()
    assert run(["index", "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[:2] == [f"@all  {reports}, {town}", f"@reports  {reports}"]
    assert len(listed) == 2 + 3 + 1
    assert run(["index", "@all", "--clear"]) == 0
    sources = [Path(entry.source).name for entry in Inventory(cache).entries()]
    assert sources == ["2022.txt", "2023.txt"]
    capsys.readouterr()
    assert run(["search", "@all", "harbour"]) == 1
    assert "No collection is called @all (known: @reports)" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a b", "-x"])
def test_a_name_is_no_path(reports: Path, cache: Path, name: str, capsys: Capture) -> None:
    assert run(["index", str(reports), f"--name={name}"]) == 1
    assert "no name for a collection" in capsys.readouterr().err
    with pytest.raises(DocAgentError):
        Corpus.open([f"@{name}"])


def test_what_is_gone_is_left_out(
    reports: Path, town: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(["index", str(reports), str(town), "--name", "all"]) == 0
    town.unlink()
    assert Corpus.open(["@all"]).documents == ["2022.txt", "2023.txt"]
    assert "town.txt is no longer there" in caplog.text
    for file in reports.iterdir():
        file.unlink()
    reports.rmdir()
    with pytest.raises(DocAgentError, match="Nothing is left of the collection @all"):
        Corpus.open(["@all"])


def test_a_pattern_is_matched_again_at_each_use(reports: Path, cache: Path) -> None:
    assert run(["index", f"{reports}/202*.txt", "--name", "years"]) == 0
    (reports / "2024.txt").write_text("The profit of 2024 was nothing at all.", "utf-8")
    (reports / "notes.txt").write_text("Gulls nest on the roof.", "utf-8")
    assert Corpus.open(["@years"]).documents == ["2022.txt", "2023.txt", "2024.txt"]
    Corpus.open([reports / "notes.txt"])
    assert run(["index", "--clear", "@years"]) == 0
    assert [Path(entry.source).name for entry in Inventory(cache).entries()] == ["notes.txt"]
