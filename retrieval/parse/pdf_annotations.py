"""What readers and forms have put on a PDF page: notes, and the values of fields."""

from __future__ import annotations

import base64
import ctypes
import html
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from retrieval.parse.pdf_objects import Box

_TEXT, _FREE, _STAMP, _FILE, _WIDGET = 1, 3, 13, 17, 20  # FPDF_ANNOT_*
_LINK, _POPUP = 2, 16
_MARKUP = (9, 10, 11, 12)  # highlight, underline, squiggly, strike-out
_UNSEEN = 2 | 32  # hidden, no view
_CHECK, _RADIO, _COMBO, _LIST, _FIELD, _SIGNATURE = 2, 3, 4, 5, 6, 7  # FPDF_FORMFIELD_*
_PASSWORD = 1 << 13
_LONGEST = 100_000  # characters of one value
_MOST = 200  # attached files that are looked at
_LARGEST = 20_000_000  # bytes of one; a larger one is only named
_NAMELESS = "a file without a name"


Painted = tuple[str, str, Box, list[str]]
Attached = tuple[str, str]  # the name of a file, and what is in it, in base64


class Field(NamedTuple):
    """A field of a form: `box` in points, `mark` for a box to tick."""

    name: str
    value: str
    box: Box
    mark: bool
    size: float  # of its type, 0 where that follows from the room


class Added(NamedTuple):
    """`notes` as (what it is, its text), attached files, and words that nobody sees.

    `drawn` are notes whose words are only painted: what each is, its name, its place, and the
    words under it.
    """

    fields: list[Field]
    notes: list[tuple[str, str]]
    attached: list[Attached]
    hidden: list[str]
    drawn: list[Painted]


def added(page: Any, form: Any, text_page: Any) -> Added:
    """What was put on a page; `form` is the document's form environment, None without one."""
    import pypdfium2.raw as raw

    found = Added([], [], [], [], [])
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        try:
            _add(found, annotation, form, text_page)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    if not any(field.value not in ("", "☐") for field in found.fields):
        found.fields.clear()  # a form that nobody filled in
    return found


def _add(found: Added, annotation: Any, form: Any, text_page: Any) -> None:
    import pypdfium2.raw as raw

    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind in (_LINK, _POPUP):
        return
    unseen = raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN
    if kind == _WIDGET:
        field = _field(annotation, form) if form else None
        if field and unseen:
            found.hidden.append("" if field.mark else field.value)
        elif field:
            found.fields.append(field)
        return
    if kind == _FILE:
        found.attached.append(_attached(raw.FPDFAnnot_GetFileAttachment(annotation)))
    words = _string(annotation, "Contents").strip() or _rich(annotation)
    name = _string(annotation, "Name") if kind == _STAMP else ""
    if not words and kind in (_FREE, _STAMP) and not unseen:
        rect = raw.FS_RECTF()
        raw.FPDFAnnot_GetRect(annotation, rect)
        box = rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top)
        under = text_page.get_text_bounded(*box).split()
        found.drawn.append((_what(annotation, kind, text_page), name, box, under))
    words = words or name
    if words and unseen:
        found.hidden.append(words)
    elif words:
        found.notes.append((_what(annotation, kind, text_page), words))


def painted(pdf: Any, index: int, drawn: list[Painted]) -> list[tuple[str, str]]:
    """Notes for stamps and the like whose words are in their picture alone.

    PDFium tells what is painted when it has become a part of the page, which then is another.
    """
    import pypdfium2.raw as raw

    page = pdf[index]
    raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
    flat = pdf[index]
    after = flat.get_textpage()
    notes = []
    for what, name, box, under in drawn:
        words = after.get_text_bounded(*box).split()
        words = words[len(under) :] if words[: len(under)] == under else words
        if shown := " ".join(words) or name:
            notes.append((what, shown))
    return notes


def _what(annotation: Any, kind: int, text_page: Any) -> str:
    """ "Note by Ann Bolt on “30 June”"."""
    what = "Stamp" if kind == _STAMP else "Note"
    author = " ".join(_string(annotation, "T").split())
    what += f" by {author}" if author else ""
    about = " ".join(_marked(annotation, text_page).split()) if kind in _MARKUP else ""
    return f"{what} on “{about}”" if about else what


