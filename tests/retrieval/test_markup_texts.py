"""LaTeX, reStructuredText, XML, JSON and subtitles: words without their markup."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.parse.place import place
from tests.retrieval.parsed import blocks, parse

PAPER = r"""\documentclass{article}
\title{On \emph{Eels}}
\begin{document}
\section{Methods}\label{m}
We caught 214 eels\footnote{Not 215.} in the lock % not 999
with traps; 50\% ``long'' --- caf\'e. The tank holds $3 \times 10^6$ litres.
\begin{enumerate}\item first \item second\end{enumerate}
\begin{verbatim}
x % kept
\end{verbatim}
\subsection*{Results}
Type A eels were longer. Object weights were \SI{3.2}{kg}.
\begin{equation}
E = \frac{3}{4} m
\end{equation}
\begin{tabular}{lr}\hline Year & Rye \\ \hline 2021 & 44 \\ \end{tabular}
\input{appendix}
\end{document}
"""


def test_latex_as_it_is_printed(tmp_path: Path) -> None:
    document = parse(tmp_path / "a.tex", PAPER)
    assert blocks(document) == [
        ("heading", "On Eels"),
        ("heading", "Methods"),
        (
            "text",
            "We caught 214 eels in the lock with traps; 50% “long” — café. "
            "The tank holds 3 × 10⁶ litres.",
        ),
        ("text", "Footnote: Not 215."),
        ("text", "1. first"),
        ("text", "2. second"),
        ("text", "x % kept"),
        ("heading", "Results"),
        ("text", "Type A eels were longer. Object weights were 3.2 kg."),
        ("text", "E = 3/4 m"),
        ("row", "Year | Rye"),
        ("row", "2021 | 44"),
    ]
    assert document.warnings == ("the file appendix that it includes is not read.",)


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        (r"\newcommand{\price}{4\,300}It is \price{} kr.", "It is 4 300 kr."),
        (r"\newcommand{\boat}[2][Gull]{#1 of #2}\boat{Quill}, \boat[Tern]{Ostby}",
         "Gull of Quill, Tern of Ostby"),
        (r"\def\a#1{mast #1}\a{7}", "mast 7"),
        (r"$2\frac{1}{2}$, \nicefrac{3}{4}, $\sqrt[3]{27}$", "2 1/2, 3/4, ∛27"),
        (r"10\textsuperscript{6}, \SI{5.3}{\kilo\metre\per\hour}, \SIrange{1}{5}{\square\metre}",
         "10⁶, 5.3 km/h, 1–5 m²"),
        (r"\begin{comment}no\end{comment}\iffalse no \fi yes", "yes"),
        (r"\begin{enumerate}[label=(\roman*)]\item one\item two\end{enumerate}",
         "(i) one\n\n(ii) two"),
        (r"\newcommand{\x}{\x\x}\x Words.", "Words."),
    ],
)  # fmt: skip
def test_figures_of_latex_are_what_is_printed(tmp_path: Path, source: str, printed: str) -> None:
    assert parse(tmp_path / "a.tex", source).text == printed


@pytest.mark.parametrize("text", ["\\section{" * 5000, "{" * 100_000, "$x^{" * 5000, "\\"])
def test_latex_that_is_broken_is_still_read(tmp_path: Path, text: str) -> None:
    assert parse(tmp_path / "a.tex", f"Words. {text}").text.startswith("Words.")


def test_underlined_titles_are_headings(tmp_path: Path) -> None:
    text = (
        "====\nBook\n====\n\nIntro.\n\nMethods\n=======\nType A eels.\n\nDeep\n----\n- one\n- two\n"
    )
    document = parse(tmp_path / "a.rst", text)
    assert document.text == text
    assert [(b.level, document.text[b.start : b.end]) for b in document.blocks] == [
        (1, "Book"),
        (0, "Intro."),
        (2, "Methods"),
        (0, "Type A eels."),
        (3, "Deep"),
        (0, "- one\n- two"),
    ]
    assert blocks(parse(tmp_path / "a.adoc", "== Fees\n\n40."))[0] == ("heading", "== Fees")
    assert blocks(parse(tmp_path / "a.org", "* Fees\n40."))[0] == ("heading", "* Fees")


@pytest.mark.parametrize("name", ["a.log", "a.yaml", "a.py"])
def test_a_sentence_is_no_definition(tmp_path: Path, name: str) -> None:
    text = "Type A eels were longer.\nObject weights were 3 kg.\nModule two is empty.\n"
    assert [kind for kind, _ in blocks(parse(tmp_path / name, text))] == ["text"]


def test_tags_of_xml_are_no_words(tmp_path: Path) -> None:
    feed = """<?xml version="1.0"?><rss><channel><title>Port</title><item><title>Crane</title>
        <description>&lt;p&gt;It lifts &lt;b&gt;8&lt;/b&gt; t.&lt;/p&gt;</description></item>
        <item id="4"><name>R&amp;D lift</name><note>Carries 8&#160;<b>people</b></note>
        <price currency="NOK">40</price></item></channel></rss>"""
    document = parse(tmp_path / "a.xml", feed)
    assert document.title == "Port"
    assert blocks(document) == [
        ("heading", "Port"),
        ("heading", "Crane"),
        ("text", "It lifts 8 t."),
        ("text", "R&D lift"),
        ("text", "Carries 8 people"),
        ("text", "currency: NOK"),
        ("text", "price: 40"),
    ]
    assert parse(tmp_path / "feed", feed).title == "Port"
    for broken in ("<a><b>words", "no tags at all"):
        assert parse(tmp_path / "b.xml", broken).text == broken


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<para>10<superscript>6</superscript> l<footnote><para>So.</para></footnote></para>",
         "10⁶ l\n\nSo."),
        ('<m:math xmlns:m="x"><m:mfrac><m:mn>3</m:mn><m:mn>4</m:mn></m:mfrac></m:math>', "3/4"),
        ("<table><tr><td rowspan='2'>a</td><td>1</td></tr><tr><td>2</td></tr></table>",
         "a | 1\na | 2"),
        ('<Row xmlns:ss="x"><Cell><Data>Fee</Data></Cell><Cell ss:Index="3"><Data>40</Data></Cell>'
         '<Cell ss:MergeAcross="1"/><Cell><Data>7</Data></Cell></Row>', "Fee | | 40 | | | 7"),
    ],
)  # fmt: skip
def test_figures_and_tables_of_xml(tmp_path: Path, xml: str, text: str) -> None:
    assert parse(tmp_path / "a.xml", f"<?xml version='1.0'?><doc>{xml}</doc>").text == text


def test_a_page_whose_elements_all_have_a_prefix(tmp_path: Path) -> None:
    page = '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:p>42<h:sup>2</h:sup></h:p></h:html>'
    assert parse(tmp_path / "a.xhtml", page).text == "42²"


def test_a_book_of_fictionbook(tmp_path: Path) -> None:
    text = """<?xml version="1.0" encoding="windows-1251"?>
        <FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info>
        <book-title>Острова</book-title></title-info></description><body><section>
        <title><p>Глава</p><p>первая</p></title><p>Маяк <emphasis>зажгли</emphasis> в 4.</p>
        </section></body><binary id="c">AAAA</binary></FictionBook>"""
    document = parse(tmp_path / "a.fb2", text.strip().encode("cp1251"))
    assert document.title == "Острова"
    assert blocks(document)[1:] == [("heading", "Глава первая"), ("text", "Маяк зажгли в 4.")]


@pytest.mark.parametrize(
    ("declared", "encoding"), [("gb2312", "gbk"), ("x-sjis", "cp932"), ("utf-16", "utf-16")]
)
def test_encodings_of_xml(tmp_path: Path, declared: str, encoding: str) -> None:
    words = "董事长为朱镕基" if encoding == "gbk" else "本社は東京にある"
    text = f'<?xml version="1.0" encoding="{declared}"?><a><b>{words}</b></a>'
    assert blocks(parse(tmp_path / "a.xml", text.encode(encoding))) == [("text", words)]


def test_entities_of_xml_are_not_expanded(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><a><p>Text &b; here</p></a>'
    assert "lollol" not in parse(tmp_path / "a.xml", bomb).text.replace(bomb, "")
    deep = "<a>" * 50_000 + "deep" + "</a>" * 50_000
    assert "deep" in parse(tmp_path / "a.xml", deep).text


def test_escapes_of_json_are_letters(tmp_path: Path) -> None:
    text = (
        r'{"a": "Caf\u00e9 \u79df\u91d1 \ud83d\ude00", "b": "one\ntwo \"x\" \\u00e9 \u0022 \ud83d"}'
    )
    document = parse(tmp_path / "a.json", text)
    assert (
        document.text == '{"a": "Café 租金 😀", "b": "one\ntwo \\"x\\" \\\\u00e9 \\u0022 \\ud83d"}'
    )


SRT = """1
00:00:01,000 --> 00:00:04,000
The island was <i>settled</i>

