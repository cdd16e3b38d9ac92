"""Old Office files, which LibreOffice makes new ones of."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from retrieval.errors import DocAgentError, DocumentError
from retrieval.parse.formats import legacy
from retrieval.parse.ole import ole_kind
from tests.make_ole import Storage, ole_file
from tests.retrieval.parsed import parse

installed = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@pytest.mark.slow
@installed
def test_an_old_word_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>Rent</h1><p>The rent is 700 euro.</p>", "utf-8")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "doc:MS Word 97", "a.html"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=180)
    document = parse(tmp_path / "a.doc")
    assert "The rent is 700 euro." in document.text
    assert document.title in ("Rent", "a")


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"WordDocument": b""}, "doc"),
        ({"WORKBOOK": b""}, "xls"),
        ({"powerpoint document": b""}, "ppt"),
        ({"Workbook": b"WordDocument\0".decode().encode("utf-16-le") * 9}, "xls"),
        ({"Other": b""}, ""),
    ],
)
def test_what_an_old_file_is(tmp_path: Path, members: Storage, kind: str) -> None:
    path = ole_file(tmp_path / "a", members)
    assert ole_kind(path, path.read_bytes()[:8]) == kind


def old_file(path: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An old file, and a LibreOffice that does what the script says."""
    fake = path.with_name("soffice")
    fake.write_text(f"#!/bin/sh\n{program}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(fake))
    return ole_file(path, {"WordDocument": b"x" * 5000})


def test_a_file_that_keeps_libreoffice_busy_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_file(tmp_path / "a.doc", "exec sleep 60", monkeypatch)
    monkeypatch.setattr(legacy, "_LONGEST", 0.2)
    with pytest.raises(DocAgentError, match=r"a\.doc: LibreOffice did not read it in time"):
        parse(path)


def test_what_libreoffice_makes_nothing_of_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_file(tmp_path / "a.doc", "exit 1", monkeypatch)
    with pytest.raises(DocAgentError, match=r"LibreOffice cannot read a\.doc"):
        parse(path)
    bad = 'for last; do :; done; echo no > "${last%.doc}.docx"'
    path = old_file(tmp_path / "b.doc", bad, monkeypatch)
    with pytest.raises(DocAgentError, match=r"^b\.doc "):
        parse(path)


def test_a_file_of_an_unknown_program_gets_no_advice_of_office(tmp_path: Path) -> None:
    drawing = ole_file(tmp_path / "a.vsd", {"VisioDocument": b"x"})
    with pytest.raises(DocumentError, match=r"a\.vsd is of a program whose files .* not read"):
        parse(drawing)
    with pytest.raises(DocumentError, match=r"save it as \.docx"):
        parse(ole_file(tmp_path / "a.wps", {"MN0": b"x"}))
