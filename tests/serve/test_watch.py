"""Watched folders: what changes shows within seconds, and what is gone is gone at once."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from retrieval.embed.encoder import Encoder
from tests.process import start
from tests.serve.conftest import Running, Serve, until

WITHIN = 5.0  # seconds


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / "mill.txt").write_text("The mill stands by the weir and has four wheels.")
    (folder / "deep" / "guild.txt").write_text("The secret word of the guild is heliotrope.")
    return folder


def states(running: Running) -> dict[str, str]:
    told = running.client.get("/documents").json()["documents"]
    return {one["name"]: one["state"] for one in told}


def found(running: Running, words: str) -> str:
    return running.client.post("/search", json={"query": words}).text


def test_new_edited_renamed_and_deleted_files(
    serve: Serve, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serve(watch=[papers])
    until(lambda: set(states(running).values()) == {"ready"} and len(states(running)) == 2)
    until(lambda: "four wheels" in found(running, "wheels of the mill"))

    (papers / "new.txt").write_text("The bakery of Ostby sells rye bread.")
    (papers / "mill.txt").write_text("The mill stands by the weir and has seven wheels.")
    assert "four wheels" not in found(running, "wheels of the mill")
    until(lambda: states(running).get("new.txt") == "ready", WITHIN)
    until(lambda: "seven wheels" in found(running, "wheels of the mill"), WITHIN)

    (papers / "deep" / "guild.txt").unlink()
    assert "heliotrope" not in found(running, "secret word")
    until(lambda: "guild.txt" not in states(running), WITHIN)

    # In another folder, under another name, it is the same content: nothing is computed.
    embedded: list[str] = []
    encode = Encoder.encode

    def counted(self: Encoder, texts: list[str]) -> object:
        embedded.extend(texts)
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode", counted)
    (papers / "new.txt").rename(papers / "deep" / "bread.txt")
    until(lambda: states(running).get("bread.txt") == "ready", WITHIN)
    until(lambda: "rye bread" in found(running, "bakery"), WITHIN)
    assert not embedded


def test_a_file_that_is_being_written_waits(serve: Serve, papers: Path) -> None:
    running = serve(watch=[papers])
    half, whole = "The bridge was built in 1871", " by Ada Lund, and repaired in 1902."
    ended = threading.Event()

    def write() -> None:
        with (papers / "bridge.txt").open("w") as file:
            for piece in [half, *" " * 10]:
                file.write(piece)
                file.flush()
                time.sleep(0.2)
            file.write(whole)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not ended.is_set():
        assert "1871" not in found(running, "When was the bridge built?")
        time.sleep(0.1)
    writer.join()
    until(lambda: "Ada Lund" in found(running, "When was the bridge built?"), WITHIN)


def test_index_goes_on_watching(papers: Path, cache: Path) -> None:
    process = start("index", papers, "--watch", cache=cache)
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(2)]
        assert sorted(lines)[0].startswith("guild.txt: 0 pages, 1 passages")
        # Until it watches, a change goes unnoticed: the file is written again.
        ended = threading.Event()

        def write() -> None:
            while not ended.wait(5):
                (papers / "new.txt").write_text("The bakery of Ostby sells rye bread.")

        writer = threading.Thread(target=write)
        writer.start()
        line = process.stdout.readline()
        ended.set()
        writer.join()
        assert line == "new.txt: 0 pages, 1 passages\n"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
