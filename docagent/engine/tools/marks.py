"""The marks around tool calls and results in Qwen2's two formats.

`hermes` is Qwen2.5's: `<tool_call>` and `<tool_response>` around JSON, results in a user turn.
`qwen` is Qwen2's own: lines that begin with words between flowers, all in one assistant turn.
"""

from __future__ import annotations

import json
import re
from typing import Literal

Format = Literal["hermes", "qwen"]

CALL = "<tool_call>"
CALL_END = "</tool_call>"
RESPONSE = "<tool_response>"
RESPONSE_END = "</tool_response>"

FUNCTION = "✿FUNCTION✿"
ARGS = "✿ARGS✿"
RESULT = "✿RESULT✿"
RETURN = "✿RETURN✿"

_CALL_MARKS = (CALL, CALL_END, FUNCTION, ARGS, RESULT, RETURN)
MARK = re.compile("|".join(_CALL_MARKS))
"""What an answer marks its calls with."""

_LONGEST = max(map(len, _CALL_MARKS))
_LOOKALIKE = re.compile(
    r"<(?=/?(?:tool_call|tool_response|tools)\b)|✿(?=(?:FUNCTION|ARGS|RESULT|RETURN)✿)", re.I
)


def stop_strings(format: Format) -> tuple[str, ...]:
    """Texts at which an answer ends: what follows them is the tools' part."""
    return (RESULT, RETURN) if format == "qwen" else (RESPONSE,)


def uncertain_end(text: str) -> int:
    """How many of the last characters may be the start of a mark."""
    for size in range(min(_LONGEST - 1, len(text)), 0, -1):
        if any(mark.startswith(text[-size:]) for mark in _CALL_MARKS):
            return size
    return 0


def neutral(text: str) -> str:
    """The text with a space put into whatever looks like a mark: `< /tool_response>`.

    A document that a tool returns may hold the marks; with the space it cannot end its wrapper
    nor forge a result, and a reader still sees what stood there. Control tokens such as
    `<|im_end|>` are not touched: `ChatTokens` encodes them as plain text.
    """
    return _LOOKALIKE.sub(lambda match: f"{match.group()} ", text)


def plain_json(value: object) -> str:
    """A value as one line of JSON, in which lookalikes of marks are escaped: `\\u003ctool_call>`.

    Written as the templates do it: characters outside ASCII as they are, `, ` and `: ` between.
    """
    return _LOOKALIKE.sub(
        lambda match: f"\\u{ord(match.group()):04x}",
        json.dumps(value, ensure_ascii=False, default=str),
    )