def _marked(annotation: Any, text_page: Any) -> str:
    """The words that a highlight lies on."""
    import pypdfium2.raw as raw

    words = []
    quad = raw.FS_QUADPOINTSF()
    for index in range(min(50, raw.FPDFAnnot_CountAttachmentPoints(annotation))):
        if raw.FPDFAnnot_GetAttachmentPoints(annotation, index, quad):
            xs = quad.x1, quad.x2, quad.x3, quad.x4
            ys = quad.y1, quad.y2, quad.y3, quad.y4
            words.append(text_page.get_text_bounded(min(xs), min(ys), max(xs), max(ys)))
    return " ".join(words)


def _field(annotation: Any, form: Any) -> Field | None:
    import pypdfium2.raw as raw

    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (_CHECK, _RADIO):
        value = "☒" if raw.FPDFAnnot_IsChecked(form, annotation) else "☐"
    elif kind == _FIELD and raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
        return None  # shown as asterisks
    elif kind in (_FIELD, _COMBO, _LIST):
        chosen = list(_chosen(annotation, form)) if kind != _FIELD else []
        value = ", ".join(chosen) or _form_string(raw.FPDFAnnot_GetFormFieldValue, annotation, form)
    else:
        return None
    rect, size = raw.FS_RECTF(), ctypes.c_float()
    raw.FPDFAnnot_GetRect(annotation, rect)
    raw.FPDFAnnot_GetFontSize(form, annotation, size)
    name = _form_string(raw.FPDFAnnot_GetFormFieldAlternateName, annotation, form)
    name = name or _form_string(raw.FPDFAnnot_GetFormFieldName, annotation, form)
    box = rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top)
    return Field(" ".join(name.split()), value.strip(), box, kind in (_CHECK, _RADIO), size.value)


def _chosen(annotation: Any, form: Any) -> Iterator[str]:
    """The options that are chosen, by the words that the form shows."""
    import pypdfium2.raw as raw

    for index in range(max(0, raw.FPDFAnnot_GetOptionCount(form, annotation))):
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, index):
            yield _wide(
                lambda b, n, i=index: raw.FPDFAnnot_GetOptionLabel(form, annotation, i, b, n)
            )


def _form_string(get: Any, annotation: Any, form: Any) -> str:
    return _wide(lambda buffer, size: get(form, annotation, buffer, size))


def _string(annotation: Any, key: str) -> str:
    import pypdfium2.raw as raw

    name = key.encode()
    return _wide(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, name, buffer, size))


def _rich(annotation: Any) -> str:
    """The words of a note that is only kept with its type: XHTML."""
    text = re.sub(r"</p>|<br\s*/?>", "\n", _string(annotation, "RC"))
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def attachments(pdf: Any) -> list[Attached]:
    """The files that the document itself carries."""
    import pypdfium2.raw as raw

    count = min(_MOST, raw.FPDFDoc_GetAttachmentCount(pdf.raw))
    return [_attached(raw.FPDFDoc_GetAttachment(pdf.raw, index)) for index in range(count)]


def _attached(file: Any) -> Attached:
    import pypdfium2.raw as raw

    if not file:
        return _NAMELESS, ""
    name = attachment_name(file) or _NAMELESS
    length = ctypes.c_ulong()
    known = raw.FPDFAttachment_GetFile(file, None, 0, length)
    if not known or not 0 < length.value <= _LARGEST:
        return name, ""
    buffer = ctypes.create_string_buffer(length.value)
    raw.FPDFAttachment_GetFile(file, buffer, length.value, length)
    return name, base64.b64encode(buffer.raw).decode()


def attachment_name(file: Any) -> str:
    import pypdfium2.raw as raw

    return _wide(lambda buffer, size: raw.FPDFAttachment_GetName(file, buffer, size)).strip()


def _wide(get: Any) -> str:
    """What PDFium writes into a buffer of UTF-16 and of the size it names at first."""
    import pypdfium2.raw as raw

    size = min(get(None, 0), 2 * _LONGEST)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
