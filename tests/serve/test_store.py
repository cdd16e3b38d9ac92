"""A store behind several servers: the same answers at each, and what others add to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytest.importorskip("lancedb")

from docagent.cli import run
from docagent.errors import DocAgentError
from docagent.serve.service import Service
from docagent.settings import Settings
from retrieval.embed.encoder import Encoder
from retrieval.large import fill_store
from retrieval.store.lance import LanceStore
from tests.conftest import TOWN
from tests.make_pdf import text_pdf
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve, running

TIDES = "The tide tables of Sund are printed by the chandler Mette Holm."


class Served(NamedTuple):
    """A folder in a store, and two servers of that, each with a cache of its own."""

    folder: Path
    uri: str
    servers: list[Running]

    def fill(self) -> None:
        """Bring the store to what lies in the folder, as another process would."""
        cache = self.folder.parent / "cache"
        fill_store(self.uri, self.folder, cache=cache, embedding="embedded")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Served]:
    """The town, and a PDF of two pages."""
    root = tmp_path_factory.mktemp("store")
    folder = root / "reports"
    folder.mkdir()
    (folder / "town.txt").write_text(TOWN, "utf-8")
    text_pdf(folder / "two.pdf", ["The mill grinds rye.", "The mill was built in 1871."])
    with ExitStack() as ends:
        patch = ends.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("retrieval.corpus.Encoder", lambda _name: encoder)
        made = Served(folder, f"lance:{root}/store", [])
        made.fill()
        for name in ("one", "two"):
            settings = Settings(cache=root / name)
            made.servers.append(ends.enter_context(running(store=made.uri, settings=settings)))
        yield made


def test_two_servers_of_a_store_say_the_same(served: Served) -> None:
    def told(server: Running) -> list[Any]:
        asked = server.client.post("/ask", json={"question": QUESTION}).json()
        asked.pop("seconds")
        query = {"query": "When was the mill built?", "k": 3}
        found = server.client.post("/search", json=query).json()
        listed = server.client.get("/documents").json()
        of_one = {"query": "mill", "documents": [found["passages"][0]["document_id"]]}
        return [asked, found, listed, server.client.post("/search", json=of_one).json()]

    one, two = (told(server) for server in served.servers)
    assert one == two
    asked, found, listed, of_one = one
    assert asked["answer"].startswith(ANSWER) and asked["citations"][0]["document_id"]
    assert (found["passages"][0]["document"], found["passages"][0]["page"]) == ("two.pdf", 2)
    assert listed["total"] == 2 and {each["state"] for each in listed["documents"]} == {"ready"}
    assert {each["document"] for each in of_one["passages"]} == {"two.pdf"}


def test_what_another_process_writes_is_seen(served: Served) -> None:
    query = {"query": "Who prints the tide tables?", "k": 1}
    tides = served.folder / "tides.txt"
    tides.write_text(TIDES, "utf-8")
    served.fill()
    for server in served.servers:
        [found] = server.client.post("/search", json=query).json()["passages"]
        assert found["text"] == TIDES and found["document_id"]
        assert server.client.get("/documents").json()["total"] == 3
        text = server.client.get(f"/documents/{found['document_id']}/text").json()["text"]
        assert text == TIDES
    tides.unlink()
    served.fill()
    for server in served.servers:
        [found] = server.client.post("/search", json=query).json()["passages"]
        assert found["document"] != "tides.txt"
        assert server.client.get("/documents/tides.txt").status_code == 404


def test_text_comes_from_the_store_and_the_file_only_while_it_is_the_same(served: Served) -> None:
    client, pdf = served.servers[0].client, served.folder / "two.pdf"
    place = {"start": 0, "end": 8}
    assert client.get("/documents/two.pdf").json()["pages"] == 2
    content = pdf.read_bytes()
    assert client.get("/documents/two.pdf/file").content == content
    assert client.get("/documents/two.pdf/places", params=place).json()["boxes"]
    pdf.write_bytes(b"Something that nobody serves.")
    refused = client.get("/documents/two.pdf/file")
    assert refused.status_code == 409 and "not on the server" in refused.json()["error"]["message"]
    pdf.unlink()
    assert client.get("/documents/two.pdf/file").status_code == 409
    assert "1871" in client.get("/documents/two.pdf/pages/2").json()["text"]
    found = client.get("/documents/two.pdf/places", params=place).json()
    assert (found["page"], found["boxes"]) == (1, [])
    pdf.write_bytes(content)


def test_nothing_is_uploaded_to_a_store(served: Served) -> None:
    client = served.servers[0].client
    told = client.post("/v1/files", files={"file": ("a.txt", b"Words.")})
    assert told.status_code == 400 and "docagent index --store" in told.json()["error"]["message"]
    assert client.get("/page").json()["uploads"] is False


def test_a_document_that_there_is_not(served: Served) -> None:
    client = served.servers[0].client
    for wanted in ("absent.txt", "' OR 1=1 --", "f" * 40):
        told = client.post("/search", json={"query": "mill", "documents": [wanted]})
        assert told.status_code == 400 and "There is no document" in told.json()["error"]["message"]


def test_a_long_list_is_sent_in_parts(served: Served) -> None:
    client = served.servers[0].client
    parts = [client.get("/documents", params={"start": n, "limit": 1}).json() for n in range(3)]
    assert [part["total"] for part in parts] == [2, 2, 2]
    names = [each["name"] for part in parts for each in part["documents"]]
    assert sorted(names) == ["town.txt", "two.pdf"]


def test_a_collection_in_a_store_is_served(serve: Serve, town: Path, tmp_path: Path) -> None:
    uri = f"lance:{tmp_path}/store"
    assert run(["index", str(town), "--name", "reports", "--store", uri]) == 0
    server = serve(Path("@reports"))
    assert server.client.get("/health").json()["documents"] == {"ready": 1}
    LanceStore.open(uri).clear()
    told = server.client.post("/search", json={"query": "mill"})
    assert told.status_code == 503 and "is empty" in told.json()["error"]["message"]


def test_a_store_is_served_alone(served: Served, tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="serve it without other paths"):
        Service([served.folder], store=served.uri)
    with pytest.raises(DocAgentError, match="is empty"):
        Service(store=f"lance:{tmp_path}/nothing")
