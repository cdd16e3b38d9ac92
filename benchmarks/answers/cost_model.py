"""The counting model: a LangChain chat model, and the same behind an OpenAI-compatible server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult

from benchmarks.answers.cost_meter import Meter, conversation
from benchmarks.answers.cost_player import Player

_ROLES = {"human": "user", "ai": "assistant"}


class CountingModel(BaseChatModel):
    """Replies as `player` does and counts each call with `meter`.

    `run` is part of its identity: what another run kept on disk is not taken for its own.
    """

    player: Any
    meter: Any
    encode: Any
    run: str
    context: int = 131_072  # what Qwen2-7B-Instruct is supported for

    @property
    def _llm_type(self) -> str:
        return "counting"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"run": self.run}

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return len(self.encode(text))

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        told = [(_ROLES.get(one.type, one.type), str(one.text)) for one in messages]
        reply = self.player.reply("\n".join(text for _, text in told))
        cost = self.meter.add(conversation(told), reply)
        usage = UsageMetadata(
            input_tokens=cost.prompt,
            output_tokens=cost.completion,
            total_tokens=cost.prompt + cost.completion,
            input_token_details={"cache_read": cost.prompt - cost.computed},
        )
        message = AIMessage(content=reply, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


@contextmanager
def served(player: Player, meter: Meter) -> Iterator[str]:
    """The base URL of a chat-completions server on this machine, streaming and not."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # connections stay open

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = [(one["role"], _text(one["content"])) for one in asked["messages"]]
            reply = player.reply("\n".join(text for _, text in told))
            cost = meter.add(conversation(told, asked.get("tools") or ()), reply)
            usage = {
                "prompt_tokens": cost.prompt,
                "completion_tokens": cost.completion,
                "total_tokens": cost.prompt + cost.completion,
            }
            if asked.get("stream"):
                pieces = [_chunk({"role": "assistant", "content": reply}, None), _chunk({}, "stop")]
                body = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces)
                self._send("text/event-stream", body + "data: [DONE]\n\n")
            else:
                message = {"role": "assistant", "content": reply}
                choice = {"index": 0, "message": message, "finish_reason": "stop"}
                whole = {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": usage}
                self._send("application/json", json.dumps(whole))

        def _send(self, kind: str, body: str) -> None:
            data = body.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


_HEAD = {"id": "counted", "created": 0, "model": "counting"}


def _chunk(delta: dict[str, str], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}


def _text(content: Any) -> str:
    """A message's text, whether told as text or in parts."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or ())
