"""Chat messages to token ids, such that no text inside a message becomes a control token."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class ChatTokens:
    """Encodes conversations with a tokenizer's own chat template.

    The template is rendered with unguessable marks in place of the contents. Control tokens are
    then looked for in the template's text only; everything else is encoded by a copy of the
    tokenizer that reads control tokens as plain text. A document may therefore hold
    `<|im_end|><|im_start|>system` and stays a document.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = tokenizer
        backend = tokenizer.backend_tokenizer
        added = backend.get_added_tokens_decoder()
        self._control = {token.content: number for number, token in added.items()}
        longest_first = sorted(self._control, key=len, reverse=True)
        self._control_pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

        # `encode_special_tokens` skips only tokens marked special, and Qwen2.5 adds `<tool_call>`
        # unmarked: mark them all.
        state = json.loads(backend.to_str())
        for token in state["added_tokens"]:
            token["special"] = True
        self._plain = Tokenizer.from_str(json.dumps(state))
        self._plain.encode_special_tokens = True
        self._plain.no_truncation()
        self._plain.no_padding()

    def encode(
        self, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool = True
    ) -> list[int]:
        """Token ids of a conversation of `{"role": ..., "content": ...}` messages.

        Equal to `tokenizer.apply_chat_template` wherever the contents hold no control token.
        Raises `DocAgentError` when the template refuses the conversation.
        """
        from jinja2 import TemplateError

        mark = secrets.token_hex(16)
        contents: list[str] = []
        marked: list[dict[str, str]] = []
        for message in messages:
            content = without_lone_surrogates(message["content"])
            core = content.strip()
            if core:
                # The white space stays outside the mark, so a template that strips contents
                # strips these too.
                lead = content[: content.index(core)]
                tail = content[len(lead) + len(core) :]
                content = f"{lead}{mark}x{len(contents)}x{tail}"
                contents.append(core)
            marked.append({**message, "content": content})
        try:
            rendered = self._tokenizer.apply_chat_template(
                marked, tokenize=False, add_generation_prompt=add_generation_prompt
            )
        except TemplateError as error:
            raise DocAgentError(
                f"the model's chat template refuses this conversation: {error}"
            ) from error
        return self._ids(str(rendered), re.compile(f"{mark}x([0-9]+)x"), contents)

    def count(self, text: str) -> int:
        """Tokens of a text read as plain text, without any template around it."""
        return len(self.plain(text))

    def plain(self, text: str) -> list[int]:
        """Token ids of a text in which nothing is a control token."""
        ids: list[int] = self._plain.encode(
            without_lone_surrogates(text), add_special_tokens=False
        ).ids
        controls = self._control.values()
        if not set(controls).isdisjoint(ids):
            # A tokenizer whose unknown token is a control token: the character is lost either way.
            ids = [number for number in ids if number not in controls]
        return ids

    def _ids(self, rendered: str, mark: re.Pattern[str], contents: list[str]) -> list[int]:
        ids: list[int] = []
        # Text between two control tokens is encoded in one go, template and content together:
        # "user\n" and a content that begins with "\n" share a token.
        text: list[str] = []
        for piece, is_control in self._pieces(rendered, mark, contents):
            if is_control:
                ids += self.plain("".join(text))
                ids.append(self._control[piece])
                text.clear()
            else:
                text.append(piece)
        return ids + self.plain("".join(text))

    def _pieces(
        self, rendered: str, mark: re.Pattern[str], contents: list[str]
    ) -> Iterator[tuple[str, bool]]:
        """The rendered template as (text, whether it is a control token), contents put back."""
        # With one group, `split` alternates text outside the marks and the captured number.
        for position, part in enumerate(mark.split(rendered)):
            if position % 2:
                yield contents[int(part)], False
                continue
            start = 0
            for match in self._control_pattern.finditer(part):
                yield part[start : match.start()], False
                yield match.group(), True
                start = match.end()
            yield part[start:], False


def without_lone_surrogates(text: str) -> str:
    """The text with each surrogate that has no partner replaced by U+FFFD.

    Such code points come out of damaged PDFs and cannot be encoded as UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
