"""Opening files and folders, and searching them."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import pytest

from retrieval import Corpus, DocAgentError, DocumentError, PasswordRequired, prepare
from retrieval.lexical.tokens import terms
from tests.make_office import mail
from tests.make_pdf import canvas, encrypt, text_pdf, write_lines

pytestmark = pytest.mark.usefixtures("loaded")
BROKEN = "%PDF-1.7\nand no more of one"
PAGES = [
    "The ferry Petrel was re-engined in the spring.",
    "Gulls nest on the roof of the old customs house.",
    "The price of a bicycle ticket is four florins.",
]


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_passages_are_slices_of_the_text(handbook_corpus: Corpus) -> None:
    text = handbook_corpus.text("handbook.pdf")
    found = handbook_corpus.search("When was the lamp of Pennant Rock lit?", k=25)
    assert len(found) == 25
    for passage in found:
        assert passage.text == text[passage.start : passage.end]
        assert passage.document == "handbook.pdf"


def test_scores_fall_from_at_most_one(handbook_corpus: Corpus) -> None:
    scores = [passage.score for passage in handbook_corpus.search("wind limits of the ferries")]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] <= scores[0] <= 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("HX-2041-B", "HX-2041-B"),
        ("Section 6.4(b)", "Section 6.4(b)"),
        ("tenders@hifla.example", "tenders@hifla.example"),
        ("行李", "行李"),
        ("how heavy is the quicksilver under the lens", "318 kilograms"),
    ],
)
def test_words_and_meaning_both_find(handbook_corpus: Corpus, query: str, words: str) -> None:
    assert any(words in passage.text for passage in handbook_corpus.search(query, k=3))


def test_k_and_pages_limit(handbook_corpus: Corpus) -> None:
    assert len(handbook_corpus.search("ferry", k=3)) == 3
    found = handbook_corpus.search("ferry", k=50, pages=(20, 22))
    assert found
    assert {p.page for p in found} <= {20, 21, 22}
    assert handbook_corpus.search("ferry", pages=(900, 901)) == []


def test_page_and_printed_label(handbook_corpus: Corpus) -> None:
    best = handbook_corpus.search("the lamp was lit by the widow of the mate", k=1)[0]
    assert (best.page, best.page_label) == (8, "3")
    assert best.heading.split(" > ")[0][:2].strip().isdigit()


@pytest.mark.parametrize("query", ["", "  \n\t", "\x00"])
def test_an_empty_query_is_refused(handbook_corpus: Corpus, query: str) -> None:
    with pytest.raises(DocAgentError, match="empty"):
        handbook_corpus.search(query)


@pytest.mark.parametrize("query", ["fer\x00ry \ud83d lights", "\x1b[31m ferry", "ferry " * 2000])
def test_odd_queries_are_answered(handbook_corpus: Corpus, query: str) -> None:
    assert handbook_corpus.search(query)


def test_folders_files_and_kinds(tmp_path: Path) -> None:
    text_pdf(tmp_path / "one.pdf", PAGES)
    write(tmp_path / "in" / "two.md", "# Two\n\nMarkdown about gulls.")
    write(tmp_path / "in" / "deep" / "three.TXT", "Text about gulls.")
    write(tmp_path / "in" / ".hidden.txt", "Hidden gulls.")
    write(tmp_path / "in" / "four.py", "gulls = 1")
    write(tmp_path / "in" / "gulls.mp4", "no document")
    corpus = Corpus.open([tmp_path / "one.pdf", str(tmp_path / "in"), tmp_path / "one.pdf"])
    assert sorted(corpus.documents) == ["four.py", "one.pdf", "three.TXT", "two.md"]
    assert {p.document for p in corpus.search("gulls")} == set(corpus.documents)


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    for year in ("2022", "2023"):
        write(tmp_path / year / "report.txt", f"The profit of {year} was {year}0 florins.")
    corpus = Corpus.open([tmp_path])
    assert corpus.documents == ["2022/report.txt", "2023/report.txt"]
    best = corpus.search("profit of 2023", k=1)[0]
    assert best.document == "2023/report.txt"
    assert corpus.text(best.document)[best.start : best.end] == best.text
    assert corpus.text(tmp_path / "2022" / "report.txt").startswith("The profit of 2022")


def test_equal_content_in_two_places(tmp_path: Path) -> None:
    for name in ("a/same.txt", "b/same.txt"):
        write(tmp_path / name, "The same words in both.")
    corpus = Corpus.open([tmp_path / "a", tmp_path / "b"])
    assert {p.document for p in corpus.search("same words")} == {"a/same.txt", "b/same.txt"}


def test_text_by_name_or_path(town: Path) -> None:
    corpus = Corpus.open([town])
    assert corpus.text("town.txt") == corpus.text(town) == town.read_text("utf-8")
    with pytest.raises(DocAgentError, match="not in this corpus"):
        corpus.text("other.txt")


def test_an_unreadable_file_in_a_folder_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "good.txt", "Good words about gulls.")
    write(tmp_path / "bad.pdf", BROKEN)
    text_pdf(tmp_path / "scan.pdf", [None])
    assert Corpus.open([tmp_path]).documents == ["good.txt"]
    told = warnings(caplog)
    assert len(told) == 2
    assert any("bad.pdf" in line for line in told)
    assert any("scan.pdf is scanned" in line for line in told)
    with pytest.raises(DocAgentError, match=r"bad\.pdf"):
        Corpus.open([tmp_path, tmp_path / "bad.pdf"])


def test_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(DocAgentError, match="does not exist"):
        Corpus.open([tmp_path / "none.pdf"])
    with pytest.raises(DocAgentError, match="holds no file"):
        Corpus.open([tmp_path])
    write(tmp_path / "bad.pdf", BROKEN)
    with pytest.raises(DocAgentError, match="None of the 1 files"):
        Corpus.open([tmp_path])
    with pytest.raises(DocAgentError):
        Corpus.open([])


def test_silent_pages_are_named_each_time(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = text_pdf(tmp_path / "mixed.pdf", ["Words here.", None, None, "More words.", None])
    for _ in range(2):
        caplog.clear()
        Corpus.open([path])
        assert len(warnings(caplog)) == 1
        assert "mixed.pdf: no text on pages 2-3, 5" in warnings(caplog)[0]


def test_what_is_not_read_is_named_each_time(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = mail(tmp_path / "a.eml", "The ice is gone.\n", attachment="map.pdf")
    for _ in range(2):
        caplog.clear()
        Corpus.open([path])
        assert len(warnings(caplog)) == 1
        assert "a.eml: its attachments are not read (map.pdf)" in warnings(caplog)[0]


def test_an_edited_file_is_noticed(town: Path) -> None:
    Corpus.open([town])
    before = town.stat()
    edited = town.read_text("utf-8").replace("Ulla Brandt", "Olga Brunst")
    town.write_text(edited, encoding="utf-8")
    os.utime(town, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time
    assert "Olga Brunst" in Corpus.open([town]).search("mason of the ice house", k=1)[0].text


def test_a_cached_copy_does_not_open_a_protected_document(tmp_path: Path, cache: Path) -> None:
    locked = encrypt(text_pdf(tmp_path / "p.pdf", PAGES), tmp_path / "l.pdf", "AES-256", "gull")
    assert "Gulls" in Corpus.open([locked], password="gull").text("l.pdf")
    for password, message in ((None, "needs a password"), ("heron", "does not open")):
        with pytest.raises(DocAgentError, match=message):
            Corpus.open([locked], password=password)
    assert "Gulls" in Corpus.open([locked], password="gull").text("l.pdf")


@pytest.mark.parametrize("name", ["caf\udce9.txt", "港口.txt", "a b'c\"d.txt", "x" * 240 + ".txt"])
def test_odd_file_names(tmp_path: Path, name: str) -> None:
    corpus = Corpus.open([write(tmp_path / name, "Words about gulls on the roof.")])
    assert corpus.search("gulls", k=1)[0].document == name


def test_nul_bytes_stay_where_they_are(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "\x00gull\x00 and more gulls")
    assert Corpus.open([file]).search("gull", k=1)[0].text == file.read_text("utf-8")


def test_other_wordings_bring_their_passages(handbook_corpus: Corpus) -> None:
    """What they are about comes first; without them the query's own words decide."""
    query = "rules on gales"
    wanted = handbook_corpus.search("mean wind exceeds 19 metres per second, class B", 1)[0]
    also = ["mean wind exceeds metres per second", "vessel of class B must not leave port"]
    plain = handbook_corpus.search(query, 20)
    found = handbook_corpus.search(query, 20, also=also)
    assert found[0].text == wanted.text
    assert [one.text for one in found] != [one.text for one in plain]
    with pytest.raises(DocAgentError):
        handbook_corpus.search(query, also=[" "])


