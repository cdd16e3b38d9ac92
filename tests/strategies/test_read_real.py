"""Reading with real weights: killed, interrupted, asked a second question."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from docagent import DocAgent
from docagent.engine import ChatQwen2
from docagent.model import Model
from docagent.reading.excerpts import picked, read_prompt, reply_options, window_text
from docagent.reading.windows import windows
from retrieval.corpus import Corpus
from tests.process import docagent, start

QUESTION = "Who chaired the inquiry into the loss of the Perpetua?"
OTHER = "How much does a bicycle ticket cost?"
DYING = """
import os, signal
import docagent.reading.reader as reader
from docagent.reading.kept import Kept
put, made = Kept.put, []
def die(kept, value, *made_from):
    put(kept, value, *made_from)
    made.append(isinstance(value, list))
    if sum(made) == 1: os.kill(os.getpid(), {})
Kept.put = die
from docagent.cli import main
main()
"""
READ = ("--strategy", "read", "--pages", "8-15")


@pytest.mark.slow
def test_killed_and_taken_up_again(handbook: Path, qwen_folder: Path) -> None:
    asked = ("ask", handbook, QUESTION, *READ, "--model", qwen_folder)
    dead = docagent(*asked, code=DYING.format(signal.SIGKILL))
    assert dead.returncode == -signal.SIGKILL
    again = docagent(*asked, "--json")
    assert again.returncode == 0
    assert "1 are read already" in again.stderr
    once = json.loads(again.stdout)
    third = json.loads(docagent(*asked, "--json").stdout)
    assert third["citations"] == once["citations"]
    # Only the answer is written anew: not one part is read again.
    assert (once["steps"], third["steps"]) == (2, 1)
    assert third["usage"]["prompt_tokens"] < once["usage"]["prompt_tokens"] / 2


def test_parts_read_together_are_each_quoted_from_themselves(
    handbook_corpus: Corpus, qwen: ChatQwen2
) -> None:
    """As on a GPU, where the rows of a batch go together."""
    model = Model(qwen)
    parts = windows(handbook_corpus, 300, model.count)[20:23]
    texts = [window_text(handbook_corpus, part) for part in parts]
    prompts = [read_prompt(handbook_corpus, part, QUESTION, "") for part in parts]
    found = dict(model.chat.batch_as_completed(prompts, **reply_options(model, texts)))
    assert any(picked(message.text) for message in found.values())
    for number, text in enumerate(texts):
        for quote, relevance in picked(found[number].text):
            assert quote in text
            assert 0 <= relevance <= 10


@pytest.mark.slow
def test_interrupted_it_answers_from_what_is_read(
    handbook: Path, qwen_folder: Path, cache: Path
) -> None:
    asked = ("ask", handbook, QUESTION, *READ, "--model", qwen_folder)
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
