"""The first answer does not wait for the index, which is finished after it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from docagent.cli import run
from retrieval.corpus import Corpus
from retrieval.store.cache import Cache
from retrieval.store.verify import verify
from tests.conftest import TOWN
from tests.process import start

QUERY = "Who rebuilt the ice house?"
SAID = "Finishing the index for the next question; Ctrl-C loses nothing."
SLOW = """
import threading, time
import retrieval.corpus
from retrieval.embed.encoder import Encoder
retrieval.corpus._SOON = 0
real = Encoder.encode
def slow(self, texts):
    for piece in real(self, texts):
        if threading.current_thread().name == "embedding":
            time.sleep(0.2)
        yield piece
Encoder.encode = slow
from docagent.cli import main
main()
"""


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A document of more passages than a question's own candidates."""
    file = tmp_path / "register.md"
    sections = (
        f"## Boat {n}\n\n" + f"Boat {n} carried {n * 7} barrels of oil to the harbour. " * 6
        for n in range(160)
    )
    file.write_text("\n\n".join([*sections, f"## {TOWN}"]), "utf-8")
    return file


def test_the_index_is_finished_after_the_answer(
    register: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("retrieval.corpus._SOON", 0)
    assert run(["search", str(register), QUERY, "--json"]) == 0
    out, err = capsys.readouterr()
    assert "Ulla Brandt" in json.loads(out)["passages"][0]["text"]
    assert err.splitlines()[-1] == f"docagent: {SAID}"
    assert run(["search", str(register), QUERY, "--json"]) == 0
    again, err = capsys.readouterr()
    assert err == ""
    passages = json.loads(again)["passages"]
    assert "Ulla Brandt" in passages[0]["text"]


@pytest.mark.parametrize(("pages", "status"), [([], 0), (["--pages", "900"], 4)])
def test_ctrl_c_there_keeps_the_answer(
    register: Path, cache: Path, pages: list[str], status: int
) -> None:
    process = start("search", register, QUERY, "--json", *pages, cache=cache, code=SLOW)
    assert process.stdout is not None
    assert process.stderr is not None
    passages = json.loads(process.stdout.readline())["passages"]
    assert bool(passages) == (status == 0)
    assert any(SAID in line for line in process.stderr)  # and no further
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (
        status,
        "docagent: The rest of the index is made at the next question.\n",
    )
    assert not list(verify(Cache(cache)))
    if status == 0:
        again = Corpus.open([register], cache=cache).search(QUERY, k=1)[0]
        assert again.text == passages[0]["text"]
