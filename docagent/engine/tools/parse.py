"""The text of an answer as content and tool calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docagent.engine.tools.specification import specifications
from docagent.engine.tools.splitter import Calls, Splitter


def parse(text: str, tools: Sequence[Any] = ()) -> Calls:
    """Content and calls of a whole answer, in either format and however carelessly written.

    Read are calls between the marks of both formats, closed or not, JSON in a fence, and bare
    JSON that begins a line. A call that cannot be made, for its name, its arguments or its
    syntax, is among `invalid_tool_calls` with a one-line reason for the model. Without tools
    the text is the content as it stands.
    """
    splitter = Splitter(specifications(tools))
    content = splitter.push(text)
    rest = splitter.finish()
    return rest._replace(content=content + rest.content)
