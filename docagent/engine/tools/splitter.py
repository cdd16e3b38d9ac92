"""An answer as it comes, split into what is said and what is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from langchain_core.messages import InvalidToolCall, ToolCall

from docagent.engine.tools.calls import CUT_OFF, NOT_JSON, Request, checked, invalid, requests_in
from docagent.engine.tools.jsontext import CutOffError, end_of_value, inside_string, read_value
from docagent.engine.tools.marks import ARGS, CALL, FUNCTION, MARK, RESULT, uncertain_end
from docagent.engine.tools.specification import ToolSpec

_FENCE = re.compile(r"```[a-zA-Z_]*[ \t]*\n\s*")
_BARE = re.compile(r"(?:^|(?<=\n))[ \t]*(?=[{\[`])")


class _Undecided(Exception):
    """The answer must go on for it to be known what stands here."""


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
        self._final = False
        self._calls = Calls("", [], [])

    def push(self, text: str) -> str:
        """Content that is certain after a further piece of the answer; often empty."""
        if not self._tools:
            return text
        self._buffer += text
        return self._advance()

    def finish(self) -> Calls:
        """The end of the answer: the last content and all calls. Half a mark is dropped."""
        self._final = True
        return self._calls._replace(content=self._advance())

    def _advance(self) -> str:
        content = ""
        while self._buffer:
            mark = MARK.search(self._buffer)
            bare = self._bare_start(mark.start() if mark else len(self._buffer))
            try:
                if bare is not None:
                    content += self._take(bare)
                    content += self._take(self._bare_call())
                elif mark:
                    content += self._take(mark.start())
                    self._drop(self._marked(mark.group()))
                else:
                    held_back = uncertain_end(self._buffer)
                    content += self._take(len(self._buffer) - held_back)
                    if self._final and held_back < 2 and not self._buffer.startswith("✿"):
                        content += self._take(held_back)
                    break
            except _Undecided:
                break
        return content

    def _wait(self) -> None:
        """Read on here only at the end of the answer."""
        if not self._final:
            raise _Undecided

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

    def _bare_call(self) -> int:
        """Read a call without marks at the start of the buffered text.

        Returns how much of the text is content after all.
        """
        text = self._buffer
        if text[0] == "`":
            return self._fence()
        if re.match(r"\{\s*[\"'{]|\[\s*\{", text):
            return self._value(0)
        if not text[1:].strip():
            self._wait()
        return 1

    def _fence(self) -> int:
        text = self._buffer
        line, newline, _ = text.partition("\n")
        if not "```".startswith(line[:3]):
            return 1
        if self._fenced and text.startswith("```"):
            self._fenced = False
            self._drop(3)
            return 0
        if not newline:
            self._wait()
        fence = _FENCE.match(text)
        if fence is None:
            return len(line)
        if fence.end() == len(text):
            self._wait()
        if not re.match(r"[{\[]", text[fence.end() :]):
            return fence.end()
        return self._value(fence.end())

    def _value(self, start: int) -> int:
        """A bare or fenced JSON value, which may or may not be a call."""
        end = end_of_value(self._buffer, start)
        if end < 0:
            self._wait()
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

    def _marked(self, mark: str) -> int:
        """How many characters a mark and what belongs to it take."""
        if mark == CALL:
            return self._hermes()
        if mark == FUNCTION:
            return self._qwen()
        if mark == RESULT:
            # No tool has run yet: what stands here, the model has made up.
            following = MARK.search(self._buffer, len(RESULT))
            if following is None:
                self._wait()
            return following.start() if following else len(self._buffer)
        return self._after_colon(len(mark))

    def _hermes(self) -> int:
        start, end = self._body(len(CALL))
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

    def _qwen(self) -> int:
        line = re.compile(r"[^\n✿]*").match(self._buffer, self._after_colon(len(FUNCTION)))
        assert line is not None
        name, at = line.group().strip(), line.end()
        rest = self._buffer[at:].lstrip()
        if len(rest) < len(ARGS) and ARGS.startswith(rest):
            self._wait()
        if not rest.startswith(ARGS):
            self._add([Request(name, {})])
            return at
        start, end = self._body(self._after_colon(len(self._buffer) - len(rest) + len(ARGS)))
        self._add([Request(name, self._buffer[start:end].strip())])
        return end

    def _after_colon(self, at: int) -> int:
        """The place after the colon that follows a flower mark, if one does."""
        if at >= len(self._buffer):
            self._wait()
        return at + self._buffer.startswith(":", at)

    def _body(self, start: int) -> tuple[int, int]:
        """Where the value after a mark begins and ends, a fence around it apart."""
        text = self._buffer
        start += len(text[start:]) - len(text[start:].lstrip())
        fence = _FENCE.match(text, start)
        if fence is not None:
            start = fence.end()
        elif text.startswith("`", start) and "\n" not in text[start:]:
            self._wait()
        if start == len(text):
            self._wait()
        following, end = MARK.search(text, start), -1
        if text[start : start + 1] in ("{", "["):
            end = end_of_value(text, start)
            # A mark inside a string belongs to it, unless nothing ever closes the value.
            cut = following and not inside_string(text, start, following.start())
            if following and cut and following.start() < end:
                end = -1
            elif end < 0 and not cut:
                self._wait()
        if end < 0 and following:
            end = following.start()
        if end < 0:
            self._wait()
            end = len(text)
        self._fenced = fence is not None
        return start, end

    def _add(self, requests: list[Request]) -> None:
        for request in requests:
            self._calls.add(checked(request, self._tools))
