"""Content decides what a file is; what cannot be read is named for what it is."""

from __future__ import annotations

import logging
import sys
import zipfile
from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from tests.make_office import mail, slides_file, word_file, workbook, zip_file
from tests.make_pdf import text_pdf
from tests.retrieval.parsed import blocks, parse

CODE = "import os\n\ndef depth(x):\n    return x\n\nclass Port:\n    def fee(self): ...\n"


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx", "a"])
def test_content_beats_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert parse(text_pdf(path, ["Some words."])).pages
    assert parse(word_file(path)).title == "Harbour Rules"
    assert parse(slides_file(path)).unit == "slide"
    assert parse(workbook(path)).unit == "sheet"


def test_a_page_saved_as_pdf_is_read_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "docagent"):
        document = parse(tmp_path / "report.pdf", "<html><body><p>Not found.</p></body></html>")
    assert blocks(document) == [("text", "Not found.")]
    assert "report.pdf is html" in caplog.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "<html><p>kept as it is</p></html>"),
        ("a.md", "From: x\nTo: y\nSubject: z\n\n{}"),
        ("a.csv", 'Port,Note\r\nOstby,"two\r\nlines"\r\nQuill,x\r\n'),
        ("a.json", '{"a": [1, 2], "b": {"c": "d"}}'),
        ("a.py", CODE),
        ("a.xml", "<a>\n <b/>\n</a>"),
        ("a.yaml", "a: 1\n\nb: 2\n"),
    ],
)
def test_text_stays_its_own_text(tmp_path: Path, name: str, text: str) -> None:
    assert parse(tmp_path / name, text).text == text


def test_without_a_name_that_tells(tmp_path: Path) -> None:
    assert parse(tmp_path / "page", "\n<!doctype html><p>Hi.</p>").text.strip("\n\f") == "Hi."
    assert parse(mail(tmp_path / "letter", "Hello.")).title == "Isen på kaia"
    assert len(parse(tmp_path / "data", '[{"a": 1},\n{"b": 2}]').blocks) == 1
    assert parse(tmp_path / "notes", "From: the mason\n\nHello.").title == "notes"


def test_csv_records(tmp_path: Path) -> None:
    document = parse(tmp_path / "a.csv", 'Port,Note\nOstby,"two\nlines"\nQuill,5" pipe\nMoss,x\n')
    assert blocks(document) == [
        ("row", "Port,Note"),
        ("row", 'Ostby,"two\nlines"'),
        ("row", 'Quill,5" pipe'),
        ("row", "Moss,x"),
    ]


def test_json_is_cut_by_its_structure(tmp_path: Path) -> None:
    ports = [f'{{"name": "Port {n}", "notes": ["{"x" * 100}"]}}' for n in range(9)]
    text = f'{{"year": 2023, "ports": [{", ".join(ports)}], "end": null}}'
    found = blocks(parse(tmp_path / "a.json", text))
    assert found[:3] == [("text", '"year": 2023'), ("heading", "ports"), ("text", ports[0])]
    assert found[-1] == ("text", '"end": null')
    assert len(found) == 12


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": "' + "x" * 5000, '{"a" 1]}', "}{"])
def test_json_that_is_none_is_still_text(tmp_path: Path, text: str) -> None:
    assert parse(tmp_path / "a.json", text).text == text


def test_json_lines(tmp_path: Path) -> None:
    text = '{"a": 1}\n{"a": 2}\n'
    assert blocks(parse(tmp_path / "a.jsonl", text)) == [("text", '{"a": 1}'), ("text", '{"a": 2}')]


def test_definitions_are_headings(tmp_path: Path) -> None:
    document = parse(tmp_path / "port.py", CODE)
    headings = [(b.level, document.text[b.start : b.end]) for b in document.blocks if b.level]
    assert headings == [(1, "def depth(x):"), (1, "class Port:"), (2, "def fee(self): ...")]
    c = "static int add(int a) {\n  if (a) {\n    go(a);\n  }\n}\n"
    assert [kind for kind, _ in blocks(parse(tmp_path / "a.c", c))] == ["heading", "text"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.gz", b"\x1f\x8b\x08" + bytes(20), "is an archive: unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(20), "is an archive"),
        ("a.tar", bytes(257) + b"ustar" + bytes(250), "is an archive"),
        ("a.txt", b"Rar!\x1a\x07\x01\x00", "is an archive"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), r"save it as \.docx"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), r"save it as \.xlsx"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "is encrypted",
        ),
        ("a.docx", b"PK\x03\x04 cut off", "is damaged"),
        ("a.docx", b"", "is empty"),
        ("a.bin", bytes(range(256)) * 20, "is not text, nor a format"),
    ],
)
def test_what_is_not_read_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    with pytest.raises(DocAgentError, match=message):
        parse(tmp_path / name, data)


def test_zips_that_are_no_documents(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match=r"report\.zip is an archive: unpack it"):
        parse(zip_file(tmp_path / "report.zip", {"report.pdf": "x"}))
    odt: dict[str, str | bytes] = {"mimetype": "application/vnd.oasis.opendocument.text"}
    with pytest.raises(DocAgentError, match="OpenDocument"):
        parse(zip_file(tmp_path / "a.odt", odt))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.xml", bytes(70 << 20))
    with pytest.raises(DocAgentError, match=r"a\.xlsx unpacks to 0\.1 GB: that is a zip bomb"):
        parse(path)


def test_entities_of_office_files_are_not_expanded(tmp_path: Path) -> None:
    for make, name, tag in (
        (word_file, "word/document.xml", b"<w:document"),
        (workbook, "xl/worksheets/sheet1.xml", b"<worksheet"),
    ):
        path = make(tmp_path / "a")
        with zipfile.ZipFile(path) as archive:
            members: dict[str, str | bytes] = {n: archive.read(n) for n in archive.namelist()}
        text = members[name]
        assert isinstance(text, bytes)
        bomb = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>' + tag
        text = text.replace(tag, bomb, 1).replace(b"Harbour", b"&b;", 1)
        members[name] = text.replace(b"<v>0</v>", b"<v>&b;</v>", 1)
        try:
            document = parse(zip_file(tmp_path / "b", members))
        except DocAgentError as error:
            assert "\n" not in str(error)
        else:
            assert "lol" not in document.text


@pytest.mark.parametrize(
    ("name", "module", "package"),
    [
        ("a.docx", "docx", "python-docx"),
        ("a.pptx", "pptx", "python-pptx"),
        ("a.xlsx", "openpyxl", "openpyxl"),
        ("a.html", "lxml.html", "lxml"),
    ],
)
def test_a_missing_library_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, package: str
) -> None:
    path = tmp_path / name
    path.write_text("<html><p>x</p></html>")
    make = {"docx": word_file, "pptx": slides_file, "xlsx": workbook}.get(path.suffix[1:])
    if make:
        make(path)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DocAgentError) as caught:
        parse(path)
    assert str(caught.value) == f"{name} needs {package}: pip install 'docagent[formats]'."
