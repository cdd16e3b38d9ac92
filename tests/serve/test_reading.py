"""What the page shows of a document: its file in ranges, its text around a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.make_pdf import text_pdf
from tests.serve.conftest import Running, Serve, until


def test_a_pdf_is_sent_in_ranges(serve: Serve, tmp_path: Path) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["First page.", "Second page on ice."])
    running = serve(pdf)
    whole = running.client.get("/documents/two.pdf/file")
    assert whole.headers["content-type"] == "application/pdf" and whole.content == pdf.read_bytes()
    assert whole.headers["content-disposition"].startswith("attachment")
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = running.client.get("/documents/two.pdf/file", headers={"Range": "bytes=0-4"})
    assert part.status_code == 206 and part.content == b"%PDF-"
    for wrong in ("bytes=999999999-", "bytes=5-1", "bytes=x", "lines=1-2", "bytes=" + "9" * 5000):
        told = running.client.get("/documents/two.pdf/file", headers={"Range": wrong})
        assert told.status_code in (200, 206, 400, 416), wrong


def test_a_page_of_a_user_is_never_sent_as_a_page(serve: Serve, tmp_path: Path) -> None:
    for name in ("evil.html", "evil.svg.xml"):
        (tmp_path / name).write_text("<html><script>alert(1)</script><p>Some words.</p></html>")
    running = serve(tmp_path / "evil.html", tmp_path / "evil.svg.xml")
    for name in ("evil.html", "evil.svg.xml"):
        headers = running.client.get(f"/documents/{name}/file").headers
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"].startswith("attachment")
        assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd"])
def test_other_files_are_not_sent(town_server: Running, name: str) -> None:
    assert town_server.client.get(f"/documents/{name}/file").status_code == 404
    assert town_server.client.get(f"/documents/{name}/text").status_code in (400, 404)


def test_a_file_that_changes_is_not_sent_until_it_is_read(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "town.txt"
    file.write_text("The first words of the town.")
    running = serve(tmp_path)
    secret = tmp_path.parent / "secret.txt"
    secret.write_text("Something that nobody serves.")
    file.unlink()
    file.symlink_to(secret)
    told = running.client.get("/documents/town.txt/file")
    assert told.status_code in (404, 409) and "nobody" not in told.text


def test_the_text_around_a_place(town_server: Running, town: Path) -> None:
    text = town.read_text()
    start = text.index("The ice house")
    where = {"start": start, "end": start + 40}
    told = town_server.client.get("/documents/town.txt/text", params=where).json()
    assert told["text"] == text[start : start + 40] and told["length"] == len(text)
    assert (told["start"], told["end"], told["document"]) == (start, start + 40, "town.txt")
    assert any(block["start"] <= start < block["end"] for block in told["blocks"])
    beyond = {"start": 10**9, "end": 10**10}
    assert town_server.client.get("/documents/town.txt/text", params=beyond).json()["text"] == ""
    assert town_server.client.get("/documents/town.txt/text?start=-1").status_code == 400


def test_how_far_reading_is(serve: Serve, tmp_path: Path) -> None:
    running = serve()
    pdf = text_pdf(tmp_path / "long.pdf", [f"Page {n} on ice." for n in range(200)])
    with pdf.open("rb") as opened:
        assert running.client.post("/v1/files", files={"file": opened}).status_code == 200
    seen = []

    def ready() -> bool:
        [told] = running.client.get("/documents").json()["documents"]
        seen.append(told["progress"])
        return bool(told["state"] == "ready")

    until(ready)
    assert seen[-1] is None
    for told in filter(None, seen):
        assert 0 <= told["done"] <= told["total"] and told["unit"] == "pages"
