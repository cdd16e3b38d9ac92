"""A format that this test adds: all it takes is a reader and its registration."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval import Corpus
from retrieval.parse import registry
from retrieval.parse.document import Block, Document
from retrieval.parse.open import read
from retrieval.parse.registry import Format, register
from retrieval.progress import Emit, Progress
from tests.make_office import workbook

pytestmark = pytest.mark.usefixtures("loaded")


def read_rot13(path: Path, password: str | None, emit: Emit) -> Document:
    """Text in which each letter is replaced by the one 13 places on."""
    import codecs

    text = codecs.decode(path.read_text("utf-8"), "rot13")
    emit(Progress("read", 1, 1, "letters"))
    return Document(path.stem, text, (), (Block("text", 0, len(text)),))


@pytest.fixture
def rot13(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_FORMATS", dict(registry.formats()))
    register(Format("rot13", (".rot13",), read_rot13))


@pytest.mark.usefixtures("rot13")
def test_a_registered_format_is_searched(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "gulls.rot13").write_text("Gur thyyf arfg ba gur ebbs.", "utf-8")
    (tmp_path / "town.txt").write_text("Nets are dried on the meadow.", "utf-8")
    seen: list[Progress] = []
    corpus = Corpus.open(tmp_path, cache=cache, emit=seen.append)
    assert corpus.search("Where do the gulls nest?", k=1)[0].text == "The gulls nest on the roof."
    assert Progress("read", 1, 1, "letters") in seen


def test_every_format_has_a_suffix_of_its_own() -> None:
    suffixes = [suffix for each in registry.formats().values() for suffix in each.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert {"pdf", "docx", "pptx", "xlsx", "epub", "html", "eml"} < set(registry.formats())


def test_an_error_of_the_callback_is_the_callers_own(tmp_path: Path) -> None:
    """It ends the work, and is not taken for a damaged file."""

    def refuse(progress: Progress) -> None:
        raise LookupError(progress.unit)

    workbook(tmp_path / "a.xlsx")
    with pytest.raises(LookupError, match="rows"):
        read(tmp_path / "a.xlsx", emit=refuse)
