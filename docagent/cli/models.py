"""docagent models"""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from docagent.cli.show import plain


def models(
    model: Annotated[
        str | None,
        typer.Argument(
            help="With --serve-command: a model of the list, or any Hugging Face id.",
            show_default=False,
        ),
    ] = None,
    serve_command: Annotated[
        str | None,
        typer.Option(
            metavar="SERVER",
            help="Print the command that serves MODEL: vllm, sglang, llama.cpp or ollama.",
            show_default=False,
        ),
    ] = None,
    context: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="TOKENS",
            help="Context to serve; YaRN is set where it needs it.",
            show_default="the model's native window",
        ),
    ] = None,
) -> int:
    """List the models: size, windows, memory, the longest context that fits here, licence.

    Or print how to serve one of them elsewhere, and how to ask it then.
    """
    if serve_command is None:
        if model is not None or context is not None:
            raise typer.BadParameter(
                "goes with --serve-command vllm, sglang, llama.cpp or ollama.",
                param_hint="MODEL" if model is not None else "--context",
            )
        return _list()
    return _serve(serve_command, model, context)


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
    from docagent.engine import machine
    from docagent.engine.catalogue import CATALOGUE, EMBEDDED
    from docagent.engine.loading.embedded import embedded_available
    from docagent.engine.memory import largest_context
    from docagent.engine.resolve import choose, local_models

    gpus = machine.gpus()
    device, where = "cpu", "memory"
    if gpus:
        number = max(range(len(gpus)), key=lambda index: gpus[index][1])
        device, where = f"cuda:{number}", f"GPU {gpus[number][0]}"
    memory = machine.free_memory(device)
    here = {name.casefold() for name in local_models()}
    print(
        f"{'MODEL':<29}{'PARAMS':>7}{'NATIVE':>8}{'CONTEXT':>8}{'WEIGHTS':>10}{'KV/TOKEN':>9}"
        f"{'FITS':>6}  {'HERE':<5}LICENCE"
    )
    for card in CATALOGUE:
        if not card.instruct:
            continue
        name = "embedded" if card is EMBEDDED else card.repo
        present = embedded_available() if card is EMBEDDED else card.repo.casefold() in here
        fits = largest_context(card, memory) // 1024
        print(
            f"{name:<29}{_count(card.parameters):>7}{card.native // 1024:>7}K"
            f"{card.context // 1024:>7}K{card.weight_bytes / 1e9:>7.1f} GB"
            f"{card.kv_bytes / 1e3:>6.1f} KB{f'{fits}K' if fits else '-':>6}  "
            f"{'yes' if present else '-':<5}{card.licence}"
        )
    print(
        "\nNATIVE is the window in tokens a model was trained for, CONTEXT what it reads with YaRN."
        "\nWEIGHTS and KV/TOKEN, the memory of each token of context, are in bfloat16."
        f"\nFITS is the longest context for which the {memory / 1e9:.1f} GB of {where} free now "
        "are enough."
    )
    chosen, reason = choose("auto")
    print(f"--model auto takes {chosen} ({reason}).")
    print("Get one with: hf download Qwen/Qwen2-7B-Instruct")
    return 0


def _count(parameters: int) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.0f}M"
