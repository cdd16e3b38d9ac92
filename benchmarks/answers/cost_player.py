"""Plays a capable language model: it knows the words that answer, and quotes where they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_MARKER = re.compile(r"^\[(\d+)\]", re.MULTILINE)
_WORD = re.compile(r"\w{4,}")
_AGENT = "You look things up in the text with tools"
_TRIAL = ("Say yes.", "word0 word1")  # how fast a model reads is tried with these
_ASKED = "Question: "
REFUSAL = "The document does not say."


class Player:
    """`known` gives for each question the words of its answers, none where there is no answer.

    docagent's prompts and those of Qwen-Agent are told apart by what they ask for.
    """

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self.known = dict(known)

    def reply(self, prompt: str) -> str:
        """The reply to a prompt; raises ValueError if it holds none of the questions."""
        if prompt.startswith(_TRIAL):
            return "Yes."
        question = self.question(prompt)
        if "Please extract keywords" in prompt:  # Qwen-Agent, before its search
            words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
            return json.dumps({"keywords_zh": [], "keywords_en": words})
        found = self.sentences(prompt, question)
        if "Reply Yes or No." in prompt:
            return "Yes" if found else "No"
        if "word for word" in prompt:  # a window of `read`
            return "\n".join(sentence for sentence, _ in found) or "none"
        if '{"res": "none"' in prompt:  # a member of ParallelDocQA
            said = " ".join(sentence for sentence, _ in found)
            told = {"res": "ans", "content": said} if said else {"res": "none", "content": "<None>"}
            return json.dumps(told)
        said = " ".join(f"{sentence} [{n}]" if n else sentence for sentence, n in found) or REFUSAL
        return self._call(prompt, question, said) if _AGENT in prompt else said

    def _call(self, prompt: str, question: str, said: str) -> str:
        """The next turn: a search, the section it found and the next, then the answer."""
        told = prompt[prompt.index(_ASKED) :]
        if '"search"' not in told:
            return _called("search", query=question)
        if '"read_pages"' not in told:
            nearest = said.rpartition("[")[2].rstrip("]")
            place = re.search(rf"^\[{nearest}\] section (\d+)", told, re.MULTILINE)
            first = int((place or re.search(r"\] section (\d+)", told) or [0, 1])[1])
            return _called("read_pages", first=first, last=first + 1)
        return said

    def question(self, prompt: str) -> str:
        """Which of the questions a prompt asks."""
        for question in self.known:
            if question in prompt:
                return question
        raise ValueError(f"no question of these is asked: {prompt[-300:]!r}")

    def sentences(self, text: str, question: str) -> list[tuple[str, str]]:
        """Each sentence that holds words of the answer, once, and the passage marker before it."""
        found: dict[str, str] = {}
        for words in self.known[question]:
            at = text.find(words)
            if at < 0:
                continue
            sentence = next(m[0] for m in _SENTENCE.finditer(text) if m.start() <= at < m.end())
            markers = _MARKER.findall(text, 0, at)
            found.setdefault(sentence.strip(), markers[-1] if markers else "")
        return list(found.items())

    def right(self, question: str, answer: str) -> int:
        """How many of the answers to a question stand in a text."""
        return sum(words in answer for words in self.known[question])


def _called(name: str, **arguments: object) -> str:
    return json.dumps({"name": name, "arguments": arguments})