def test_any_slice_is_a_passage_of_its_page(handbook_corpus: Corpus) -> None:
    (name,) = handbook_corpus.documents
    text = handbook_corpus.text(name)
    known = handbook_corpus.passages(name)[40]
    found = handbook_corpus.span(name, known.start + 5, known.end)
    assert found.text == text[known.start + 5 : known.end]
    assert (found.page, found.page_label) == (known.page, known.page_label)
    assert found.heading == known.heading
    assert handbook_corpus.span(name, len(text) - 9, len(text) + 100).end == len(text)


def test_one_path_or_several(town: Path, cache: Path) -> None:
    wanted = Corpus.open([town]).search("ice house")
    for paths in (town, str(town), (town,), iter([str(town)])):
        assert Corpus.open(paths).search("ice house") == wanted
    assert prepare(str(town)).pending == 0
    with pytest.raises(DocumentError, match=r"none\.pdf does not exist"):
        Corpus.open("none.pdf")


def test_the_number_of_passages_is_checked(handbook_corpus: Corpus) -> None:
    for k in (0, -1):
        with pytest.raises(DocAgentError, match=f"whole number from 1 on, not {k}"):
            handbook_corpus.search("ferry", k=k)


@pytest.mark.parametrize("pages", [(0, 3), (5, 2), (3,), (1, 2, 3), ("1", "2"), 7])
def test_a_page_range_is_checked(handbook_corpus: Corpus, pages: Any) -> None:
    with pytest.raises(DocAgentError, match="pages must be the first and the last page"):
        handbook_corpus.search("ferry", pages=pages)


