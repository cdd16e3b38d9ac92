"""The page and its files: all from here, and nothing that a strict policy would stop."""

from __future__ import annotations

import hashlib
import re

from tests.conftest import ROOT
from tests.serve.conftest import Running

STATIC = ROOT / "docagent" / "serve" / "static"


def test_the_page_and_its_files(town_server: Running) -> None:
    client = town_server.client
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script>|style=|\son\w+=", page.text)
    links = set(re.findall(r'(?:src|href)="([^"#]+)"', page.text))
    assert links and all(link.startswith("/static/") for link in links)
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    for file in (file for file in STATIC.iterdir() if file.suffix in kinds):
        told = client.get(f"/static/{file.name}")
        assert told.headers["content-type"].startswith(kinds[file.suffix])
        assert told.headers["content-encoding"] == "gzip" and told.content == file.read_bytes()
        outside = re.findall(r"https?:[^\"'\s]*", told.text)
        assert set(outside) <= {"http://www.w3.org/2000/svg"}  # a name, not an address
        assert f"/static/{file.name}" in links or file.name == "page.js" in page.text
        again = {"If-None-Match": told.headers["etag"]}
        assert client.get(f"/static/{file.name}", headers=again).status_code == 304
    modules = {file.name for file in STATIC.glob("*.js")} - {"page.js"}
    assert {f"/static/{name}" for name in modules} <= links, "each module is preloaded"


def test_the_worker_alone_may_run_web_assembly(town_server: Running) -> None:
    worker = town_server.client.get("/static/pdfjs/pdf.worker.min.mjs")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "'wasm-unsafe-eval'" in worker.headers["content-security-policy"]
    for path in ("/", "/static/page.js", "/static/pdfjs/pdf.min.mjs"):
        policy = town_server.client.get(path).headers["content-security-policy"]
        assert "unsafe" not in policy and "script-src 'self';" in policy


def test_pdf_js_is_what_npm_has() -> None:
    vendored = STATIC / "pdfjs"
    listed = {}
    for line in (vendored / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ./")
        listed[name] = digest
    found = {
        path.relative_to(vendored).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vendored.rglob("*")
        if path.is_file() and path.name not in ("README.md", "SHA256SUMS")
    }
    assert found == listed


def test_what_the_page_is_told(town_server: Running) -> None:
    about = town_server.client.get("/page").json()
    assert ".pdf" in about["suffixes"] and about["uploads"] and about["largest"] > 1e6
