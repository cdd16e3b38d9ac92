"""A headless Chromium at the page of a server, and what tests do there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

AXE = ROOT / "tests" / "serve" / "axe.min.js"  # axe-core of npm as it is, under the MPL 2.0


def chromium() -> str | None:
    """The Chromium of this machine, if there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def browsing() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def page_at(browser: Any, url: str, refused: bool = False, **options: Any) -> Iterator[Any]:
    """A page that may fetch nothing from elsewhere and reports no error, but that it is refused."""
    context = browser.new_context(viewport=options.pop("viewport", WIDE), **options)
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def shut(dialog: Any) -> None:
        faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def hear(line: Any) -> None:
        if line.type == "error" and not (refused and "401" in line.text):
            faults.append(line.text)

    def follow(request: Any) -> None:
        if not request.url.startswith((url, "blob:")):
            faults.append(request.url)

    page.on("dialog", shut)
    page.on("console", hear)
    page.on("request", follow)
    page.goto(url)
    yield page
    context.close()
    assert not faults, faults


WIDE = {"width": 1360, "height": 850}
PHONE = {"width": 390, "height": 844}


def bring(page: Any, *files: Path) -> None:
    """Add files, and wait until they are read."""
    page.set_input_files("#files", list(files))
    for file in files:
        page.wait_for_selector(f'.document[data-state="ready"] [title="{file.name}"]')


def ask(page: Any, question: str) -> None:
    """Ask, and wait for the answer."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn:last-child .quote")


def drawn(page: Any, number: int) -> None:
    """Wait until a page of the PDF is there, its text too."""
    page.wait_for_selector(f'.pdf-page[data-page="{number}"][data-drawn] .text-layer')


def marked(page: Any) -> str:
    """The words of PDF.js's text that lie under the mark."""
    page.wait_for_selector(".quote-mark")
    return str(page.evaluate(_MARKED))


def violations(page: Any) -> list[str]:
    """What axe finds wrong with what can be seen now."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then((told) => told.violations)")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


_MARKED = """() => {
  const marks = [...document.querySelectorAll(".quote-mark")];
  const boxes = marks.map((each) => each.getBoundingClientRect());
  const within = (x, y) =>
    boxes.some((b) => x > b.left && x < b.right && y > b.top && y < b.bottom);
  const words = [];
  const range = document.createRange();
  for (const layer of document.querySelectorAll(".text-layer")) {
    const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const match of walker.currentNode.data.matchAll(/\\S+/g)) {
        range.setStart(walker.currentNode, match.index);
        range.setEnd(walker.currentNode, match.index + match[0].length);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        if (within((left + right) / 2, (top + bottom) / 2)) words.push(match[0]);
      }
    }
  }
  return words.join(" ");
}"""
