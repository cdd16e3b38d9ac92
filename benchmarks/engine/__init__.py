"""The engine: docagent's own forward pass and decode loop beside transformers and llama.cpp."""
