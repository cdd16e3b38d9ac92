"""Run the notebooks and keep their outputs: `python -m tests.notebooks [NAME...]`.

`--check` runs them and says which outputs differ from those kept.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NAMES = (
    "01_ask_a_pdf",
    "02_agent_api",
    "03_a_million_tokens",
    "04_summaries",
    "05_your_own_server",
)
SLOW = ("03_a_million_tokens", "04_summaries", "05_your_own_server")
Notebook = nbformat.NotebookNode


def run(name: str) -> Notebook:
    """The notebook with fresh outputs. Raises CellExecutionError if a cell fails."""
    notebook: Notebook = nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=900, resources={"metadata": {"path": EXAMPLES}})
    client.execute()
    for cell in notebook.cells:
        cell.pop("execution_count", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]  # logs
    notebook.metadata.pop("widgets", None)
    return notebook


def told(notebook: Notebook) -> list[str]:
    """What each cell printed or returned on standard output.

    Cells tagged "varies" are left out: a small model's wording differs from processor to processor.
    """
    return [
        "".join(map(_text, cell.get("outputs", [])))
        for cell in notebook.cells
        if "varies" not in cell.metadata.get("tags", [])
    ]


def _text(output: Notebook) -> str:
    if output.output_type == "stream":
        return str(output.text) if output.name == "stdout" else ""
    return str(output.get("data", {}).get("text/plain", ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    differ = 0
    for name in options.names:
        file = EXAMPLES / f"{name}.ipynb"
        fresh = run(name)
        if options.check:
            same = told(fresh) == told(nbformat.read(file, as_version=4))
            print(f"{name}: {'the same' if same else 'differs'}")
            differ += not same
        else:
            nbformat.write(fresh, file)
            print(f"{name}: written")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
