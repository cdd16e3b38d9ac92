"""The page in a browser: from an empty page to the marked sentence, by mouse, keys and thumb."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.actions import JavaScript

from docagent.settings import Settings
from retrieval.embed.encoder import Encoder
from retrieval.large import fill_store
from retrieval.parse import ocr
from tests.conftest import ROOT
from tests.make_pdf import text_pdf
from tests.serve.browsing import (
    PHONE,
    ask,
    bring,
    browsing,
    chromium,
    drawn,
    marked,
    page_at,
    violations,
)
from tests.serve.conftest import Running, running, until

_MISSING = [
    what
    for what, there in (
        ("a Chromium (apt-get install chromium)", chromium()),
        ("playwright (pip install playwright)", importlib.util.find_spec("playwright")),
    )
    if not there
]
pytestmark = pytest.mark.skipif(bool(_MISSING), reason=f"not here: {', '.join(_MISSING)}")

PAGES = [
    "The harbour of Ostby\n\nThe harbour office opens at 6:45 in summer.",
    "Winter\n\nThe ice house was rebuilt in 1931 by the mason Ulla Brandt,\n"
    "who came from Lund for it. The snow plough is kept behind the chapel.",
    "Tariffs\n\nA berth for one night costs 14 crowns, and 9 crowns in winter.",
]
QUESTION = "Who rebuilt the ice house in 1931?"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Running]:
    """One for all tests here; it answers in the documents' own words, which is quick."""
    settings = Settings(model="none", cache=tmp_path_factory.mktemp("cache"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("retrieval.corpus.Encoder", lambda _name: encoder)
        with running(model="none", settings=settings) as started:
            yield started


@pytest.fixture
def empty(server: Running) -> Running:
    """The server without documents and questions."""
    for file in server.client.get("/v1/files").json()["data"]:
        server.client.delete(f"/v1/files/{file['id']}")
    server.client.delete("/history")
    return server


@pytest.fixture
def page(browser: Any, empty: Running) -> Iterator[Any]:
    with page_at(browser, empty.url) as opened:
        yield opened


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return text_pdf(tmp_path / "harbour.pdf", PAGES)


def test_a_first_visit(page: Any, harbour: Path, town: Path) -> None:
    assert page.inner_text("#welcome-title") == "Ask your documents" and page.is_disabled("#ask")
    bring(page, harbour, town)
    assert "3 pages" in page.inner_text("#documents")
    page.check('[aria-label="Ask harbour.pdf"]')
    assert page.inner_text("#asked-of") == "Asking harbour.pdf"
    ask(page, QUESTION)
    page.click(".answer .marker >> nth=0")
    drawn(page, 2)
    quote = page.inner_text(".quote.open .words")
    assert "Ulla Brandt" in quote and marked(page) == quote
    assert page.inner_text("#reader-title") == "harbour.pdf"
    assert page.input_value("#page-number") == "2"
    box = page.locator(".quote-mark >> nth=0").bounding_box()
    assert 0 < box["y"] < 850, "the mark is in sight"


def test_what_is_not_a_pdf_is_shown_as_text(page: Any, town: Path) -> None:
    bring(page, town)
    ask(page, "When does the harbour office open in summer?")
    page.click(".quote >> nth=0")
    page.wait_for_selector(".text-view mark")
    assert page.inner_text(".text-view mark") in page.inner_text(".quote.open .words")
    assert "line" in page.inner_text("#reader-place")


def test_a_quote_that_goes_on_overleaf(page: Any, empty: Running, tmp_path: Path) -> None:
    bring(
        page, text_pdf(tmp_path / "a.pdf", ["The ice house was rebuilt", "by Ulla Brandt. Eels."])
    )
    [file] = empty.client.get("/v1/files").json()["data"]
    told = empty.client.get(f"/documents/{file['id']}/text").json()["text"]
    cited = {"document_id": file["id"], "document": "a.pdf", "page": 1, "start": 0}
    cited |= {"end": told.index(" Eels"), "quote": told[: told.index(" Eels")]}
    page.evaluate(
        "(cited) => import('/static/reader.js').then((reader) => reader.openQuote([cited], 0))",
        cited,
    )
    drawn(page, 1)
    drawn(page, 2)
    assert marked(page) == "The ice house was rebuilt by Ulla Brandt."
    assert "goes on overleaf" in page.inner_text("#reader-place")


@pytest.mark.skipif(not ocr.available(), reason="the extra ocr is not installed")
def test_the_picture_of_a_page(page: Any, tmp_path: Path) -> None:
    below, above = 150, 430  # points of the page that are not in the picture
    printed = pypdfium2.PdfDocument(ROOT / "examples" / "handbook.pdf")[13]
    scan = printed.render(scale=2, crop=(0, below, 0, above)).to_pil()
    scan.save(tmp_path / "scan.png", dpi=(144, 144))
    page.set_default_timeout(120_000)  # recognising text takes a busy machine long
    bring(page, tmp_path / "scan.png")
    ask(page, "What does the man-overboard dummy called Osvald weigh?")
    page.click(".answer .marker >> nth=0")
    page.wait_for_selector(".picture .quote-mark")
    words = (
        "A man-overboard drill with a recovered dummy is held monthly; "
        "the dummy weighs 82 kilograms and is called Osvald."
    )
    assert page.inner_text(".quote.open .words") == words
    text, top = printed.get_textpage(), printed.get_height() - above
    first = text.get_text_range().index(words[:20])
    lines = [text.get_rect(n) for n in range(text.count_rects(first, len(words)))]
    width = printed.get_width()
    marks = [[width * share for share in each] for each in page.evaluate(_ON_PICTURE)]
    for mark, (left, low, right, high) in zip(marks, lines, strict=True):
        assert mark == pytest.approx((left, top - high, right, top - low), abs=4)


def test_with_keys_alone(page: Any, harbour: Path) -> None:
    bring(page, harbour)
    page.focus("#question")
    page.keyboard.type("What does a berth cost, and who rebuilt the ice house?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quote >> nth=1")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.quote')"):
            break
    opener = page.evaluate_handle("document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quote-mark")
    told = page.inner_text("#quote-told")
    page.keyboard.press("n")
    page.wait_for_function(
        "(told) => document.querySelector('#quote-told').textContent !== told", arg=told
    )
    page.keyboard.press("p")
    page.wait_for_function(
        "(told) => document.querySelector('#quote-told').textContent === told", arg=told
    )
    page.wait_for_selector(".quote-mark")
    number = int(page.input_value("#page-number"))
    page.keyboard.press("ArrowRight" if number == 1 else "ArrowLeft")
    until(lambda: page.input_value("#page-number") != str(number))
    page.keyboard.press("Escape")
    page.wait_for_selector("#reader", state="hidden")
    assert page.evaluate("(opener) => document.activeElement === opener", opener)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(
    browser: Any, empty: Running, harbour: Path, scheme: Any
) -> None:
    with page_at(browser, empty.url, color_scheme=scheme) as page:
        page.wait_for_selector("#drop")
        assert not violations(page)
        bring(page, harbour)
        ask(page, QUESTION)
        page.click(".quote >> nth=0")
        drawn(page, 2)
        assert not violations(page)
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        darkness = sum(map(int, colour.removeprefix("rgb(").rstrip(")").split(",")))
        assert darkness < 120 if scheme == "dark" else darkness > 700


def test_on_a_phone(browser: Any, empty: Running, harbour: Path) -> None:
    with page_at(browser, empty.url, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        bring_hidden(page, harbour)
        page.click("#menu")
        assert page.is_visible("text=harbour.pdf") and not violations(page)
        page.keyboard.press("Escape")
        ask(page, QUESTION)
        assert not violations(page)
        page.click(".answer .marker >> nth=0")
        drawn(page, 2)
        assert marked(page) == page.inner_text(".quote.open .words")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert not page.locator("#question").is_visible() or page.evaluate(
            "document.querySelector('#main').inert"
        )
        assert not violations(page)
        page.click("#close-reader")
        assert page.is_visible("#question")


def bring_hidden(page: Any, file: Path) -> None:
    """Where the list of documents is folded away."""
    page.set_input_files("#files", file)
    page.wait_for_selector('.document[data-state="ready"]', state="attached")


def test_hostile_documents_do_nothing(page: Any, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    text = f"The ice house of {evil} was rebuilt by Ulla Brandt {evil}."
    site = tmp_path / "<svg onload=alert(3)>.html"
    site.write_text(f"<title>{evil}</title><script>alert(4)</script><h1>{evil}</h1><p>{text}</p>"
                    f"<p>{text.replace('<', '&lt;')}</p>")  # fmt: skip
    plain = tmp_path / "'\"><img src=x onerror=alert(5)>.md"
    plain.write_text(f"# {evil}\n\n[x](javascript:alert(6))\n\n{text}\n")
    writer = PdfWriter(PdfReader(text_pdf(tmp_path / "plain.pdf", [text])))
    writer.add_metadata({"/Title": evil, "/Author": evil})
    writer.add_open_action(JavaScript("app.alert(7); this.getURL('http://evil.example/')"))
    hostile = tmp_path / "javascript:alert(8).pdf"
    writer.write(hostile)
    page.set_input_files("#files", [site, plain, hostile])
    page.wait_for_selector('[data-state="ready"] >> nth=2')
    ask(page, f"Who rebuilt the ice house? {evil}")
    for number in range(page.locator(".quote").count()):
        page.click(f".quote >> nth={number}")
        page.wait_for_selector(".text-view mark, .pdf-page[data-drawn]")
    for number in range(3):
        page.click(f".document .name >> nth={number}")
        page.wait_for_selector(".text-view .block, .pdf-page[data-drawn]")
    page.reload()
    page.click(".recall")
    page.wait_for_selector(".quote")
    assert page.locator("img[src='x'], #main script, #view script, svg[onload]").count() == 0


def test_the_history_is_kept_and_can_be_deleted(page: Any, harbour: Path) -> None:
    bring(page, harbour)
    ask(page, QUESTION)
    page.wait_for_selector(".recall")
    page.reload()
    page.click(".recall")
    page.click(".turn .quote >> nth=0")
    drawn(page, 2)
    assert "Ulla Brandt" in marked(page)
    page.click(".questions .remove")
    page.wait_for_selector(".recall", state="detached")
    page.uncheck("#keep")
    ask(page, QUESTION)
    page.wait_for_timeout(300)
    assert page.locator(".recall").count() == 0
    page.check("#keep")


def test_a_quote_whose_document_has_gone(page: Any, town: Path) -> None:
    bring(page, town)
    ask(page, QUESTION)
    page.click(".document .remove")
    page.wait_for_selector(".document", state="detached")
    page.click(".quote >> nth=0")
    page.wait_for_selector("text=This document is not here any more.")
    assert "Ulla Brandt" in page.inner_text("#view")


def test_a_quote_from_a_large_store(
    browser: Any, harbour: Path, town: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its document opens although it is not among those that are listed."""
    pytest.importorskip("lancedb")
    monkeypatch.setattr("docagent.serve.store_library._LISTED", 1)
    uri = f"lance:{cache}/store"
    fill_store(uri, [town, harbour], embedding="embedded")
    with (
        running(store=uri, model="none", settings=Settings(model="none")) as server,
        page_at(browser, server.url) as page,
    ):
        page.wait_for_selector(".document")
        assert page.inner_text("#documents-note").startswith("The first 1 of 2.")
        assert page.inner_text("#asked-of") == "Asking all 2 documents"
        assert not page.is_visible("#drop")
        ask(page, "What does a berth cost in winter?")
        page.click(".answer .marker >> nth=0")
        drawn(page, 3)
        assert page.inner_text("#reader-title") == "harbour.pdf"
        assert "9 crowns in winter" in marked(page)


def test_a_folder_and_what_cannot_be_read(page: Any, tmp_path: Path, town: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "town.txt").write_text(town.read_text())
    (folder / "film.mp4").write_bytes(b"no text")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    text_pdf(folder / "scan.pdf", ["One page of text.", None])
    page.set_input_files("#folder", folder)
    page.wait_for_selector('[data-state="failed"]')
    page.wait_for_selector('[data-state="ready"] >> nth=1')
    assert "film.mp4" in page.inner_text("#problem")
    page.click(".unread summary")
    assert "pages 2" in page.inner_text(".unread").lower() or "2" in page.inner_text(".unread")


def test_a_server_with_a_key(browser: Any, tmp_path: Path) -> None:
    settings = Settings(model="none", cache=tmp_path)
    with (
        running(model="none", settings=settings, key="sesame") as server,
        page_at(browser, server.url, refused=True) as page,
    ):
        page.fill("#key", "sesame")
        page.keyboard.press("Enter")
        page.wait_for_selector('#state[data-kind="none"]')
        assert not page.is_visible("#key-dialog")


def test_five_hundred_pages_open_as_quickly_as_three(
    page: Any, harbour: Path, tmp_path: Path
) -> None:
    lines = [f"Page {n} of the long report tells of nothing at all." for n in range(1, 501)]
    lines[436] += "\nThe meadow was mown by the shepherd Ole Lund."
    bring(page, harbour, text_pdf(tmp_path / "long.pdf", lines))
    seconds = []
    for question, number in ((QUESTION, 2), ("Who mowed the meadow?", 437)):
        ask(page, question)
        begun = time.monotonic()
        page.click(".turn:last-child .answer .marker >> nth=0")
        drawn(page, number)
        words = marked(page)
        seconds.append(time.monotonic() - begun)
    assert "Ole Lund" in words
    assert seconds[1] < 2 + 4 * seconds[0], "about half a second each where nothing else runs"


# The edges of the marks on a picture, as shares of its width.
_ON_PICTURE = """() => {
  const image = document.querySelector(".picture img").getBoundingClientRect();
  return [...document.querySelectorAll(".picture .quote-mark")].map((mark) => {
    const { left, top, right, bottom } = mark.getBoundingClientRect();
    return [left - image.left, top - image.top, right - image.left, bottom - image.top]
      .map((edge) => edge / image.width);
  });
}"""
