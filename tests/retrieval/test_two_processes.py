"""Reading a collection while another process changes and indexes it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.store.cache import Cache
from retrieval.store.verify import verify
from tests.process import start

pytestmark = pytest.mark.usefixtures("loaded")
ROUNDS = 5
QUERY = "What was the profit?"
WRITER = """
import sys
from pathlib import Path
from retrieval.corpus import Corpus

folder = Path(sys.argv[1])
for number in range(1, int(sys.argv[2]) + 1):
    new = folder / ".new"
    new.write_text(f"The profit of {number} was {number}0 florins.", "utf-8")
    new.rename(folder / "profit.txt")
    (folder / f"more-{number}.txt").write_text(f"Boat {number} carried oil.", "utf-8")
    if number > 2:
        (folder / f"more-{number - 2}.txt").unlink()
    Corpus.open([folder])
    print(number, flush=True)
"""


def test_a_reader_sees_whole_states(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(f"Watch {number} was cold.", "utf-8")
    (folder / "profit.txt").write_text("The profit of 0 was 00 florins.", "utf-8")
    held = Corpus.open([folder])
    before = held.search(QUERY)
    process = start(folder, str(ROUNDS), cache=cache, code=WRITER)
    with caplog.at_level(logging.WARNING, "docagent"):
        last = 0
        while process.poll() is None:
            assert held.search(QUERY) == before  # what is open stays as it was
            number = int(profit(folder))
            assert number >= last
            last = number
    assert process.returncode == 0, process.communicate()[1]
    assert [line for line in caplog.messages if "damaged" in line] == []
    assert not list(verify(Cache(cache)))
    wanted = Corpus.open([folder], cache=tmp_path / "calm").search(QUERY, k=50)
    assert Corpus.open([folder]).search(QUERY, k=50) == wanted
    assert profit(folder) == str(ROUNDS)


def profit(folder: Path) -> str:
    """The number of the state a reader finds."""
    best = Corpus.open([folder]).search(QUERY, k=1)[0]
    assert best.document == "profit.txt"
    _, _, _, number, _, amount, _ = best.text.split()
    assert amount == f"{number}0"
    return number
