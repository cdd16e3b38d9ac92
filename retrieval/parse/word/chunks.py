"""Files of other formats that a Word file takes in whole (`w:altChunk`)."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from retrieval.parse.builder import Builder
from retrieval.parse.decode import read_text
from retrieval.parse.formats.html import add_html, page_text


def add_chunk(builder: Builder, part: Any, file: str) -> bool:
    """Add a page, a web archive or plain text; False for what is none of them.

    Raises DocumentError where there is nothing in it.
    """
    kind = part.content_type.split(";")[0].strip().lower()
    ending = str(part.partname).rpartition(".")[2].lower()
    data: bytes = part.blob
    if kind in ("message/rfc822", "multipart/related") or ending in ("mht", "mhtml"):
        mail = message_from_bytes(data, policy=policy.default)
        body = mail.get_body(("html", "plain"))
        if body is None:
            return False
        text, is_page = str(body.get_content()), body.get_content_subtype() == "html"
    elif "html" in kind or ending in ("htm", "html", "xhtml"):
        text, is_page = page_text(builder, data, file), True
    elif kind == "text/plain" or ending == "txt":
        (text, warnings), is_page = read_text(data, file), False
        for warning in warnings:
            builder.warn(warning)
    else:
        return False
    if is_page:
        add_html(builder, text, file)
    else:
        for line in text.splitlines():
            builder.add("text", line)
    return True
