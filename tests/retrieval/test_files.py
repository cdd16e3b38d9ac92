"""Which files are read: named ones, folders, patterns."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from retrieval.files import readable_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "deep/er/b.md", "deep/c.docx", ".git/d.txt", ".e.txt", "deep/f.zip"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("x")
    return tmp_path / "in"


def found(folder: Path, *paths: Path) -> list[str]:
    _, files = readable_files(paths)
    return [file.relative_to(folder).as_posix() for file in files]


def test_folders(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "docagent"):
        assert found(folder, folder) == ["a.txt", "deep/c.docx", "deep/er/b.md"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{folder}: not of a format docagent reads: deep/f.zip."
    ]


def test_folders_that_link_to_each_other(folder: Path, tmp_path: Path) -> None:
    (folder / "deep" / "loop").symlink_to(folder)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "g.txt").write_text("x")
    (folder / "linked").symlink_to(tmp_path / "other")
    assert found(folder, folder) == ["a.txt", "deep/c.docx", "deep/er/b.md", "linked/g.txt"]


def test_patterns(folder: Path) -> None:
    assert found(folder, folder / "*.txt") == ["a.txt"]
    assert found(folder, folder / "**" / "*.md") == ["deep/er/b.md"]
    assert found(folder, folder / "d*") == ["deep/c.docx", "deep/er/b.md"]
    with pytest.raises(DocAgentError, match=r"No file matches .*\*\.pdf"):
        readable_files([folder / "*.pdf"])


def test_a_name_with_marks_of_a_pattern_is_taken_as_it_stands(folder: Path) -> None:
    (folder / "a[1].txt").write_text("x")
    assert readable_files([folder / "a[1].txt"]) == ([folder / "a[1].txt"], [])


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="holds no file docagent reads"):
        readable_files([tmp_path])
    with pytest.raises(DocAgentError, match="does not exist"):
        readable_files([tmp_path / "no.pdf"])
