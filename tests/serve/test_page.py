"""The page and its files: all from here, and nothing that a strict policy would stop."""

from __future__ import annotations

import re

from tests.serve.conftest import Running


def test_the_page_and_its_files(town_server: Running) -> None:
    page = town_server.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert set(links) == {"data:,", "/static/page.css", "/static/page.js"}
    kinds = {"/static/page.css": "text/css", "/static/page.js": "text/javascript"}
    for link, kind in kinds.items():
        told = town_server.client.get(link)
        assert told.status_code == 200 and told.headers["content-type"].startswith(kind)
        assert "http:" not in told.text and "https:" not in told.text
    assert not re.search(r"<script>|style=|\son\w+=", page.text)
    script = town_server.client.get("/static/page.js").text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", script)


def test_the_script_finds_what_it_looks_for(town_server: Running) -> None:
    page = town_server.client.get("/").text
    script = town_server.client.get("/static/page.js").text
    for name in set(re.findall(r'element\("([\w-]+)"\)', script)):
        assert f'id="{name}"' in page, name
    labelled = re.findall(r'aria-labelledby="([\w-]+)"|for="([\w-]+)"', page)
    for name in {a or b for a, b in labelled}:
        assert f'id="{name}"' in page, name
