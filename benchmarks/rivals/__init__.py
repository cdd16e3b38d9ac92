"""The systems that benchmarks/retrieval/systems.py compares, one small file each."""
