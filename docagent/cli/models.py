"""docagent models"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from docagent.sanitize import plain

if TYPE_CHECKING:
    from docagent.engine.catalogue import ModelCard


def models(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="pull [NAME] | MODEL",
            help="pull downloads a model: embedded (the default), 0.5b, or a Hugging Face id. "
            "MODEL goes with --serve-command: one of the list, or any Hugging Face id.",
            show_default=False,
        ),
    ] = None,
    serve_command: Annotated[
        str | None,
        typer.Option(
            metavar="SERVER",
            help="Print the command that serves MODEL: vllm, ray, sglang, llama.cpp or ollama.",
            show_default=False,
        ),
    ] = None,
    context: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="TOKENS",
            help="Context to serve; YaRN is switched on if it needs it.",
            show_default="the model's native window",
        ),
    ] = None,
) -> int:
    """List the models: size, windows, memory, the longest context that fits here, licence.

    "pull" downloads one and checks its hash; an interrupted download goes on where it stopped.
    --serve-command prints how to serve one on another machine, and how to use it then.
    """
    words = words or []
    if serve_command is not None:
        return _serve(serve_command, _only(words, "MODEL"), context)
    if context is not None or (words and words[0] != "pull"):
        raise typer.BadParameter(
            "goes with --serve-command vllm, ray, sglang, llama.cpp or ollama.",
            param_hint="--context" if context is not None else "MODEL",
        )
    if not words:
        return _list()
    return _pull(_only(words[1:], "NAME") or "embedded")


def _only(words: list[str], what: str) -> str | None:
    if len(words) > 1:
        raise typer.BadParameter("give one model.", param_hint=what)
    return words[0] if words else None


def _pull(name: str) -> int:
    from docagent.cli.progress import download_bar, notices
    from docagent.engine.loading.pull import pull
    from retrieval.folders import cache_folder

    with notices(), download_bar() as report:
        path = pull(name, cache_folder(), report)
    print(path)
    return 0


def _serve(server: str, model: str | None, context: int | None) -> int:
    from docagent.engine.serve_command import SERVERS, serve_command

    if server not in SERVERS:
        raise typer.BadParameter(
            f"{server!r} is none of {', '.join(SERVERS)}.", param_hint="--serve-command"
        )
    if model is None:
        raise typer.BadParameter(
            "name the model to serve, such as Qwen/Qwen2.5-7B-Instruct.", param_hint="MODEL"
        )
    command = serve_command(server, model, context)
    print("\n".join(command.lines))
    # As comments, so that all of it may be piped to a shell.
    print(f"# then: docagent ask ... --model {shlex.quote(command.model)}")
    for note in command.notes:
        print(f"# {plain(note)}")
    return 0


def _list() -> int:
    from docagent.engine.catalogue import CATALOGUE
    from docagent.engine.loading.embedded import MODELS
    from docagent.engine.loading.hub import local_models
    from retrieval import machine
    from retrieval.folders import cache_folder

    gpus = machine.gpus()
    device, where = "cpu", "memory"
    if gpus:
        number = max(range(len(gpus)), key=lambda index: gpus[index][1])
        device, where = f"cuda:{number}", f"GPU {gpus[number][0]}"
    memory = machine.free_memory(device)
    cache = cache_folder()
    print(
        f"{'MODEL':<32}{'PARAMS':>6}{'NATIVE':>8}{'CONTEXT':>8}{'WEIGHTS':>10}{'KV/TOKEN':>9}"
        f"{'FITS':>6}  {'HERE':<5}LICENCE"
    )
    for model in reversed(MODELS):
        # On a CPU the weights of a file stay as they are; a GPU wants them in bfloat16.
        weights = model.size if device == "cpu" else model.card.weight_bytes
        print(_row(model.name, model.card, weights, memory, model.find(cache) is not None))
    downloaded = {name.casefold() for name in local_models()}
    for card in CATALOGUE:
        if card.instruct:
            here = card.repo.casefold() in downloaded
            print(_row(card.repo, card, card.weight_bytes, memory, here))
    print(
        "\nNATIVE is the window in tokens a model was trained for, CONTEXT what it reads with YaRN."
        "\nWEIGHTS and KV/TOKEN, the memory of each token of context, are in bfloat16; on a CPU"
        "\nthe weights of embedded models stay as their file has them."
        f"\nFITS is the longest context for which the {memory / 1e9:.1f} GB of {where} free now "
        "are enough."
    )
    for model in MODELS:
        print(f"The file of {model.name} is {model.card.name}, {model.size / 1e9:.1f} GB (Q4_K_M).")
    print(_auto(cache))
    print("Get one with: docagent models pull, or docagent models pull Qwen/Qwen2-7B-Instruct")
    return 0


def _row(name: str, card: ModelCard, weights: int, memory: int, here: bool) -> str:
    from docagent.engine.memory import largest_context

    fits = largest_context(card, memory, weight_bytes=weights) // 1024
    return (
        f"{name:<32}{_count(card.parameters):>6}{card.native // 1024:>7}K"
        f"{card.context // 1024:>7}K{weights / 1e9:>7.1f} GB"
        f"{card.kv_bytes / 1e3:>6.1f} KB{f'{fits}K' if fits else '-':>6}  "
        f"{'yes' if here else '-':<5}{card.licence}"
    )


def _auto(cache: Path) -> str:
    from docagent.engine.resolve import choose
    from docagent.errors import DocAgentError

    try:
        name, reason = choose("auto", cache)
    except DocAgentError as error:
        return f"--model auto finds none: {error}."
    return f"--model auto takes {name} ({reason})."


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.0f}M"