def test_a_document_may_be_named_alone(handbook_corpus: Corpus) -> None:
    (name,) = handbook_corpus.documents
    assert handbook_corpus.search("ferry", documents=name) == handbook_corpus.search("ferry")


def test_a_query_is_made_once(handbook_corpus: Corpus) -> None:
    query = handbook_corpus.query(" What is the wind limit in Table 2? Answer in one word. ")
    assert query.core == "What is the wind limit in Table 2?"
    assert (query.language, query.terms) == ("en", ("wind", "limit", "tabl", "2"))
    assert set(query.rarity) == set(query.terms)
    assert query.references == (("table", "2"),)
    assert handbook_corpus.search(query) == handbook_corpus.search(query.text)
    assert handbook_corpus.trust(query) == handbook_corpus.trust(query.core)


def test_passages_of_a_document(handbook_corpus: Corpus) -> None:
    (name,) = handbook_corpus.documents
    passages = handbook_corpus.passages(name)
    assert len(passages) == len(handbook_corpus)
    middle = passages[20]
    assert passages[20:22] == [middle, passages[21]]
    assert passages.number_at(middle.start + 1) == 20
    assert passages.overlapping(middle.start + 1, passages[21].start + 1) == passages[20:22]
    assert passages.beginning_in(middle.start, passages[22].start) == passages[20:22]
    assert passages[-1].end <= len(handbook_corpus.document(name).text)
    assert middle.terms[:1] == tuple(terms(middle.text)[:1])


def test_a_locked_file_has_an_error_of_its_own(tmp_path: Path) -> None:
    locked = encrypt(
        text_pdf(tmp_path / "p.pdf", ["Gulls."]), tmp_path / "l.pdf", "AES-256", "gull"
    )
    with pytest.raises(PasswordRequired, match="needs a password"):
        Corpus.open(locked)
    (tmp_path / "empty.txt").write_bytes(b"")
    with pytest.raises(DocumentError, match="empty"):
        Corpus.open(tmp_path / "empty.txt")


def ports(path: Path, pages: list[list[tuple[str, ...]]]) -> Path:
    """A table over pages, with a running footer below it."""
    page = canvas(path)
    for number, rows in enumerate(pages, 1):
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                write_lines(page, [cell], x=72 + 110 * column, y=750 - 14 * line)
        write_lines(page, [f"Coast Office | Page {number}"], y=40, size=8)
        page.showPage()
    page.save()
    return path


HEAD = ("Port", "Opened", "Depth, m", "Berths")
ROWS = [(f"Port {name}", f"18{i:02}", f"{i}.5", str(i)) for i, name in enumerate("ABCDEFGHI", 10)]


@pytest.mark.parametrize(
    ("later", "head"),
    [
        ([ROWS[3:6], ROWS[6:]], "Port Opened Depth, m Berths"),
        ([[HEAD, *ROWS[3:6]], [HEAD, *ROWS[6:]]], "Port Opened Depth, m Berths"),
        ([ROWS[3:6], [row[:3] for row in ROWS[6:]]], ""),
        ([ROWS[3:6], [("Lamp", "Lit", "Height", "Keepers"), *ROWS[6:]]], "Lamp Lit Height Keepers"),
    ],
    ids=["goes on", "repeats its header", "other columns", "another table"],
)
def test_a_row_on_a_later_page_is_quoted_with_the_header_of_its_table(
    later: list[list[tuple[str, ...]]], head: str, tmp_path: Path
) -> None:
    corpus = Corpus.open([ports(tmp_path / "a.pdf", [[HEAD, *ROWS[:3]], *later])])
    text = corpus.text("a.pdf")
    start = text.index("Port H")
    row = corpus.sentences(corpus.span("a.pdf", start, text.index("\n", start)))[0]
    assert row.head == head


def test_what_stands_only_in_a_running_header_or_footer_is_found(tmp_path: Path) -> None:
    page = canvas(tmp_path / "a.pdf")
    for number in range(1, 9):
        write_lines(page, ["The barge Svanen left the north quay in the morning."] * 5)
        if number > 1:  # behind a title page
            write_lines(page, ["Confidential - draft 3"], y=810, size=8)
            write_lines(page, [f"Report number 4711-B | {number}"], y=40, size=8)
        page.showPage()
    page.save()
    corpus = Corpus.open([tmp_path / "a.pdf"])
    for question, answer in {
        "What is the report number?": "Report number 4711-B",
        "Which draft is it, and is it confidential?": "Confidential - draft 3",
    }.items():
        best = corpus.search(question, k=1)[0]
        assert (answer in best.text, best.page) == (True, 2)
    assert corpus.text("a.pdf").count("4711-B") == 1
    assert len([words for _, words in corpus.document("a.pdf").aside if "4711-B" in words]) == 6
