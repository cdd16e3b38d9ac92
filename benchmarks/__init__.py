"""What BENCHMARKS.md says, measured: a script for each of its tables."""
