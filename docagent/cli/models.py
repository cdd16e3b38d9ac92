"""docagent models"""

from __future__ import annotations


def models() -> int:
    """List the Qwen2 models: size, context, memory, and what is on this machine."""
    from docagent.engine import machine
    from docagent.engine.catalogue import CATALOGUE, EMBEDDED, memory_needed
    from docagent.engine.resolve import CONTEXT, choose, local_models

    gpus = machine.gpus()
    memory = max((size for _, size in gpus), default=machine.available_memory())
    here = {name.casefold() for name in local_models()}
    print(f"{'MODEL':<32}{'CONTEXT':>8}{'MEMORY':>9}  {'FITS':<5}{'HERE':<6}LICENCE")
    for card in CATALOGUE:
        if not card.instruct:
            continue
        needed = memory_needed(card, CONTEXT)
        name = "embedded" if card is EMBEDDED else card.repo
        present = card is EMBEDDED or card.repo.casefold() in here
        print(
            f"{name:<32}{card.context // 1024:>7}K{needed / 1e9:>6.1f} GB  "
            f"{'yes' if needed <= memory else 'no':<5}{'yes' if present else '-':<6}{card.licence}"
        )
    where = f"GPU {gpus[0][0]}" if gpus else "memory"
    print(f"\nMEMORY is weights and {CONTEXT // 1024}K tokens in bfloat16.")
    print(f"{memory / 1e9:.1f} GB of {where} are there to use.")
    chosen, reason = choose("auto")
    print(f"--model auto takes {chosen} ({reason}).")
    print("Get one with: hf download Qwen/Qwen2-7B-Instruct")
    return 0
