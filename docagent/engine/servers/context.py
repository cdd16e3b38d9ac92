"""Whether a server has read the whole prompt."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import BaseMessage

# What the tokenizers of Qwen2, Llama 3 and GPT-4 cut a text into first. No token reaches over such
# a cut, so a prompt has at least as many tokens; of English prose, 0.8 to 0.9 of its tokens.
_PIECES = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+"
)

# Other tokenizers join a little more, such as a full stop and a quotation mark.
_CERTAIN = 0.9


def least_tokens(messages: Sequence[BaseMessage]) -> int:
    """Tokens that the texts of these messages have at least, in the model's eyes."""
    import regex

    pieces = regex.compile(_PIECES)
    return int(_CERTAIN * sum(len(pieces.findall(message.text)) for message in messages))
