"""Who may ask and from where, how much they may send, and that no path of theirs is followed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from docagent.errors import DocAgentError
from docagent.serve.limits import Limits
from docagent.serve.server import check_access
from tests.serve.conftest import QUESTION, Running, Serve


def raw(running: Running, request: bytes) -> bytes:
    """What comes back for bytes as they are."""
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "["]
)
def test_names_of_others_are_not_answered(town_server: Running, host: str) -> None:
    refused = town_server.client.get("/documents", headers={"Host": host})
    assert refused.status_code in (400, 403) and "town" not in refused.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8420", "[::1]:80", "127.0.0.1"])
def test_names_of_this_machine_are(town_server: Running, host: str) -> None:
    assert town_server.client.get("/documents", headers={"Host": host}).status_code == 200


def test_pages_of_other_sites_may_not_ask(town_server: Running) -> None:
    client, own = town_server.client, town_server.url
    for origin in ("http://evil.example", "null", "http://localhost.evil.example", ""):
        refused = client.post("/ask", json={"question": "x"}, headers={"Origin": origin})
        assert refused.status_code == 403
    assert client.get("/documents", headers={"Origin": own}).status_code == 200
    assert "access-control-allow-origin" not in client.get("/documents").headers


def test_a_key_is_asked_for(serve: Serve, town: Path) -> None:
    running = serve(town, key="open sesame")
    assert running.client.get("/documents").status_code == 200
    for given in ("", "Bearer wrong", "Basic open sesame", "open sesame"):
        refused = running.client.get("/documents", headers={"Authorization": given})
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "invalid_api_key"
    for path in ("/health", "/"):
        assert running.client.get(path, headers={"Authorization": ""}).status_code == 200
    for path in ("/mcp", "/docs", "/openapi.json", "/static/../documents", "/v1/files"):
        assert running.client.get(path, headers={"Authorization": ""}).status_code == 401


def test_elsewhere_only_with_a_key() -> None:
    for host in ("0.0.0.0", "::", "192.168.1.5", "example.org"):
        with pytest.raises(DocAgentError, match="--api-key"):
            check_access(host, None)
        check_access(host, "key")
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        check_access(host, None)
    with pytest.raises(DocAgentError, match="ASCII"):
        check_access("127.0.0.1", "clé")


def test_large_requests_are_refused(serve: Serve) -> None:
    running = serve(limits=Limits(body=1000, file=2000, stored=3000))
    big = {"question": "x" * 1000}
    told = running.client.post("/ask", json=big)
    assert told.status_code == 413 and told.json()["error"]["code"] == "too_large"
    chunked = running.client.post("/ask", content=(b"x" * 100 for _ in range(30)))
    assert chunked.status_code == 413

    def bring(size: int, name: str = "a.txt") -> int:
        return running.client.post("/v1/files", files={"file": (name, b"x " * size)}).status_code

    assert bring(1001) == 413 and bring(800) == 200
    assert bring(800) == 507  # no room for both
    assert bring(10, "a.exe") == 415 and bring(0) == 400 and bring(10, "") in (400, 415)
    assert len(running.client.get("/v1/files").json()["data"]) == 1


@pytest.mark.parametrize(
    "name",
    ["../../evil.txt", "/etc/passwd.txt", "..\\..\\evil.txt", ".hidden.txt", "a\x00b.txt",
     "con\r\nSet-Cookie: x.txt", "<img src=x onerror=alert(1)>.txt", "\u202etxt.exe.txt",
     "x" * 5000 + ".txt", "é" * 200 + ".txt", "   .txt", "~/.ssh/id.txt", "$(touch x).txt"],
)  # fmt: skip
def test_names_of_files_lead_nowhere(serve: Serve, name: str, tmp_path: Path) -> None:
    running = serve()
    before = {path for path in tmp_path.rglob("*") if "cache" not in path.parts}
    brought = running.client.post("/v1/files", files={"file": (name, b"some words here")})
    assert brought.status_code in (200, 400, 415)
    root = running.service.library.files.root
    if brought.status_code == 200:
        [folder] = root.glob("file-*")
        assert len(list(folder.iterdir())) == 2
        kept = next(path for path in folder.iterdir() if path.name != "file.json")
        assert kept.read_bytes() == b"some words here" and kept.name[0] != "."
        saved = running.client.get(f"/v1/files/{folder.name}/content")
        assert saved.headers["content-disposition"].startswith("attachment")
        assert "set-cookie" not in saved.headers
    assert {path for path in tmp_path.rglob("*") if "cache" not in path.parts} == before


@pytest.mark.parametrize(
    "path",
    ["/v1/files/..%2f..%2ftown.txt", "/v1/files/file-..%2f..", "/static/..%2fapp.py",
     "/static/%2e%2e/app.py", "/v1/files/%2fetc%2fpasswd/content",
     "/documents/..%2f..%2fetc%2fpasswd/pages/1", "/documents/%2fetc%2fpasswd"],
)  # fmt: skip
def test_paths_lead_nowhere(town_server: Running, path: str) -> None:
    answer = raw(town_server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.split(b" ")[1] in (b"400", b"404"), answer
    assert b"root:" not in answer and b"def create_app" not in answer


def test_links_out_of_a_folder_are_not_followed(serve: Serve, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "served"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.txt").write_text("The password is heliotrope.")
    (folder / "open.txt").write_text("Nothing to see here but the word open.")
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "folder").symlink_to(outside)
    (folder / "inside.txt").symlink_to(folder / "open.txt")
    (folder / ".hidden.txt").write_text("heliotrope as well")
    client = serve(folder).client
    names = {one["name"] for one in client.get("/documents").json()["documents"]}
    assert names == {"open.txt", "inside.txt"}
    assert "heliotrope" not in client.post("/search", json={"query": "password"}).text


def test_smuggled_requests(town_server: Running) -> None:
    two_hosts = b"GET /documents HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    no_host = b"GET /documents HTTP/1.0\r\n\r\n"
    both = (
        b"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /documents HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    for request in (two_hosts, no_host, both):
        assert b"town.txt" not in raw(town_server, request)


def test_answers_carry_strict_headers(town_server: Running) -> None:
    for path in ("/", "/docs", "/documents"):
        headers = town_server.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    page = town_server.client.get("/docs").text
    assert "/v1/chat/completions" in page and "http" not in page.replace("HTTP", "")


def test_a_question_about_a_path_reads_nothing(town_server: Running) -> None:
    body = {"question": QUESTION, "documents": ["/etc/passwd"]}
    assert town_server.client.post("/ask", json=body).status_code == 400
