"""Answers: gold words, refusals, tokens, waiting."""
