"""Copies of PDFs with other figures and names, so that no copy profits from another."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import regex

_NAME = regex.compile(r"\p{Lu}\p{Ll}+")


def with_copies(pdfs: Sequence[Path], folder: Path) -> Iterator[Path]:
    """The PDFs, and then without end copies of them in the folder, made as they are asked for."""
    for number, pdf in enumerate(cycle(pdfs)):
        if number < len(pdfs):
            yield pdf
            continue
        copy = folder / f"{pdf.stem}-{number}.pdf"
        write_copy(pdf, copy, number)
        yield copy


def write_copy(pdf: Path, target: Path, number: int) -> None:
    """The same pages with digits and the vowels of names rotated."""
    digits, vowels = "0123456789", "aeiou"
    figures = str.maketrans(digits, digits[number % 9 + 1 :] + digits[: number % 9 + 1])
    names = str.maketrans(vowels, vowels[number % 4 + 1 :] + vowels[: number % 4 + 1])
    document = pdfium.PdfDocument(pdf)
    for page in document:
        words = page.get_textpage()
        for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
            text = _text(item, words)
            changed = _NAME.sub(lambda match: match[0].translate(names), text.translate(figures))
            if changed != text:
                pdfium_c.FPDFText_SetText(item.raw, _wide((changed + "\0").encode("utf-16-le")))
        page.gen_content()
    document.save(target)


def _text(item: Any, words: Any) -> str:
    size = pdfium_c.FPDFTextObj_GetText(item.raw, words.raw, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium_c.FPDFTextObj_GetText(item.raw, words.raw, _wide(buffer), size)
    return buffer.raw.decode("utf-16-le", "ignore").rstrip("\0")


def _wide(characters: Any) -> Any:
    return ctypes.cast(characters, ctypes.POINTER(ctypes.c_ushort))
