"""A store behind several servers: the same answers at each, and what others add to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("lancedb")

from docagent.cli import run
from docagent.errors import DocAgentError
from docagent.serve.service import Service
from docagent.settings import Settings
from retrieval.large import fill_store
from retrieval.store.lance import LanceStore
from tests.make_pdf import text_pdf
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve, running

TIDES = "The tide tables of Sund are printed by the chandler Mette Holm."


@pytest.fixture
def folder(tmp_path: Path, town: Path) -> Path:
    """The town, and a PDF of two pages."""
    root = tmp_path / "reports"
    root.mkdir()
    town.rename(root / "town.txt")
    text_pdf(root / "two.pdf", ["The mill grinds rye.", "The mill was built in 1871."])
    return root


@pytest.fixture
def uri(folder: Path, tmp_path: Path, cache: Path, loaded: None) -> str:
    uri = f"lance:{tmp_path}/store"
    fill_store(uri, folder, cache=cache, embedding="embedded")
    return uri


@pytest.fixture
def both(uri: str, tmp_path: Path) -> Iterator[tuple[Running, Running]]:
    """Two servers of the store, each with a cache of its own."""
    with ExitStack() as ends:
        yield tuple(
            ends.enter_context(running(store=uri, settings=Settings(cache=tmp_path / name)))
            for name in ("one", "two")
        )


def added(uri: str, folder: Path, cache: Path) -> None:
    (folder / "tides.txt").write_text(TIDES, "utf-8")
    fill_store(uri, folder, cache=cache, embedding="embedded")


def test_two_servers_of_a_store_say_the_same(both: tuple[Running, Running]) -> None:
    def told(server: Running) -> list[object]:
        asked = server.client.post("/ask", json={"question": QUESTION}).json()
        asked.pop("seconds")
        query = {"query": "When was the mill built?", "k": 3}
        found = server.client.post("/search", json=query).json()
        listed = server.client.get("/documents").json()
        of_one = {"query": "mill", "documents": [found["passages"][0]["document_id"]]}
        return [asked, found, listed, server.client.post("/search", json=of_one).json()]

    one, two = (told(server) for server in both)
    assert one == two
    asked, found, listed, of_one = one
    assert asked["answer"].startswith(ANSWER) and asked["citations"][0]["document_id"]
    assert (found["passages"][0]["document"], found["passages"][0]["page"]) == ("two.pdf", 2)
    assert listed["total"] == 2 and {each["state"] for each in listed["documents"]} == {"ready"}
    assert {each["document"] for each in of_one["passages"]} == {"two.pdf"}


def test_what_another_process_writes_is_seen(
    both: tuple[Running, Running], uri: str, folder: Path, cache: Path
) -> None:
    query = {"query": "Who prints the tide tables?", "k": 1}
    added(uri, folder, cache)
    for server in both:
        [found] = server.client.post("/search", json=query).json()["passages"]
        assert found["text"] == TIDES and found["document_id"]
        assert server.client.get("/documents").json()["total"] == 3
        text = server.client.get(f"/documents/{found['document_id']}/text").json()["text"]
        assert text == TIDES
    (folder / "tides.txt").unlink()
    fill_store(uri, folder, cache=cache, embedding="embedded")
    for server in both:
        [found] = server.client.post("/search", json=query).json()["passages"]
        assert found["document"] != "tides.txt"
        assert server.client.get("/documents/tides.txt").status_code == 404


def test_text_comes_from_the_store_and_the_file_only_while_it_is_the_same(
    both: tuple[Running, Running], folder: Path
) -> None:
    client, pdf = both[0].client, folder / "two.pdf"
    place = {"start": 0, "end": 8}
    assert client.get("/documents/two.pdf").json()["pages"] == 2
    assert client.get("/documents/two.pdf/file").content == pdf.read_bytes()
    assert client.get("/documents/two.pdf/places", params=place).json()["boxes"]
    pdf.write_bytes(b"Something that nobody serves.")
    refused = client.get("/documents/two.pdf/file")
    assert refused.status_code == 409 and "not on the server" in refused.json()["error"]["message"]
    pdf.unlink()
    assert client.get("/documents/two.pdf/file").status_code == 409
    assert "1871" in client.get("/documents/two.pdf/pages/2").json()["text"]
    found = client.get("/documents/two.pdf/places", params=place).json()
    assert (found["page"], found["boxes"]) == (1, [])


def test_nothing_is_uploaded_to_a_store(both: tuple[Running, Running]) -> None:
    client = both[0].client
    told = client.post("/v1/files", files={"file": ("a.txt", b"Words.")})
    assert told.status_code == 400 and "docagent index --store" in told.json()["error"]["message"]
    assert client.get("/page").json()["uploads"] is False


def test_a_document_that_there_is_not(both: tuple[Running, Running]) -> None:
    client = both[0].client
    for wanted in ("absent.txt", "' OR 1=1 --", "f" * 40):
        told = client.post("/search", json={"query": "mill", "documents": [wanted]})
        assert told.status_code == 400 and "There is no document" in told.json()["error"]["message"]


def test_a_long_list_is_sent_in_parts(both: tuple[Running, Running]) -> None:
    client = both[0].client
    parts = [client.get("/documents", params={"start": n, "limit": 1}).json() for n in range(3)]
    assert [part["total"] for part in parts] == [2, 2, 2]
    names = [each["name"] for part in parts for each in part["documents"]]
    assert sorted(names) == ["town.txt", "two.pdf"]


def test_a_collection_in_a_store_is_served(
    serve: Serve, uri: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["index", "--name", "reports", "--store", uri]) == 0
    server = serve(Path("@reports"))
    assert server.client.get("/health").json()["documents"] == {"ready": 2}
    LanceStore.open(uri).clear()
    told = server.client.post("/search", json={"query": "mill"})
    assert told.status_code == 503 and "is empty" in told.json()["error"]["message"]


def test_a_store_is_served_alone(uri: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="serve it without other paths"):
        Service([folder], store=uri)
    with pytest.raises(DocAgentError, match="is empty"):
        Service(store=f"lance:{tmp_path}/nothing")
