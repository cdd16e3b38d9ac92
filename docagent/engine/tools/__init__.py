"""Tools as Qwen2 reads and calls them."""
