"""The Qwen2 network itself: rotary angles, attention, keys and values, one forward pass."""
