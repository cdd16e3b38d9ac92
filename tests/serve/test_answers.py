"""docagent's own routes: /ask, /search, /summarize, /documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.make_pdf import text_pdf
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve, until


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    """The events of a stream: (name, data)."""
    found = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if lines:
            found.append((lines.get("event", ""), json.loads(lines["data"])))
    return found


def test_ask_gives_the_object_of_the_command_line(town_server: Running) -> None:
    answer = town_server.client.post("/ask", json={"question": QUESTION}).json()
    assert answer["found"] and answer["answer"] == f"{ANSWER} [1]"
    assert answer["model"] == "FakeModel" and answer["usage"]["cached_tokens"] == 40
    cited = answer["citations"][0]
    assert cited["quote"] == "The ice house was rebuilt in 1931 by the mason Ulla Brandt."
    assert cited["document"] == "town.txt" and cited["verified"]
    assert cited["page"] is None and cited["place"] == "line 5"
    [document] = town_server.client.get("/documents").json()["documents"]
    assert cited["document_id"] == document["id"]


def test_the_steps_of_an_answer_as_events(town_server: Running) -> None:
    told = events(town_server.client.post("/ask", json={"question": QUESTION, "stream": True}))
    names = [name for name, _ in told]
    assert names[-1] == "answer" and {"step", "token"} <= set(names)
    assert "".join(data["text"] for name, data in told if name == "token").startswith(ANSWER)
    assert told[-1][1]["found"]


def test_what_goes_wrong_is_told_in_both_ways(town_server: Running) -> None:
    wrong = {"question": QUESTION, "documents": ["none"]}
    refused = town_server.client.post("/ask", json=wrong)
    assert refused.status_code == 400
    assert "no document 'none'" in refused.json()["error"]["message"]
    [(name, data)] = events(town_server.client.post("/ask", json={**wrong, "stream": True}))
    assert name == "error" and data == refused.json()


def test_search_and_summarize(town_server: Running) -> None:
    client = town_server.client
    found = client.post("/search", json={"query": "ice house", "k": 1}).json()
    assert found["query"] == "ice house" and "Ulla Brandt" in found["passages"][0]["text"]
    assert found["passages"][0]["place"] == "line 1"
    summary = client.post("/summarize", json={"length": "short"}).json()
    assert summary["documents"] == ["town.txt"] and summary["summary"]


def test_documents_by_id_and_name(serve: Serve, town: Path, tmp_path: Path) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["First page.", "Second page on ice."])
    running = serve(town, pdf)
    told = {one["name"]: one for one in running.client.get("/documents").json()["documents"]}
    assert {one["state"] for one in told.values()} == {"ready"}
    assert told["two.pdf"]["pages"] == 2 and told["two.pdf"]["warnings"] == []
    for named in ("two.pdf", told["two.pdf"]["id"]):
        passages = running.client.post("/search", json={"query": "ice", "documents": [named]})
        assert {p["document"] for p in passages.json()["passages"]} == {"two.pdf"}
        page = running.client.get(f"/documents/{named}/pages/2").json()
        assert page["text"].strip() == "Second page on ice."
    assert running.client.get("/documents/two.pdf/pages/3").status_code == 400
    assert running.client.get("/documents/two.pdf").json() == told["two.pdf"]
    assert running.client.get("/documents/other.pdf").status_code == 404


def test_what_is_deleted_or_edited_is_not_answered_from(serve: Serve, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    kept, gone = folder / "kept.txt", folder / "gone.txt"
    kept.write_text("The mill stands by the weir and has four wheels.")
    gone.write_text("The secret word of the guild is heliotrope, said once a year.")
    running = serve(folder)

    def texts(query: str) -> str:
        return running.client.post("/search", json={"query": query}).text

    until(lambda: "heliotrope" in texts("secret word"))
    gone.unlink()
    assert "heliotrope" not in texts("secret word")
    kept.write_text("The mill stands by the weir and has seven wheels.")
    assert "four" not in texts("How many wheels has the mill?")
    until(lambda: "seven" in texts("How many wheels has the mill?"))


def test_without_documents_it_says_so(serve: Serve) -> None:
    refused = serve().client.post("/ask", json={"question": QUESTION})
    assert refused.status_code == 400 and "upload one" in refused.json()["error"]["message"]


def test_a_file_that_cannot_be_read_is_named(serve: Serve, town: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")
    client = serve(town, broken).client
    told = {one["name"]: one for one in client.get("/documents").json()["documents"]}
    assert told["broken.pdf"]["state"] == "failed" and told["broken.pdf"]["error"]
    assert client.post("/ask", json={"question": QUESTION}).json()["found"]


@pytest.mark.parametrize(
    "body",
    [{}, {"question": ""}, {"question": QUESTION, "k": 0}, {"question": QUESTION, "other": 1}, []],
)
def test_malformed_questions_are_refused(town_server: Running, body: Any) -> None:
    refused = town_server.client.post("/ask", json=body)
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"


def test_questions_and_documents_in_other_languages(serve: Serve, tmp_path: Path) -> None:
    mill, eels = tmp_path / "mill.txt", tmp_path / "aale.txt"
    mill.write_text("The old mill of Ostby burnt down in a night of storm.\n")
    eels.write_text("Die Aale werden im Herbst gefangen und von den Fischern geräuchert.\n")
    client = serve(mill, eels).client
    for query, name in (("When are the eels caught?", "aale.txt"), ("Brand der Mühle", "mill.txt")):
        found = client.post("/search", json={"query": query, "k": 1}).json()
        assert found["passages"][0]["document"] == name


def test_the_place_of_words_on_their_page(serve: Serve, town: Path, tmp_path: Path) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["First page.", "Second page on ice."])
    client = serve(town, pdf).client
    text = client.get("/documents/two.pdf/pages/2").json()
    where = {"start": text["start"], "end": text["start"] + len("Second page")}
    place = client.get("/documents/two.pdf/places", params=where).json()
    assert (place["document"], place["page"], place["label"]) == ("two.pdf", 2, None)
    assert (place["quote"], place["name"], place["unit"]) == ("Second page", "", "page")
    [[left, top, right, bottom]] = place["boxes"]
    assert 70 < left < right < place["width"] / 2 and 70 < top < bottom < place["height"] / 4
    place = client.get("/documents/town.txt/places", params={"start": 20, "end": 30}).json()
    assert (place["page"], place["name"], place["boxes"]) == (None, "line 3", [])
    wrong = {"start": -1, "end": 4}
    assert client.get("/documents/two.pdf/places", params=wrong).status_code == 400
    assert client.get("/documents/none/places", params={"start": 0, "end": 4}).status_code == 400
