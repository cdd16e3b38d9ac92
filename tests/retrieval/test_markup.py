"""HTML, EPUB and mail: what a browser shows, in its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from tests.make_office import book, chapter, mail
from tests.retrieval.parsed import blocks, parse

PAGE = """<!DOCTYPE html><html><head><title>Tides &amp; Depths</title><style>p {}</style></head>
<body><nav><a>Home</a></nav><h1>Tides</h1>
<p>The tide turns at <b>noon</b> &mdash; daily.<br>Area: 10<sup>2</sup> km.</p>
<ul><li>one <i>net</i></li><li>two<ul><li>inner</li></ul></li></ul>
<div style="display: none">secret</div><p hidden>secret</p><script>var secret;</script>
<h2>Depths</h2>
<table><caption>All ports</caption><thead><tr><th>Port<th></th><th>Fee</th></tr></thead>
<tr><td>Ostby</td><td>$</td><td>1,234</td></tr>
<tr><td><p>Quill</p><p>bay</p></td><td>(</td><td>12</td><td>)</td></tr></table>
<pre>a  b
  c</pre>behind</body></html>"""


def test_html(tmp_path: Path) -> None:
    document = parse(tmp_path / "a.html", PAGE)
    assert document.title == "Tides & Depths"
    assert blocks(document) == [
        ("heading", "Tides"),
        ("text", "The tide turns at noon — daily.\nArea: 10² km."),
        ("text", "one net"),
        ("text", "two"),
        ("text", "inner"),
        ("heading", "Depths"),
        ("text", "All ports"),
        ("row", "Port | Fee"),
        ("row", "Ostby | $1,234"),
        ("row", "Quill bay | (12)"),
        ("text", "a  b\n  c"),
        ("text", "behind"),
    ]


def test_a_table_that_lays_out_the_page_is_no_table(tmp_path: Path) -> None:
    html = "<table><tr><td>Menu</td><td><h1>Port</h1><p>Open.</p></td></tr></table>"
    assert blocks(parse(tmp_path / "a.html", html)) == [
        ("text", "Menu"),
        ("heading", "Port"),
        ("text", "Open."),
    ]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="shift_jis">', "shift_jis"),
        ('<meta http-equiv=Content-Type content="text/html; charset=koi8-r">', "koi8-r"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ('<?xml version="1.0" encoding="utf-8"?>', "utf-8"),
        ('<meta charset="iso-8859-1">', "cp1252"),
    ],
)
def test_encodings_of_pages(tmp_path: Path, head: str, encoding: str) -> None:
    word = {"shift_jis": "港の潮", "cp1252": "“Øre” – naïve"}.get(encoding, "Порт")
    data = f"{head}<html><head></head><body><p>{word}</p></body></html>".encode(encoding)
    assert blocks(parse(tmp_path / "a.html", data)) == [("text", word)]


def nested(depth: int) -> str:
    return "<html><body>" + "<div>" * depth + "deep" + "</div>" * depth + "<p>last</p>"


def test_deep_nesting_is_read_or_refused(tmp_path: Path) -> None:
    document = parse(tmp_path / "a.html", nested(1500))
    assert [text for _, text in blocks(document)] == ["deep", "last"]
    with pytest.raises(DocAgentError, match="cannot be read whole"):
        parse(tmp_path / "a.html", nested(5000))


def test_a_page_without_text(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match=r"a\.html holds no text"):
        parse(tmp_path / "a.html", "<html><body><script>var x</script></body></html>")


def test_epub_chapters_in_reading_order(tmp_path: Path) -> None:
    broken = "<html><body><h1>Two</h1><p>Sea & sky <br> meet.</body></html>"
    path = book(tmp_path / "a.epub", [chapter("<h1>One</h1><p>Low&#160;water.</p>"), broken])
    document = parse(path)
    assert document.title == "The Isles"
    assert blocks(document) == [
        ("heading", "One"),
        ("text", "Low water."),
        ("heading", "Two"),
        ("text", "Sea & sky\nmeet."),
    ]


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("password")
    bomb = (
        f'<!DOCTYPE html [<!ENTITY a "{"lol" * 99}"><!ENTITY b "{"&a;" * 99}">'
        f'<!ENTITY c "{"&b;" * 99}"><!ENTITY f SYSTEM "{secret.as_uri()}">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Text &c; and &f;.</p></body></html>'
    )
    for document in (
        parse(book(tmp_path / "a.epub", [bomb])),
        parse(tmp_path / "a.html", bomb),
    ):
        assert "lol" not in document.text
        assert "password" not in document.text
        assert "Text" in document.text


def test_a_protected_book_is_refused(tmp_path: Path) -> None:
    locked = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e='
        '"http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData><e:CipherData><e:CipherReference '
        'URI="OEBPS/text/chapter%200.xhtml"/></e:CipherData></e:EncryptedData></encryption>'
    )
    path = book(tmp_path / "a.epub", ["xx"], **{"META-INF/encryption.xml": locked})
    with pytest.raises(DocAgentError, match="protected"):
        parse(path)


def test_mail(tmp_path: Path) -> None:
    path = mail(tmp_path / "a.eml", "Hello Ole,\n\nthe ice is gone.\n", attachment="map.pdf")
    document = parse(path)
    assert document.title == "Isen på kaia"
    assert blocks(document) == [
        ("text", "From: Ulla Brandt <ulla@ostby.example>"),
        ("text", "To: Ole Lund <ole@ostby.example>"),
        ("text", "Date: Tue, 01 Apr 2025 10:00:00 +0200"),
        ("heading", "Subject: Isen på kaia"),
        ("text", "Hello Ole,"),
        ("text", "the ice is gone."),
        ("text", "Attachment: map.pdf"),
    ]
    assert "map.pdf" in document.warnings[0]


def test_mail_in_html(tmp_path: Path) -> None:
    document = parse(mail(tmp_path / "a.eml", "<p>The <b>ice</b> is gone.</p>", "html"))
    assert blocks(document)[-1] == ("text", "The ice is gone.")
