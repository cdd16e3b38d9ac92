from __future__ import annotations

from docagent.engine.decoding.ngram import MAX_PROPOSED, MIN_PROPOSED, NgramProposer


def after(prompt: str, written: str, start: int = 0) -> str:
    proposer = NgramProposer([ord(letter) for letter in prompt], start)
    for letter in written:
        proposer.push(ord(letter))
    return "".join(map(chr, proposer.propose(8)))


def test_the_longest_match_wins_over_the_first() -> None:
    prompt = "xcd-wrong- abcd-right- ycd-other-"
    assert after(prompt, "abcd") == "-right- "


def test_of_equally_long_matches_the_latest() -> None:
    assert after("cd1111. cd2222. ", "~cd").startswith("2222. ")


def test_a_match_in_the_answer_itself_counts() -> None:
    assert after("nothing", "abcXYZ.abc") == "XYZ.abc"


def test_one_letter_or_none_is_no_match() -> None:
    assert after("abcdef", "zb") == ""
    assert after("abcdef", "") == ""
    assert after("", "") == ""


def test_the_instructions_are_not_quoted_from() -> None:
    assert after("answer in full. The answer is 7.", "answer", start=16).startswith(" is 7.")
    assert after("answer in full.", "answer", start=15) == ""


def test_guesses_grow_with_success_and_shrink_with_failure() -> None:
    proposer = NgramProposer([*range(100), 0, 1])
    assert len(proposer.propose(99)) == 2 * MIN_PROPOSED
    proposer.adapt(8, 8)
    proposer.adapt(16, 16)
    assert len(proposer.propose(99)) == MAX_PROPOSED
    for _ in range(5):
        proposer.adapt(8, 1)
    assert len(proposer.propose(99)) == MIN_PROPOSED
    assert len(proposer.propose(3)) == 3
