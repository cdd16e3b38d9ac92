"""The cost table's parts: tokens are counted right, and the counting model answers each prompt."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from benchmarks.cost_meter import Cost, Meter, conversation
from benchmarks.cost_model import served
from benchmarks.cost_player import REFUSAL, Player

from benchmarks import agent_cost

BEACON = "Which colour has the beacon?"
KING = "Who is the king?"
TEXT = "Rope is cheap. The beacon is green. Tar is not."


def letters(text: str) -> list[int]:
    """A tokenizer whose tokens are characters."""
    return list(map(ord, text))


@pytest.fixture
def player() -> Player:
    return Player({BEACON: ["green"], KING: []})


def test_what_an_earlier_call_held_is_not_computed_again() -> None:
    meter = Meter(letters)
    assert meter.add("abcdef", "xy") == Cost(1, 6, 6, 2)
    assert meter.add("zzz", "") == Cost(1, 3, 3, 0)
    assert meter.add("abcq", "") == Cost(1, 4, 1, 0)
    assert meter.add("abcdefxyz", "") == Cost(1, 9, 1, 0)  # a reply is the prefix of the next turn
    assert meter.add("bcdef", "") == Cost(1, 5, 5, 0)  # the same later on is no prefix
    assert meter.total == Cost(5, 27, 16, 2)


def test_one_token_of_a_prompt_known_whole_is_computed() -> None:
    meter = Meter(letters)
    meter.add("abcdef", "")
    assert meter.add("abcdef", "").computed == 1
    assert meter.add("abc", "").computed == 1
    meter.forget()
    assert meter.add("abc", "").computed == 3
    assert meter.total.calls == 1


def test_the_longest_of_many_prefixes_counts() -> None:
    meter = Meter(letters)
    for prompt in ("aaaa", "aabb", "aabbcc", "b", "aac", "aabbcd"):
        meter.add(prompt, "")
    assert meter.add("aabbcczz", "").computed == 2
    assert meter.add("aabbz", "").computed == 1
    # Bytes of large tokens sort as the tokens do.
    large = Meter(lambda text: [70_000 + ord(letter) * 300 for letter in text])
    large.add("ac", "")
    large.add("za", "")
    assert large.add("acz", "").computed == 1


def test_tools_stand_before_the_conversation() -> None:
    text = conversation([("system", "Be brief."), ("user", "Hello")], [{"name": "search"}])
    assert text.index('{"name": "search"}') < text.index("<|im_start|>system\nBe brief.<|im_end|>")
    assert text.endswith("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n")


def test_the_player_answers_each_kind_of_prompt(player: Player) -> None:
    copied = "Copy the sentences of the text above that help, word for word."
    assert player.reply(f"{TEXT}\n\n{copied}\n\nQuestion: {BEACON}") == "The beacon is green."
    assert player.reply(f"{TEXT}\n\n{copied}\n\nQuestion: {KING}") == "none"
    judging = "Does the text above state the answer? Reply Yes or No."
    assert player.reply(f"{TEXT}\n\n{judging} Question: {BEACON}") == "Yes"
    assert player.reply(f"{TEXT}\n\n{judging} Question: {KING}") == "No"
    answer = player.reply(f"[1] a.txt\nRope.\n\n[2] a.txt\n{TEXT}\n\nQuestion: {BEACON}")
    assert answer == "The beacon is green. [2]"
    assert player.reply(f"[1] a.txt\n{TEXT}\n\nQuestion: {KING}") == REFUSAL
    member = '{"res": "none", ...}\n# Document:\n{}\n# Question:\n{}'
    found = player.reply(member.replace("{}", TEXT, 1).replace("{}", BEACON))
    assert json.loads(found) == {"res": "ans", "content": "The beacon is green."}
    none = player.reply(member.replace("{}", TEXT, 1).replace("{}", KING))
    assert json.loads(none)["res"] == "none"
    keywords = player.reply(f"Please extract keywords from the question\nQuestion: {BEACON}")
    assert json.loads(keywords)["keywords_en"] == ["which", "colour", "beacon"]
    with pytest.raises(ValueError, match="no question"):
        player.reply("Why?")


def test_the_player_calls_tools_and_then_answers(player: Player) -> None:
    talk = f"You look things up in the text with tools.\nQuestion: {BEACON}"

    def called() -> tuple[str, dict[str, Any]]:
        nonlocal talk
        reply = player.reply(talk)
        talk += f"\n{reply}"
        made = json.loads(reply)
        return made["name"], made["arguments"]

    assert called() == ("search", {"query": BEACON})
    talk += f"\n[1] section 4\nRope.\n\n[2] section 7\n{TEXT}"
    assert called() == ("read_pages", {"first": 7, "last": 8})
    talk += "\nsection 7 (shown above: 2)"
    assert player.reply(talk) == "The beacon is green. [2]"


@pytest.mark.parametrize("stream", [False, True])
def test_the_server_says_and_counts_the_same_as_the_model(player: Player, stream: bool) -> None:
    meter = Meter(letters)
    content = [{"type": "text", "text": f"[1] {TEXT}\nQuestion: {BEACON}"}]
    asked: dict[str, Any] = {"messages": [{"role": "user", "content": content}], "stream": stream}
    with served(player, meter) as url:
        request = urllib.request.Request(
            f"{url}/chat/completions", json.dumps(asked).encode(), {"Content-Type": "a/json"}
        )
        with urllib.request.urlopen(request) as response:
            body = response.read().decode()
    if stream:
        *pieces, end = [line.removeprefix("data: ") for line in body.splitlines() if line]
        assert end == "[DONE]"
        deltas = [json.loads(piece)["choices"][0]["delta"] for piece in pieces]
        said = "".join(delta.get("content", "") for delta in deltas)
    else:
        said = json.loads(body)["choices"][0]["message"]["content"]
    assert said == "The beacon is green. [1]"
    prompt = conversation([("user", content[0]["text"])])
    assert meter.total == Cost(1, len(prompt), len(prompt), len(said))


@pytest.mark.usefixtures("loaded")
def test_the_costs_of_a_small_document(tmp_path: Path) -> None:
    sheds = [
        f"Shed {n} stores rope, tar and {n * 40} barrels of salt for boat {n + 7}."
        for n in range(900)
    ]
    tokens: dict[str, int] = {}

    def encode(text: str) -> list[int]:
        return [tokens.setdefault(word, len(tokens)) for word in text.split()]

    file = tmp_path / "document.txt"
    text = agent_cost.document(["\n\n".join(sheds)], 6_000, lambda text: len(text.split()))
    file.write_text(text, "utf-8")
    meter = Meter(encode)
    rows = list(agent_cost.ours(file, meter, encode, tmp_path / "cache"))
    assert all(row.right in ("1/1", "8/8", "yes") for row in rows), rows
    cost = {(row.way, row.asked): row.cost for row in rows}
    length = len(text.split())
    assert cost["direct", "one place"].calls == 2  # does it answer, and the answer
    assert cost["direct", "one place"].computed > length
    assert cost["direct", "then another place"].computed < 0.05 * length
    assert cost["read", "all of it"].computed > length
    assert cost["read", "then another place"].computed < 0.25 * length
    assert cost["read", "then all of it again"].calls == 1  # what was read is kept
    assert cost["retrieve", "one place"].computed < 0.9 * length
