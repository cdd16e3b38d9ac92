"""docagent index"""

from __future__ import annotations

from typing import Annotated

import typer

from docagent.cli import options
from docagent.cli.show import Screen, notices, one_line


def index(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", show_default=False)
    ] = None,
    embedding: options.Embedding = None,
    password: options.Password = None,
    list_: Annotated[bool, typer.Option("--list", help="Show what is indexed.")] = False,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget these paths, or everything without any.")
    ] = False,
) -> int:
    """Build or refresh the index ahead of the first question."""
    from docagent.settings import cache_folder
    from retrieval.store.shelf import Shelf

    shelf = Shelf(cache_folder())
    if list_:
        for entry in shelf.entries():
            print(
                f"{one_line(entry.source)}  {entry.pages} pages, {entry.passages} passages, "
                f"{entry.size / 1e6:.1f} MB"
            )
        return 0
    if clear:
        print(f"{shelf.clear(paths or None)} cleared")
        return 0
    if not paths:
        raise typer.BadParameter("give at least one document or folder, or --list, or --clear.")
    from retrieval.corpus import Corpus

    screen = Screen(stream_answer=False)
    with notices():
        try:
            corpus = Corpus.open(
                paths, embedding=embedding, password=password, progress=screen.show
            )
        finally:
            screen.close()
    for name in corpus.documents:
        parsed = corpus.indexed[name].parsed
        print(
            f"{one_line(name)}: {len(parsed.document.pages)} pages, {len(parsed.chunks)} passages"
        )
    return 0
