"""OpenDocument files, as LibreOffice writes them."""

from __future__ import annotations

from pathlib import Path

from tests.make_office import zip_file

_NAMES = ("office", "text", "table", "presentation", "style", "form", "chart", "meta")
SPACES = (
    " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in _NAMES)
    + ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    + ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)
STYLES = (
    '<style:style style:name="Sup"><style:text-properties '
    'style:text-position="super 58%"/></style:style>'
    '<style:style style:name="Sub"><style:text-properties '
    'style:text-position="-33% 58%"/></style:style>'
    '<style:style style:name="Hid"><style:text-properties '
    'text:display="none"/></style:style>'
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" '
    'style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" '
    'style:num-format="a" style:num-suffix=")"/></text:list-style>'
    '<text:list-style style:name="L2">'
    '<text:list-level-style-bullet text:level="1"/></text:list-style>'
)
KINDS = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
OUTLINE = (
    '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    "</text:outline-style>"
)


def content(body: str, kind: str) -> str:
    return (
        f'<?xml version="1.0"?><office:document-content {SPACES}><office:automatic-styles>{STYLES}'
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )


def odf_file(path: Path, body: str, outline: str = "", **more: str) -> Path:
    """A file whose suffix tells its kind."""
    kind = KINDS[path.suffix[1:]]
    styles = f"<office:document-styles {SPACES}><office:styles>{outline}</office:styles>"
    styles += "</office:document-styles>"
    members: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": content(body, kind),
        "styles.xml": styles,
        **more,
    }
    return zip_file(path, members)
