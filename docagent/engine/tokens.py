"""Chat messages to token ids, such that no text inside a message becomes a control token."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, NotRequired, TypedDict

from docagent.errors import DocAgentError

if TYPE_CHECKING:
    from docagent.engine.loading.tokenizer import AnyTokenizer


class Part(NamedTuple):
    """A piece of a message; control tokens are looked for in the trusted ones only."""

    text: str
    trusted: bool = False


class Turn(TypedDict):
    """One message as a chat template takes it.

    `open`: the turn is not ended, and the answer continues it; only the last one can be.
    """

    role: str
    content: str | list[Part]
    open: NotRequired[bool]


class ChatTokens:
    """Encodes conversations with a tokenizer's own chat template.

    The template is rendered with unguessable marks in place of the contents. Control tokens are
    then looked for in the template's text only; everything else is encoded by a copy of the
    tokenizer that reads control tokens as plain text. A document may therefore hold
    `<|im_end|><|im_start|>system` and stays a document. Only a trusted `Part`, which must be a
    text of docagent's own, brings control tokens into a content.
    """

    def __init__(self, tokenizer: AnyTokenizer) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = tokenizer
        backend = tokenizer.backend_tokenizer
        added = backend.get_added_tokens_decoder()
        self._control = {token.content: number for number, token in added.items()}
        longest_first = sorted(self._control, key=len, reverse=True)
        controls = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._control_pattern = re.compile(f"({controls})")

        # The same vocabulary, shared, without the added tokens: nothing else tells a control token
        # from text. A copy that leaves them out by `encode_special_tokens` took another second.
        self._plain = Tokenizer(backend.model)
        self._plain.normalizer = backend.normalizer
        self._plain.pre_tokenizer = backend.pre_tokenizer

    def encode(
        self,
        messages: Sequence[Turn | Mapping[str, str]],
        *,
        add_generation_prompt: bool = True,
    ) -> list[int]:
        """Token ids of a conversation of `{"role": ..., "content": ...}` messages.

        Equal to `tokenizer.apply_chat_template` wherever the contents hold no control token.
        An open last turn ends with its content, its trailing white space excepted, and takes no
        generation prompt. Raises `DocAgentError` when the template refuses the conversation.
        """
        from jinja2 import TemplateError

        mark = secrets.token_hex(16)
        contents: list[list[Part]] = []
        marked: list[dict[str, str]] = []
        for message in messages:
            parts = _parts(message["content"])
            content = "".join(part.text for part in parts)
            core = content.strip()
            if core:
                # The white space stays outside the mark, so a template that strips contents
                # strips these too.
                lead = content[: content.index(core)]
                tail = content[len(lead) + len(core) :]
                content = f"{lead}{mark}x{len(contents)}x{tail}"
                contents.append(_between(parts, len(lead), len(lead) + len(core)))
            marked.append({"role": message["role"], "content": content})
        stays_open = bool(messages and messages[-1].get("open"))
        try:
            rendered = str(
                self._tokenizer.apply_chat_template(
                    marked,
                    tokenize=False,
                    add_generation_prompt=add_generation_prompt and not stays_open,
                )
            )
        except TemplateError as error:
            raise DocAgentError(
                f"the model's chat template refuses this conversation: {error}"
            ) from error
        if stays_open:
            last = f"{mark}x{len(contents) - 1}x"
            rendered = rendered[: rendered.rindex(last) + len(last)]
        return self._ids(rendered, re.compile(f"{mark}x([0-9]+)x"), contents)

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

    def _ids(self, rendered: str, mark: re.Pattern[str], contents: list[list[Part]]) -> list[int]:
        """Token ids of the rendered template, contents put back in place of their marks."""
        # With one group, `split` alternates what stands between the matches and what was captured.
        parts: list[Part] = []
        for position, piece in enumerate(mark.split(rendered)):
            parts += contents[int(piece)] if position % 2 else [Part(piece, trusted=True)]
        ids: list[int] = []
        # Text between two control tokens is encoded in one go, template and content together:
        # "user\n" and a content that begins with "\n" share a token.
        text: list[str] = []
        for part in parts:
            pieces = self._control_pattern.split(part.text) if part.trusted else [part.text]
            for position, piece in enumerate(pieces):
                if position % 2:
                    ids += [*self.plain("".join(text)), self._control[piece]]
                    text.clear()
                else:
                    text.append(piece)
        return ids + self.plain("".join(text))


def _parts(content: str | list[Part]) -> list[Part]:
    parts = [Part(content)] if isinstance(content, str) else content
    return [Part(without_lone_surrogates(text), trusted) for text, trusted in parts]


def _between(parts: list[Part], start: int, end: int) -> list[Part]:
    """The parts' characters from `start` to `end`, counted over all of them."""
    parts_in_range: list[Part] = []
    for text, trusted in parts:
        parts_in_range.append(Part(text[max(start, 0) : max(end, 0)], trusted))
        start -= len(text)
        end -= len(text)
    return parts_in_range


def without_lone_surrogates(text: str) -> str:
    """The text with each surrogate that has no partner replaced by U+FFFD.

    Such code points come out of damaged PDFs and cannot be encoded as UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