2
00:00:04,500 --> 00:01:07,000
in nineteen thirty-one.

3
00:01:08,000 --> 00:01:10,000
- They kept sheep.
"""
VTT = """WEBVTT

NOTE a remark

00:01.000 --> 00:04.000 align:start
<v Ann Bolt>The island was settled
in nineteen

01:00:04.000 --> 01:00:06.000
<v Ann Bolt>thirty-one &amp; left.
"""


def test_subtitles_are_speech(tmp_path: Path) -> None:
    document = parse(tmp_path / "a.srt", SRT)
    assert blocks(document) == [
        ("text", "The island was settled in nineteen thirty-one."),
        ("text", "- They kept sheep."),
    ]
    times = [(document.text[at : at + 3], time) for at, time in document.places]
    assert times == [("The", "0:00:01"), ("in ", "0:00:04"), ("- T", "0:01:08")]
    document = parse(tmp_path / "a", VTT)
    assert blocks(document)[0] == ("text", "Ann Bolt: The island was settled in nineteen")
    assert document.places[-1][1] == "1:00:04"
    assert parse(tmp_path / "b.srt", "No times.").text == "No times."


def test_each_voice_of_a_cue_speaks_for_itself(tmp_path: Path) -> None:
    cues = "00:01.000 --> 00:02.000\nIs it five?\n\n00:02.000 --> 00:03.000\nIs it five?\n"
    cues += "<v Per>No, <ruby>七<rt>なな</rt></ruby>.</v> <v Ann>Or <c>eight.</c></v>\n"
    document = parse(tmp_path / "a.vtt", f"WEBVTT\n\n{cues}")
    assert document.text == "Is it five?\n\nPer: No, 七.\n\nAnn: Or eight."


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    image = {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Figure>"}}
    table = {"data": {"text/html": ["<table><tr><th>Port<th>Fee", "<tr><td>Ostby<td>40</table>"]}}
    cells = [
        {
            "cell_type": "markdown",
            "source": ["# Fees\n", "Boats pay.\n", "\n", "|A|B|\n|-|-|\n|x|1|"],
        },
        {"cell_type": "code", "source": "print(40)", "outputs": [{"text": ["40\n"]}, table, image]},
    ]
    document = parse(tmp_path / "a.ipynb", json.dumps({"cells": cells}))
    assert blocks(document) == [
        ("heading", "Fees"),
        ("text", "Boats pay."),
        ("row", "A | B"),
        ("row", "x | 1"),
        ("text", "print(40)"),
        ("text", "40"),
        ("row", "Port | Fee"),
        ("row", "Ostby | 40"),
    ]
    assert document.warnings == ("the pictures among its outputs are not read.",)
    assert place(document, document.text.index("Ostby")) == "cell 2"
    assert parse(tmp_path / "b.ipynb", '{"cells": 3}').text == '{"cells": 3}'
