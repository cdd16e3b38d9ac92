"""An answer as it comes, split into what is said and what is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from langchain_core.messages import InvalidToolCall, ToolCall

from docagent.engine.tools.calls import CUT_OFF, NOT_JSON, Request, checked, invalid, requests_in
from docagent.engine.tools.jsontext import CutOffError, end_of_value, read_value
from docagent.engine.tools.marks import ARGS, CALL, FUNCTION, RESULT
from docagent.engine.tools.spans import FENCE, MARK, after_colon, body, uncertain_end
from docagent.engine.tools.specification import ToolSpec

_BARE = re.compile(r"(?:^|(?<=\n))[ \t]*(?=[{\[`])")


class Calls(NamedTuple):
    """What was held back of the content, and the calls in their order."""

    content: str
    tool_calls: list[ToolCall]
    invalid_tool_calls: list[InvalidToolCall]

    def add(self, call: ToolCall | InvalidToolCall) -> None:
        """A further call, among those that can be made or those that cannot."""
        if call["type"] == "tool_call":
            self.tool_calls.append(call)
        else:
            self.invalid_tool_calls.append(call)


class Splitter:
    """Passes content on as it comes, and keeps calls for the end.

    Content comes out without white space around it, stretches between calls joined by a line
    break, and never with a mark or a part of one. Without tools everything is content as it is.
    How the answer is cut into pieces makes no difference to the result.
    """

    def __init__(self, tools: Sequence[ToolSpec]) -> None:
        self._tools = tools
        self._buffer = ""
        self._fresh = True  # whether the buffered text begins a line
        self._has_content = False
        self._gap = ""  # white space that comes out only if something follows
        self._after_call = False
        self._fenced = False  # a fence was opened by a call and is to be closed
        self._calls = Calls("", [], [])

    def push(self, text: str) -> str:
        """Content that is certain after a further piece of the answer; often empty."""
        if not self._tools:
            return text
        self._buffer += text
        return self._advance(final=False)

    def finish(self) -> Calls:
        """The end of the answer: the last content and all calls. Half a mark is dropped."""
        return self._calls._replace(content=self._advance(final=True))

    def _advance(self, *, final: bool) -> str:
        content = ""
        while self._buffer:
            mark = MARK.search(self._buffer)
            bare = self._bare_start(mark.start() if mark else len(self._buffer))
            if bare is not None:
                content += self._take(bare)
                size = self._bare_call(final=final)
                if size is None:
                    break
                content += self._take(size)
            elif mark:
                content += self._take(mark.start())
                size = self._marked(mark.group(), final=final)
                if size is None:
                    break
                self._drop(size)
            else:
                held_back = uncertain_end(self._buffer)
                content += self._take(len(self._buffer) - held_back)
                if final and held_back < 2 and not self._buffer.startswith("✿"):
                    content += self._take(held_back)
                break
        return content

    def _take(self, size: int) -> str:
        """Take so many characters off the buffered text as content, white space around it apart."""
        text, self._buffer = self._buffer[:size], self._buffer[size:]
        _, newline, line = text.rpartition("\n")
        self._fresh = not line.strip() and (self._fresh or bool(newline))
        core = text.strip()
        if not self._after_call:
            self._gap += text[: text.index(core)] if core else text
        if not core:
            return ""
        content = (self._gap if self._has_content else "") + core
        self._gap, self._has_content = text[len(text.rstrip()) :], True
        self._after_call = self._fenced = False
        return content

    def _drop(self, size: int) -> None:
        """Take so many characters off the buffered text that are no content."""
        self._buffer = self._buffer[size:]
        self._gap, self._fresh, self._after_call = "\n", True, True

    def _bare_start(self, before: int) -> int | None:
        """Where in the buffer JSON or a fence begins a line, ahead of the next mark."""
        for match in _BARE.finditer(self._buffer, 0, before):
            if match.start() > 0 or self._fresh:
                return match.end()
        return None

    def _bare_call(self, *, final: bool) -> int | None:
        """Read a call without marks at the start of the buffered text.

        Returns how much of the text is content after all, or None while that is not known.
        """
        text = self._buffer
        if text[0] == "`":
            return self._fence(final=final)
        opened = re.match(r"\{\s*[\"'{]|\[\s*\{", text)
        if opened is None:
            undecided = not final and not text[1:].strip()
            return None if undecided else 1
        return self._value(0, final=final)

    def _fence(self, *, final: bool) -> int | None:
        text = self._buffer
        line, newline, _ = text.partition("\n")
        if not "```".startswith(line[:3]):
            return 1
        if self._fenced and text.startswith("```"):
            self._fenced = False
            self._drop(3)
            return 0
        if not newline and not final:
            return None
        fence = FENCE.match(text)
        if fence is None:
            return len(line)
        if fence.end() == len(text) and not final:
            return None
        if not re.match(r"[{\[]", text[fence.end() :]):
            return fence.end()
        return self._value(fence.end(), final=final)

    def _value(self, start: int, *, final: bool) -> int | None:
        """A bare or fenced JSON value, which may or may not be a call."""
        end = end_of_value(self._buffer, start)
        if end < 0 and not final:
            return None
        value = self._buffer[start : end if end >= 0 else None]
        try:
            requests = requests_in(read_value(value), self._tools, marked=False)
        except CutOffError:
            if re.match(r"\{\s*[\"'](?:name|arguments)[\"']\s*:", value):
                self._calls.add(invalid(None, value, CUT_OFF))
                self._drop(len(self._buffer))
                return 0
            requests = []
        except ValueError:
            requests = []
        if not requests:
            return start + len(value)
        self._fenced = start > 0
        self._add(requests)
        self._drop(start + len(value))
        return 0

    def _marked(self, mark: str, *, final: bool) -> int | None:
        """How many characters a mark and what belongs to it take; None while not known."""
        if mark == CALL:
            return self._hermes(final=final)
        if mark == FUNCTION:
            return self._qwen(final=final)
        if mark == RESULT:
            # No tool has run yet: what stands here, the model has made up.
            following = MARK.search(self._buffer, len(RESULT))
            if following is None:
                return len(self._buffer) if final else None
            return following.start()
        return after_colon(self._buffer, len(mark), final=final)

    def _hermes(self, *, final: bool) -> int | None:
        start, end, fenced = body(self._buffer, len(CALL), final=final)
        if end is None:
            return None
        self._fenced = fenced
        value = self._buffer[start:end].strip()
        try:
            requests = requests_in(read_value(value), self._tools, marked=True)
            error = NOT_JSON
        except CutOffError:
            requests, error = [], CUT_OFF
        except ValueError:
            requests, error = [], NOT_JSON
        if requests:
            self._add(requests)
        elif value:
            self._calls.add(invalid(None, value, error))
        return end

    def _qwen(self, *, final: bool) -> int | None:
        at = after_colon(self._buffer, len(FUNCTION), final=final)
        if at is None:
            return None
        line = re.compile(r"[^\n✿]*").match(self._buffer, at)
        assert line is not None
        name, at = line.group().strip(), line.end()
        rest = self._buffer[at:].lstrip()
        if not final and ARGS.startswith(rest[: len(ARGS)]) and len(rest) < len(ARGS):
            return None
        if not rest.startswith(ARGS):
            self._add([Request(name, {})])
            return at
        args = after_colon(self._buffer, len(self._buffer) - len(rest) + len(ARGS), final=final)
        if args is None:
            return None
        start, end, fenced = body(self._buffer, args, final=final)
        if end is None:
            return None
        self._fenced = fenced
        self._add([Request(name, self._buffer[start:end].strip())])
        return end

    def _add(self, requests: list[Request]) -> None:
        for request in requests:
            self._calls.add(checked(request, self._tools))
