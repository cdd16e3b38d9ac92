"""Reading with real weights: killed, interrupted, asked a second question."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from docagent import DocAgent
from docagent.engine import ChatQwen2
from tests.process import docagent, start

QUESTION = "Who chaired the inquiry into the loss of the Perpetua?"
OTHER = "How much does a bicycle ticket cost?"
DYING = """
import os, signal
import docagent.reading.reader as reader
from docagent.reply_cache import ReplyCache
put, made = ReplyCache.put, []
def die(kept, value, *made_from):
    put(kept, value, *made_from)
    made.append(isinstance(value, str))
    if sum(made) == 1: os.kill(os.getpid(), {})
ReplyCache.put = die
from docagent.cli import main
main()
"""
READ = ("--strategy", "read", "--pages", "8-15")


@pytest.mark.slow
def test_killed_and_taken_up_again(handbook: Path, qwen_file: Path) -> None:
    asked = ("ask", handbook, QUESTION, *READ, "--model", qwen_file)
    dead = docagent(*asked, code=DYING.format(signal.SIGKILL))
    assert dead.returncode == -signal.SIGKILL
    again = docagent(*asked, "--json")
    assert again.returncode == 0
    assert "1 of them kept from before" in again.stderr
    once = json.loads(again.stdout)
    third = json.loads(docagent(*asked, "--json").stdout)
    assert third["citations"] == once["citations"]
    # Only the answer is written anew: not one part is read again.
    assert (once["steps"] > 1, third["steps"]) == (True, 1)
    assert third["usage"]["prompt_tokens"] < once["usage"]["prompt_tokens"] / 2


@pytest.mark.slow
def test_interrupted_it_answers_from_what_is_read(
    handbook: Path, qwen_file: Path, cache: Path
) -> None:
    asked = ("ask", handbook, QUESTION, *READ, "--model", qwen_file)
    process = start(*asked, code=DYING.format(signal.SIGINT))
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0
    assert "Elias Thorne" in out
    assert "parts were read" in err


@pytest.mark.slow
@pytest.mark.usefixtures("loaded")
def test_the_second_question_costs_its_own_words(
    handbook: Path, qwen: ChatQwen2, cache: Path
) -> None:
    agent = DocAgent(qwen, strategy="read", pages=(8, 15))
    first, second = (agent.ask(handbook, question).usage for question in (QUESTION, OTHER))
    computed = [one.prompt_tokens - one.cached_tokens for one in (first, second)]
    assert computed[0] > 3_000
    assert computed[1] <= computed[0] / 4
