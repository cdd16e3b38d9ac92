"""BENCHMARKS.md is rewritten between its markers, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.jobs import JOBS, Job
from benchmarks.report import FILE, block, measured_on, names, replaced, rewrite

from benchmarks import bench
from tests.conftest import ROOT

TEXT = """# Benchmarks

Prose with 12 figures.

<!-- bench:one -->
old
<!-- /bench:one -->

More prose.

<!-- bench:two -->
<!-- /bench:two -->
"""
PRINTED = "Machine: told above.\n\n### Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\nA note.\n"


def test_only_what_stands_between_the_markers_changes() -> None:
    new = replaced(TEXT, "one", "new\nlines")
    assert new == TEXT.replace("\nold\n", "\n\nnew\nlines\n\n")
    assert replaced(new, "one", "new\nlines") == new
    assert names(new) == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        "no markers\n",
        "<!-- bench:one -->\n",
        "<!-- /bench:one -->\n<!-- bench:one -->\n",
        TEXT + "<!-- bench:one -->\n<!-- /bench:one -->\n",
    ],
)
def test_markers_that_are_not_a_pair_are_told(text: str) -> None:
    with pytest.raises(ValueError, match="bench:one"):
        replaced(text, "one", "new")


def test_a_block_has_command_table_and_machine() -> None:
    told = block("python -m benchmarks.one", PRINTED, 12.4, "Machine: here.")
    assert told.startswith("    python -m benchmarks.one\n\n### Title\n\n| a | b |\n")
    assert told.endswith("| 1 | 2 |\n\nA note.\n\nMachine: here. It took 12 s.")
    assert "told above" not in told


@pytest.mark.parametrize("printed", ["", "no table\n", PRINTED + "<!-- /bench:one -->\n"])
def test_what_is_no_table_or_would_break_the_markers_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="printed"):
        block("command", printed, 1.0, "Machine: here.")


def test_the_file_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    file.chmod(0o640)
    rewrite(file, "two", "| x |")
    assert "| x |" in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o640

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    kept = file.read_text("utf-8")
    with pytest.raises(OSError, match="no space"):
        rewrite(file, "one", "new")
    assert file.read_text("utf-8") == kept
    assert [one.name for one in tmp_path.iterdir()] == ["BENCHMARKS.md"]


def test_machine_versions_and_date() -> None:
    told = measured_on()
    for wanted in ("cores", "GiB", "docagent 0.", "Python 3.", "torch 2", "faiss-cpu", "; 20"):
        assert wanted in told


def test_every_benchmark_has_its_block_and_every_block_its_benchmark() -> None:
    assert sorted(names(FILE.read_text("utf-8"))) == sorted(job.name for job in JOBS)


def test_every_command_names_a_script() -> None:
    for job in JOBS:
        for line in (*job.commands, *job.quick):
            path = ROOT / line.split()[0].replace(".", "/")
            assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), line


GOOD = Job("one", ("benchmarks.good",))
BAD = Job("two", ("benchmarks.bad",))
PICTURES = ("light.svg", "light.png", "dark.svg", "dark.png")
DATA = Job("three", ("benchmarks.good $BENCH_DATA",))


def bench_of(
    jobs: tuple[Job, ...], file: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> int:
    """Exit status of a run over these jobs."""
    monkeypatch.delenv("BENCH_DATA", raising=False)
    monkeypatch.setattr(bench, "JOBS", jobs)
    monkeypatch.setattr(sys, "argv", ["bench", "--file", str(file), *arguments])
    with pytest.raises(SystemExit) as status:
        bench.main()
    return int(status.value.code or 0)


def test_a_failing_benchmark_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def output(command: list[str], seconds: float) -> str:
        if "benchmarks.bad" in command:
            raise RuntimeError("KeyError: 'page'")
        return PRINTED

    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    monkeypatch.setattr(bench, "output", output)
    assert bench_of((BAD, GOOD, DATA), file, monkeypatch) == 1
    told = capsys.readouterr().err
    assert "two: failed after 0 s: KeyError: 'page'" in told
    assert "three: left out, it needs BENCH_DATA" in told
    text = file.read_text("utf-8")
    assert "    python -m benchmarks.good\n" in text
    assert "old" not in text
    assert text.endswith("<!-- bench:two -->\n<!-- /bench:two -->\n")


def test_quick_prints_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    monkeypatch.setattr(bench, "output", lambda command, seconds: PRINTED)
    quick = Job("one", ("benchmarks.good",), ("benchmarks.good --quick",))
    assert bench_of((quick,), file, monkeypatch, "--quick") == 0
    assert "python -m benchmarks.good --quick" in capsys.readouterr().out
    assert file.read_text("utf-8") == TEXT


def test_the_data_folder_is_given_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []

    def output(command: list[str], seconds: float) -> str:
        given.extend(command)
        return PRINTED

    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT.replace("two", "three"), "utf-8")
    monkeypatch.setattr(bench, "output", output)
    assert bench_of((DATA,), file, monkeypatch, "--data", str(tmp_path)) == 0
    assert given[-1] == str(tmp_path.resolve())
    assert str(tmp_path) not in file.read_text("utf-8")


def test_pictures_are_drawn_of_the_new_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    printed = (
        "| length | system | first passages s | all vectors s |\n| --- | --- | --- | --- |\n"
        "| 4K | ours | 0.6 | 0.7 |\n| 1M | ours | 12 | 110 |\n"
    )
    file = tmp_path / "BENCHMARKS.md"
    file.write_text(TEXT, "utf-8")
    monkeypatch.setattr(bench, "output", lambda command, seconds: printed)
    assert bench_of((GOOD,), file, monkeypatch) == 0
    drawn = {one.name for one in (tmp_path / bench.PICTURES).iterdir()}
    assert drawn == {f"first_answer-{kind}" for kind in PICTURES}


def test_one_that_takes_too_long_is_ended_with_what_it_started() -> None:
    """The child holds the pipe for a minute: reading ends early only if it was ended too."""
    script = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)\n"
    )
    begun = time.monotonic()
    with pytest.raises(RuntimeError, match="too long"):
        bench.output([sys.executable, "-c", script], 1.0)
    assert time.monotonic() - begun < 30


def test_patterns_become_files(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf", "c.txt"):
        (tmp_path / name).touch()
    wanted = [str(tmp_path / name) for name in ("a.pdf", "b.pdf")]
    assert bench.files(f"{tmp_path}/*.pdf") == wanted
    assert bench.files("--out") == ["--out"]
    with pytest.raises(RuntimeError, match="nothing matches"):
        bench.files(f"{tmp_path}/*.docx")


def test_the_last_line_of_a_failure_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"^ValueError: no such page$"):
        bench.output([sys.executable, "-c", "raise ValueError('no such page')"], 60)


def test_a_missing_rival_is_left_out_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.rivals(None).startswith("ours")
    told = capsys.readouterr().err
    assert "LlamaIndex" in told
    assert told.count("\n") == 1
    named = bench.rivals("/venv/bin/python")
    assert named.endswith("--python llamaindex=$BENCH_RIVALS qwen-agent=$BENCH_RIVALS")
    assert " llamaindex qwen-agent " in named


@pytest.mark.slow
def test_little_of_all_runs() -> None:
    command = [sys.executable, "-m", "benchmarks.bench", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Machine: ") > 5
