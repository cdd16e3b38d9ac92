"""Cited pages with their words marked: in a browser, in a notebook, and as links of a terminal."""

from __future__ import annotations

import io
import pickle
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from docagent import DocAgent
from docagent.answer import Answer, Citation
from docagent.cli import run
from docagent.cli.printing import citation_line
from docagent.marked import page
from docagent.settings import Settings
from retrieval import Corpus
from tests.make_pdf import text_pdf

LINE = "The ice house was rebuilt in 1931 by the mason Ulla <script>alert(1)</script> Brandt."
QUESTION = "Who rebuilt the ice house?"
Browser = list[str]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    """What is opened in a browser, which does not come."""
    opened: Browser = []
    monkeypatch.setenv("DISPLAY", ":7")

    def come(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", come)
    return opened


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return text_pdf(tmp_path / "town & <b>.pdf", ["The harbour opens at six.", LINE])


@pytest.fixture
def answer(pdf: Path, cache: Path, loaded: None) -> Answer:
    return DocAgent("none").ask(pdf, QUESTION, budget=50)


def pixels(file: bytes) -> Any:
    return Image.open(io.BytesIO(file)).convert("RGB")


def is_yellow(colour: tuple[int, int, int]) -> bool:
    return colour[0] > 240 and colour[2] < 120


def test_an_answer_knows_the_place_of_each_citation(answer: Answer, pdf: Path) -> None:
    cited = answer.citations[0]
    place = answer.locate(cited)
    assert (place.page, place.quote) == (2, cited.quote) and len(place.boxes) == 1
    assert answer.link(cited) == pdf.as_uri() + "#page=2"
    assert "&" not in answer.link(cited).replace("%20&%20", "")
    sent = pickle.loads(pickle.dumps(answer))
    assert sent == answer and sent.corpus is None
    by_hand = Answer("q", "a", True, (cited,), "none")
    assert by_hand.locate(cited).boxes == () and by_hand.link(cited) == ""


def test_a_picture_has_the_words_marked_and_nothing_else(answer: Answer) -> None:
    place = answer.locate(answer.citations[0])
    assert answer.corpus
    whole = answer.corpus.picture(place, dpi=72)
    assert whole
    image = pixels(whole)
    left, top, right, bottom = place.boxes[0]
    yellow = [
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if is_yellow(image.getpixel((x, y)))
    ]
    assert left - 2 <= min(x for x, _ in yellow) and max(x for x, _ in yellow) <= right + 2
    assert top - 2 <= min(y for _, y in yellow) and max(y for _, y in yellow) <= bottom + 2
    assert len(yellow) > 0.6 * (right - left) * (bottom - top)
    crop = answer.corpus.picture(place, margin=20, dpi=72)
    assert crop and pixels(crop).height < 60


def test_both_pages_of_a_quote_that_goes_on_overleaf(tmp_path: Path, cache: Path) -> None:
    pages = ["The ice house was rebuilt in 1931", "by the mason Ulla Brandt."]
    pdf = text_pdf(tmp_path / "a.pdf", [*pages, "Eels."])
    corpus = Corpus.open(pdf, cache=cache)
    text = corpus.text(pdf)
    end = text.index("Eels")
    cited = Citation(1, "a.pdf", 1, None, text[:end].strip(), True, 0, end)
    [marked] = Answer("q", "a", True, (cited,), "none", corpus=corpus).marked(20)
    assert len(marked.pictures) == 2 and "overleaf" not in marked.line
    html = page("a", [marked])
    assert html.count("data:image/png;base64,") == 2
    text_pdf(pdf, [pages[0], "Other words.", "Eels."])  # the second page is not what it was
    [marked] = Answer("q", "a", True, (cited,), "none", corpus=corpus).marked(20)
    assert len(marked.pictures) == 1 and marked.line.endswith("(goes on overleaf)")


def test_a_summary_is_shown_as_an_answer_is(
    pdf: Path, cache: Path, loaded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    summary = DocAgent("none", settings=Settings(cache=cache)).summarize(pdf)
    monkeypatch.setattr("docagent.answer.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    summary.show()
    html = "".join(one.data for one in shown if isinstance(one.data, str))
    assert "<script" not in html and "&lt;script&gt;" in html
    pictures = [one.data for one in shown if isinstance(one.data, bytes)]
    assert len(pictures) == len(summary.citations) > 0
    sent = pickle.loads(pickle.dumps(summary))
    assert sent == summary and sent.corpus is None


def test_show_opens_a_page_on_which_nothing_of_the_document_runs(
    pdf: Path, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ["ask", str(pdf), QUESTION, "--model", "none", "--budget", "50"]
    assert run([*ask, "--show", "--json"]) == 0
    [url] = browser
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 and "The marked pages are open: " in err
    file = Path(err.split("are open: ")[1].strip())
    assert file.as_uri() == url
    html = file.read_text("utf-8")
    assert "<script" not in html and "<b>" not in html and "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert html.count("data:image/png;base64,") == 1 and f'href="{pdf.as_uri()[:12]}' in html
    if sys.platform != "win32":
        assert file.parent.stat().st_mode & 0o077 == 0


def test_without_a_display_the_place_is_told(
    town: Path,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run(["ask", str(town), QUESTION, "--model", "none", "--budget", "50", "--show"]) == 0
    assert not browser
    assert re.search(r"The marked pages: \S+answer\.html", capsys.readouterr().err)


def test_a_notebook_gets_pictures(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("docagent.answer.in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", shown.append)
    answer.show()
    html = "".join(one.data for one in shown if isinstance(one.data, str))
    assert "<script" not in html and "&lt;script&gt;" in html
    [picture] = [one.data for one in shown if isinstance(one.data, bytes)]
    assert picture.startswith(b"\x89PNG")


def test_a_line_on_a_terminal_is_a_link(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    cited = answer.citations[0]
    link = answer.link(cited)
    assert "\x1b" not in citation_line(cited, False, link)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert citation_line(cited, False, link).startswith(
        f"[1] \x1b]8;;{link}\x1b\\p. 2\x1b]8;;\x1b\\ "
    )
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b]8" not in citation_line(cited, False, link)
