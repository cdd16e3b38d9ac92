"""A PDF's page texts by PDFium alone: questions made with docagent's own reader would favour it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2


def page_texts(pdf: Path) -> list[str]:
    """The text of every page, lines ended by "\\n". An empty password opens encrypted filings."""
    with pypdfium2.PdfDocument(pdf, password="") as document:
        texts = []
        for page in document:
            text = page.get_textpage().get_text_range()
            texts.append(text.replace("\r\n", "\n").replace("\ufffe", "-"))
        return texts
