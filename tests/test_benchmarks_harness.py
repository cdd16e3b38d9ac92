"""BENCHMARKS.md is rewritten between its markers, and nowhere else; pictures say what it says."""

from __future__ import annotations

import shlex
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import harness
from benchmarks.draw import lines
from benchmarks.harness import FILE, ResultLog, Table, section_text, sections

TEXT = """# Benchmarks

<!-- bench:one -->
    python -m benchmarks.good $BENCH_DATA

old
<!-- /bench:one -->

<!-- bench:two long -->
    python -m benchmarks.bad
<!-- /bench:two -->
"""
PRINTED = "### Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nA note.\n"


def test_markers_that_are_not_a_pair_are_refused() -> None:
    commands = ["benchmarks.good $BENCH_DATA"]
    assert sections(TEXT) == [("one", False, commands), ("two", True, ["benchmarks.bad"])]
    for extra in ("<!-- bench:three -->\n", "<!-- bench:one -->\n<!-- /bench:one -->\n"):
        with pytest.raises(ValueError, match="no pairs, or a name twice"):
            sections(TEXT + extra)


def test_a_section_has_command_table_and_machine() -> None:
    text = section_text(["benchmarks.one"], PRINTED, 12.4, "Machine: here.")
    assert text == f"\n    python -m benchmarks.one\n\n{PRINTED}\nMachine: here. It took 12 s.\n\n"
    for printed in ("no table\n", PRINTED + "<!-- /bench:one -->\n"):
        with pytest.raises(ValueError, match="printed"):
            section_text(["command"], printed, 1.0, "Machine: here.")


def test_the_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    file.chmod(0o640)
    harness.rewrite(file, "one", "new\n")
    text = file.read_text("utf-8")
    assert text == TEXT.replace("    python -m benchmarks.good $BENCH_DATA\n\nold\n", "new\n")
    assert file.stat().st_mode & 0o777 == 0o640

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        harness.rewrite(file, "one", "other\n")
    assert file.read_text("utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["BENCHMARKS.md"]


def test_every_command_names_a_module() -> None:
    commands = [line for section in sections(FILE.read_text("utf-8")) for line in section.commands]
    assert len(commands) > 30
    assert [line for line in commands if not find_spec(shlex.split(line)[0])] == []


def run(file: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit status of `python -m benchmarks` on a file; benchmarks.good prints a table."""

    def output(command: list[str], limit: float) -> str:
        if "benchmarks.bad" in command:
            raise RuntimeError("KeyError: 'page'")
        assert str(file.parent.resolve()) in command
        return PRINTED

    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(bench, "output", output)
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments, "--file", str(file)])
    with pytest.raises(SystemExit) as status:
        bench.main()
    return int(status.value.code or 0)


def test_sections_are_rewritten_failed_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    assert run(file, monkeypatch) == 0
    err = capsys.readouterr().err
    assert "one: left out, it needs BENCH_DATA" in err
    assert "two: left out, it takes long" in err
    assert run(file, monkeypatch, "one", "two", "--data", str(tmp_path), "--quick") == 1
    assert file.read_text("utf-8") == TEXT
    assert run(file, monkeypatch, "one", "two", "--data", str(tmp_path)) == 1
    assert "two: failed after 0 s: KeyError: 'page'" in capsys.readouterr().err
    text = file.read_text("utf-8")
    assert "    python -m benchmarks.good $BENCH_DATA\n\n### Title" in text
    assert "old" not in text


def test_how_a_command_ends(tmp_path: Path) -> None:
    def python(code: str, limit: float = 60.0) -> str:
        return bench.output([sys.executable, "-c", code], limit)

    with pytest.raises(RuntimeError, match=r"^ValueError: no such page$"):
        python("raise ValueError('no such page')")
    with pytest.raises(bench.LeftOut, match="no rival"):
        python("from benchmarks.harness import leave_out; leave_out('no rival')")
    # The child holds the pipe for a minute: reading ends early only if it is ended too.
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="too long"):
        python(f"import subprocess, sys, time; {child}; time.sleep(60)", 1.0)
    assert time.monotonic() - start < 30
    with pytest.raises(RuntimeError, match="nothing matches"):
        bench.files(f"{tmp_path}/*.docx")


def test_options_are_those_of_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, files, every in (
        (["--every", "3"], [Path("a"), Path("b")], 3),
        (["--quick"], [Path("a")], 9),
    ):
        monkeypatch.setattr(sys, "argv", ["x", "a", "b", *arguments])
        options = harness.arguments("", "files+", every=1, out=Path, quick={"every": 9})
        assert (options.files, options.every, options.out) == (files, every, None)


def test_results_that_are_there_are_not_computed_again(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert ResultLog(file).get("a", lambda: {"n": 1})["n"] == 1
    file.write_text(file.read_text("utf-8") + '{"key": "b", "n"', "utf-8")  # killed while writing
    log = ResultLog(file)
    assert [log.get(key, lambda: {"n": 2})["n"] for key in "ab"] == [1, 2]


def test_a_table_is_printed_as_it_grows(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("a", "b", title="Title")
    table.add(1, "2")
    table.note("A note.")
    assert capsys.readouterr().out == PRINTED + "\n"
    with pytest.raises(ValueError, match="3 cells for 2 columns"):
        table.add("1", "2", "3")


def test_pictures_of_our_own_tables() -> None:
    drawn = lines(FILE.read_text("utf-8"))
    sets = ("finance", "page_level", "sec10q")
    assert set(drawn) == {"cost", "first_answer", "store", *(f"recall-{name}" for name in sets)}
    assert drawn["recall-finance"]["LangChain"][:2] == [(1000, 0.571), (2000, 0.643)]
    assert list(drawn["first_answer"]["first passages"][0]) == [4096, 0.23]
    # 99,908 tokens are 100K; lines with the same points are one.
    retrieve = list(drawn["cost"]["retrieve, auto"])
    assert retrieve == [(10_000, 2100), (100_000, 1978), (1_000_000, 2115)]
    assert [x for x, _ in drawn["cost"]["direct"]] == [10_000, 100_000]  # a million does not fit
