"""From a model name to weights in memory: checkpoints, the hub, GGUF, the embedded model."""
