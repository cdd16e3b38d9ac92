"""README and docs: commands parse, cheap ones do what is shown, Python runs, links resolve."""

from __future__ import annotations

import re
import shlex
import shutil
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

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?<=\n\n)(?:    .*\n|\n(?=    ))+")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")


class Command(NamedTuple):
    """A command line of a page and, where the page shows it, what it prints."""

    page: str
    words: list[str]
    output: list[str]

    @property
    def is_cheap(self) -> bool:
        """Whether it can be run as it stands: no model, no document but those of examples."""
        match self.words[1]:
            case "search":
                return "examples/" in self.words[2]
            case "ask" | "summarize" | "eval":
                return "examples/" in " ".join(self.words) and "none" in self.words
            case "index":
                return bool({"--list", "--verify"} & set(self.words))
            case verb:
                return verb == "models" and "--serve-command" in self.words


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text("utf-8"))


def commands() -> Iterator[Command]:
    for page in PAGES:
        blocks = [
            body for language, body in _FENCED.findall(page.read_text("utf-8")) if not language
        ]
        blocks += [
            re.sub(r"^    ", "", block, flags=re.M) for block in _INDENTED.findall(prose(page))
        ]
        for block in blocks:
            for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
                first, _, rest = part.partition("\n")
                if first.startswith("$ docagent "):
                    yield Command(page.name, shlex.split(first)[1:], rest.rstrip().split("\n"))
                    continue
                for line in part.splitlines():
                    if re.match(r"docagent \S", line):
                        yield Command(page.name, shlex.split(line, comments=True), [])


COMMANDS = list(commands())
CHEAP = [command for command in COMMANDS if command.is_cheap]


def name(command: Command) -> str:
    return shlex.join(command.words)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, handbook: Path) -> None:
    """Where the pages' commands and programs run: with examples, a report and a contract."""
    monkeypatch.chdir(tmp_path)
    Path("examples").symlink_to(ROOT / "examples")
    for document in ("report.pdf", "contract.pdf"):
        shutil.copy(handbook, document)


@pytest.mark.parametrize("command", COMMANDS, ids=name)
def test_command_lines_parse(command: Command) -> None:
    verb: Any = get_command(app)
    words = command.words[1:]
    while hasattr(verb, "commands"):
        verb = verb.commands[words.pop(0)]
    context = verb.make_context(verb.name, words)
    assert context.params.get("strategy", "auto") in strategy.names()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("command", CHEAP, ids=name)
def test_cheap_commands_do_what_the_page_shows(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = command.output[:1] == ["The document does not say."]
    assert run(command.words[1:]) == (4 if refused else 0)
    printed = capsys.readouterr().out.rstrip().split("\n")
    if "..." in command.output:
        end = command.output.index("...")
        assert printed[:end] == command.output[:end]
    elif command.output:
        assert printed == command.output


def test_enough_commands_are_run() -> None:
    assert len(CHEAP) >= 8


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block after block, as one program; a model that says one sentence stands for a real one."""
    parrot = FakeModel(replies=["The dummy called Osvald weighs 82 kilograms."] * 999)
    monkeypatch.setenv("DOCAGENT_MODEL", "parrot:green")
    engine = create_autospec(ChatQwen2.from_pretrained)  # knows which arguments there are
    engine.return_value = create_autospec(ChatQwen2, instance=True)
    monkeypatch.setattr(ChatQwen2, "from_pretrained", engine)
    monkeypatch.setattr(strategy, "_registered", {})
    monkeypatch.setattr(formats, "_FORMATS", dict(formats.formats()))
    namespace: dict[str, Any] = {"__name__": "example"}
    with patch.dict(docagent.engine.registry._engines):
        docagent.engine.registry.register("parrot", lambda name: parrot)
        for language, block in _FENCED.findall(page.read_text("utf-8")):
            if language == "python":
                exec(compile(block, page.name, "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for match in _LINK.finditer(prose(page)):
        link = match[1] or match[2]
        if not link.startswith(("http://", "https://")):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> list[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


def test_make_targets_exist() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    for page in PAGES:
        assert set(re.findall(r"^    make ([\w-]+)", prose(page), re.MULTILINE)) <= set(targets)


def test_readme_is_short_and_leads_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 150
    assert [page.name for page in PAGES[2:] if f"docs/{page.name}" not in readme] == []
