"""A domain's own words, in a file that the reader names."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.errors import DocAgentError
from retrieval.query import parse_query
from retrieval.vocabulary import OWN

RULES = """
[places."tide table"]
title = "tides? (?:table|of the month)"
words = "high water low water"

[[harbour]]
says = ["when (?:may|can) .{0,20}(?:sail|leave)"]
stands = ["tide table"]
as = "high water heights"
"""


def test_rules_of_ones_own_stand_beside_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "harbour.toml").write_text(RULES, "utf-8")
    monkeypatch.setenv(OWN, str(tmp_path / "harbour.toml"))
    asked = parse_query("When may a yacht leave?")
    assert asked.likely == ("high water low water high water heights",)
    assert [place.words for place in asked.places] == ["high water low water"]
    assert parse_query("What is the quick ratio?").places


@pytest.mark.parametrize(
    "rules",
    ["says = [", '[[a]]\nas = "b"', '[[a]]\nsays = ["("]', '[[a]]\nsays = ["b"]\nstands = ["c"]'],
)
def test_a_file_that_is_no_vocabulary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: str
) -> None:
    (tmp_path / "harbour.toml").write_text(rules, "utf-8")
    monkeypatch.setenv(OWN, str(tmp_path / "harbour.toml"))
    with pytest.raises(DocAgentError, match="is no vocabulary of search"):
        parse_query("When may a yacht leave?")
