"""README and docs: commands parse, cheap ones do what is shown, Python runs, links resolve."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import create_autospec, patch

import pytest
from typer.main import get_command

import docagent.engine.registry
import docagent.engine.resolve
from docagent import strategy
from docagent.cli import run
from docagent.cli.app import app
from docagent.engine import ChatQwen2
from retrieval.parse import registry as formats
from tests.conftest import ROOT
from tests.fake_model import FakeModel
from tests.make_pdf import text_pdf

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS]
OSVALD = "The dummy called Osvald weighs 82 kilograms."
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n)(?:    .*\n|\n(?=    ))+")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")


class Command(NamedTuple):
    """A command line of a page and, where the page shows it, what it prints."""

    words: list[str]
    output: list[str]

    def __str__(self) -> str:
        return shlex.join(self.words)

    @property
    def is_cheap(self) -> bool:
        """Whether it can be run as it stands: no model, no document but those of examples."""
        verb, words = self.words[1], set(self.words)
        if verb in ("index", "models"):
            return bool(words & {"--list", "--verify", "--serve-command"})
        return "examples/" in "".join(words) and (verb == "search" or "none" in words)


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text("utf-8"))


def blocks(page: Path) -> list[str]:
    """The indented blocks of a page, without the indentation; all that is not Python."""
    return [re.sub(r"(?m)^    ", "", block) for block in _INDENTED.findall(prose(page))]


def commands(block: str) -> Iterator[Command]:
    for part in re.split(r"(?m)^(?=\$ )", block):
        first, _, rest = part.partition("\n")
        if first.startswith("$ docagent "):
            yield Command(shlex.split(first)[1:], rest.rstrip().split("\n"))
        else:
            for line in re.findall(r"^docagent \S.*", part, re.MULTILINE):
                yield Command(shlex.split(line, comments=True), [])


COMMANDS = [command for page in PAGES for block in blocks(page) for command in commands(block)]
CHEAP = [command for command in COMMANDS if command.is_cheap]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the pages' commands and programs run: with examples, a report and a contract."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("webbrowser.open", lambda url: True)
    Path("examples").symlink_to(ROOT / "examples")
    for name in ("report", "contract"):
        text_pdf(Path(f"{name}.pdf"), [f"Page {n} of the {name}. {OSVALD}" for n in range(1, 13)])


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_command_lines_parse(command: Command) -> None:
    verb: Any = get_command(app)
    words = command.words[1:]
    while hasattr(verb, "commands"):
        verb = verb.commands[words.pop(0)]
    context = verb.make_context(verb.name, words)
    assert context.params.get("strategy", "auto") in strategy.names()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("command", CHEAP, ids=str)
def test_cheap_commands(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """They exit as they should and print what the page shows, up to a line of dots."""
    refused = command.output[:1] == ["The document does not say."]
    assert run(command.words[1:]) == (4 if refused else 0)
    if command.output:
        printed = capsys.readouterr().out.rstrip().split("\n")
        end = command.output.index("...") if "..." in command.output else None
        assert printed[:end] == command.output[:end]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block after block, as one program; a model that says one sentence stands for a real one."""
    engine = create_autospec(ChatQwen2.from_pretrained)  # knows which arguments there are
    engine.return_value = create_autospec(ChatQwen2, instance=True)
    monkeypatch.setattr(ChatQwen2, "from_pretrained", engine)
    monkeypatch.setenv("DOCAGENT_MODEL", "parrot:green")
    monkeypatch.setattr(strategy, "_registered", {})
    monkeypatch.setattr(formats, "_FORMATS", dict(formats.formats()))
    namespace: dict[str, Any] = {"__name__": "example"}
    with patch.dict(docagent.engine.registry._engines):
        parrot = FakeModel(replies=[OSVALD] * 999)
        docagent.engine.registry.register("parrot", lambda name: parrot)
        for language, block in _FENCED.findall(page.read_text("utf-8")):
            if language == "python":
                exec(compile(block, page.name, "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Path) -> None:
    for link in ("".join(groups) for groups in _LINK.findall(prose(page))):
        if not link.startswith("https://"):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> list[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"(?m)^([\w-]+):", (ROOT / "Makefile").read_text("utf-8")))
    text = "\n".join(block for page in PAGES for block in blocks(page))
    assert {"demo", "test"} <= set(re.findall(r"(?m)^make ([\w-]+)", text)) <= targets


def test_readme_is_short_and_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 150
    assert all(f"docs/{page.name}" in readme for page in DOCS)
