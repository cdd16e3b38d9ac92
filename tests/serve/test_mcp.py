"""MCP by the official client: over HTTP at /mcp, and over standard input and output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from mcp import Client, MCPError, StdioServerParameters

from tests.conftest import TOWN
from tests.make_pdf import text_pdf
from tests.process import environment
from tests.serve.conftest import ANSWER, QUESTION, Running, Serve
from tests.serve.test_queue import SlowModel

TOOLS = {
    "search", "ask", "read_pages", "outline", "summarize", "verify_quote", "list_documents",
}  # fmt: skip


async def structured(client: Client, name: str, **arguments: Any) -> Any:
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    [text] = result.content
    assert json.loads(text.text) == result.structured_content  # type: ignore[union-attr]
    return result.structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_tools_over_http(serve: Serve, town: Path, tmp_path: Path, mode: Any) -> None:
    pdf = text_pdf(tmp_path / "two.pdf", ["First page.", "Second page on eels."])
    plan = tmp_path / "plan.md"
    plan.write_text("# The plan\n\nAll of it.\n\n## First steps\n\nBuy paint.\n")
    running = serve(town, pdf, plan)
    async with Client(f"{running.url}/mcp", mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == TOOLS
        for tool in tools.values():
            assert tool.annotations is not None and tool.annotations.read_only_hint
            assert tool.output_schema and tool.description
        listed = (await structured(client, "list_documents"))["documents"]
        assert [one["name"] for one in listed] == ["town.txt", "two.pdf", "plan.md"]
        assert [one["pages"] for one in listed] == [0, 2, 0]
        found = await structured(client, "search", query="eels", k=1)
        assert found["passages"][0]["document_id"] == listed[1]["id"]
        answer = await structured(client, "ask", question=QUESTION, documents=["town.txt"])
        assert answer["answer"] == f"{ANSWER} [1]" and answer["citations"][0]["verified"]
        pages = await structured(client, "read_pages", document="two.pdf", first=1, last=9)
        assert [page["text"].strip() for page in pages["pages"]][1] == "Second page on eels."
        outline = await structured(client, "outline", document="plan.md")
        headings = [(one["level"], one["heading"], one["page"]) for one in outline["headings"]]
        assert headings == [(1, "The plan", None), (2, "First steps", None)]
        quote = await structured(client, "verify_quote", quote="opens at  6:45\nin summer")
        [place] = quote["places"]
        assert TOWN[place["start"] : place["end"]] == "opens at 6:45 in summer"
        assert place["place"] == "line 3" and answer["citations"][0]["place"] == "line 5"
        missing = await structured(client, "verify_quote", quote="opens at 7:45")
        assert missing == {"verified": False, "places": []}
        page = await client.read_resource(f"doc://{listed[1]['id']}/pages/2")
        assert page.contents[0].text.strip() == "Second page on eels."  # type: ignore[union-attr]
        [template] = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "doc://{document}/pages/{number}"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": ""}),
        ("ask", {"question": "x", "documents": ["/etc/passwd"]}),
        ("read_pages", {"document": "../../etc/passwd", "first": 1}),
        ("read_pages", {"document": "town.txt", "first": 2}),
        ("search", {"query": "x", "k": 10_000}),
        ("outline", {}),
        ("verify_quote", {"quote": "  "}),
        ("delete", {}),
    ],
)
async def test_wrong_calls_are_told(
    town_server: Running, tool: str, arguments: dict[str, Any]
) -> None:
    async with Client(f"{town_server.url}/mcp") as client:
        result = await client.call_tool(tool, arguments)
        told = str(result.content)
        assert result.is_error and "Traceback" not in told and "root:" not in told


async def test_pages_that_there_are_not(town_server: Running) -> None:
    async with Client(f"{town_server.url}/mcp") as client:
        for uri in ("doc://town.txt/pages/9", "doc://town.txt/pages/x", "doc://../pages/1",
                    "doc://%2Fetc%2Fpasswd/pages/1", "file:///etc/passwd"):  # fmt: skip
            with pytest.raises(MCPError):
                await client.read_resource(uri)


async def test_long_calls_report_progress(serve: Serve, town: Path) -> None:
    class Pondering(SlowModel):
        def _stream(
            self, messages: list[BaseMessage], *_: Any, **__: Any
        ) -> Iterator[ChatGenerationChunk]:
            yield from super()._stream(messages)
            yield ChatGenerationChunk(message=AIMessageChunk(content=ANSWER))

    running = serve(town, model=Pondering(replies=[], pause=0.1, enough=45))
    heard: list[float] = []

    async def report(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)
        assert message

    async with Client(f"{running.url}/mcp") as client:
        await client.call_tool("ask", {"question": QUESTION}, progress_callback=report)
    assert len(heard) >= 2 and heard == sorted(heard)


def test_mcp_is_guarded_too(town_server: Running) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Accept": "application/json, text/event-stream"}
    for wrong in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        refused = town_server.client.post("/mcp", json=body, headers=headers | wrong)
        assert refused.status_code == 403
    assert httpx.get(f"{town_server.url}/mcp/../documents").status_code == 200  # a client's own


@pytest.mark.parametrize("mode", ["auto", pytest.param("legacy", marks=pytest.mark.slow)])
async def test_over_standard_input_and_output(tmp_path: Path, cache: Path, mode: Any) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "town.txt").write_text(TOWN)
    (outside / "secret.txt").write_text("The password is heliotrope.")
    (root / "link.txt").symlink_to(outside / "secret.txt")
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "docagent", "mcp", "--root", str(root), "--model", "none"],
        env=environment(cache),
    )
    async with Client(command, read_timeout_seconds=120, mode=mode) as client:
        listed = (await structured(client, "list_documents"))["documents"]
        assert [one["name"] for one in listed] == ["town.txt"]
        answer = await structured(client, "ask", question=QUESTION)
        assert "Ulla Brandt" in answer["answer"]
        quote = await structured(client, "verify_quote", quote="heliotrope")
        assert not quote["verified"]
        named = await client.call_tool("ask", {"question": "x", "documents": ["link.txt"]})
        assert named.is_error
        (root / "new.txt").write_text("The bakery of Ostby sells rye bread.")
        found = await structured(client, "search", query="bakery")
        while "rye bread" not in str(found):  # a file just written is waited for
            found = await structured(client, "search", query="bakery")
