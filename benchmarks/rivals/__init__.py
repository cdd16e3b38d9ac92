"""The systems that benchmarks/retrieval.py compares, one small file each."""
