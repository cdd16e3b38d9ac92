"""Which passage comes first, where words and meaning alone would leave it open."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from tests.make_pdf import text_pdf

pytestmark = pytest.mark.usefixtures("loaded")

TALK = (
    "The company watches its quick ratio and other ratios, and so do its banks.\n"
    "A quick ratio of the company tells how well it could pay, says the treasurer.\n"
    "The ratio of the company is good, and it was quick to improve on it."
)
BALANCE = "\n".join(
    [
        "Acme Corporation and Subsidiaries",
        "CONSOLIDATED BALANCE SHEETS",
        "(Millions)            2022      2021",
        "Cash and cash equivalents    3,655    4,564",
        "Marketable securities    238    201",
        "Accounts receivable    4,532    4,660",
        "Inventories    5,372    4,985",
        "Total current assets    14,688    15,403",
        "Accounts payable    3,183    2,994",
        "Total current liabilities    9,523    9,035",
    ]
)
RENTS = "\n".join(
    [
        "Rents by quarter",
        "(Thousands)            2022      2021",
        "Warehouse in Ostby    365    456",
        "Stairs and quays    23    20",
        "Meadow behind the chapel    45    46",
        "Ropes and nets    53    49",
        "Lamps    146    154",
    ]
)
CONTRACT = """4.1 Fees

The fees for the harbour are due in May, and the fees for the quays in June.

4.2 Term

The harbour is let for seven years.

4.21 Fees for boats

The fees for boats are due on the day they come.

5 Fees of the harbour office

Fees for the harbour office and its fees, and what Section 4 says of fees, are put on a table.
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    return text_pdf(folder / "report.pdf", [TALK, RENTS, BALANCE, TALK.replace("good", "better")])


def test_a_ratio_stands_in_the_statement_it_is_made_of(report: Path, shared_cache: Path) -> None:
    corpus = Corpus.open([report], cache=shared_cache)
    best = corpus.search("What is the quick ratio of the company in 2022?", k=1)[0]
    assert (best.page, "Total current liabilities" in best.text) == (3, True)


def test_a_page_the_question_names(report: Path, shared_cache: Path) -> None:
    corpus = Corpus.open([report], cache=shared_cache)
    for page in (1, 4):
        question = f"What does the treasurer say of the ratio on page {page}?"
        assert corpus.search(question, k=1)[0].page == page


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What does section 4.1 say about the harbour?", "due in May"),
        ("What does Section 4.2 say about the harbour?", "seven years"),
        ("What does section 4.21 say about the harbour?", "on the day they come"),
    ],
)
def test_a_section_the_question_names(
    tmp_path: Path, shared_cache: Path, question: str, words: str
) -> None:
    filler = " ".join(f"The boats of pier {n} carry oil, rope and nets." for n in range(20))
    text = "\n".join(
        f"## {line}" if line[:1].isdigit() else f"{line} {filler if line else ''}"
        for line in CONTRACT.splitlines()
    )
    (tmp_path / "contract.md").write_text(text, "utf-8")
    corpus = Corpus.open([tmp_path / "contract.md"], cache=shared_cache)
    assert words in corpus.search(question, k=1)[0].text


def test_a_table_the_question_names(tmp_path: Path, shared_cache: Path) -> None:
    tables = [
        f"Table {n}. Barrels of oil and rope by pier\nPier    2021    2022\n"
        f"East    {n}40    {n}50\nWest    {n}60    {n}70"
        for n in (1, 2, 12)
    ]
    path = text_pdf(tmp_path / "tables.pdf", tables)
    corpus = Corpus.open([path], cache=shared_cache)
    for page, number in enumerate((1, 2, 12), 1):
        best = corpus.search(f"How many barrels does the west have in Table {number}?", k=1)[0]
        assert best.page == page


_PADDING = (
    "Visitors are asked to keep to the marked paths, to shut all gates, and to leave nothing. "
)
TWO_HOPS = f"""# Harbour Lights

Harbour Lights is a film of 1962 about a lighthouse keeper. It was directed by Orla Vennick and
photographed on the island of Tarn in eleven weeks. {_PADDING * 3}

# Orla Vennick

Orla Vennick (1919-2001) spent her childhood over a bakery in Skerrow and came to pictures by way
of the radio. The family moved to the capital in 1931. {_PADDING * 3}

# Charges

A late return of equipment is charged under Section 9.3 of these rules. {_PADDING * 3}

# 9.3 Amounts

Two florins for each day that has begun, and at most what a new one would be. {_PADDING * 3}
"""


def test_the_best_passage_leads_to_the_next(tmp_path: Path) -> None:
    """Neither answer shares a telling word with its question; a name or a section leads there."""
    filler = "".join(
        f"\n# Film {n}\n\nFilm {n} of 19{n} is about a lamp maker in a town. {_PADDING * 3}\n"
        for n in range(20, 60)
    )
    file = tmp_path / "notes.md"
    file.write_text(TWO_HOPS + filler, "utf-8")
    corpus = Corpus.open([file])
    found = corpus.search("In which place did the director of Harbour Lights grow up?", 3)
    assert found[0].heading == "Harbour Lights"
    assert "Orla Vennick" in [passage.heading for passage in found]
    found = corpus.search("What does a late return of equipment cost?", 3)
    assert "9.3 Amounts" in [passage.heading for passage in found]


def test_small_paragraphs_that_share_a_passage_are_led_to(tmp_path: Path) -> None:
    """The name stands in the middle of a passage, before a text of its own."""
    padding = "Visitors keep to the marked paths and shut all gates behind them. "
    people = [f"Person {n} kept the lamps of pier {n} and left in 19{n}." for n in range(20, 60)]
    people.insert(17, "Orla Vennick (1919-2001) spent her childhood over a bakery in Skerrow.")
    film = f"Harbour Lights is a film of 1962, made by Orla Vennick. {padding * 9}"
    (tmp_path / "notes.txt").write_text("\n\n".join([film, *people]), "utf-8")
    corpus = Corpus.open([tmp_path / "notes.txt"])
    found = corpus.search("In which place did the maker of Harbour Lights grow up?", 2)
    assert "Harbour Lights" in found[0].text
    assert "Skerrow" in found[1].text and not found[1].text.startswith("Orla")
