"""From a prompt to tokens: prefill, speculation, constraints, batches, text."""
