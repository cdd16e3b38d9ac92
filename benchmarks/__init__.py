"""What docagent is measured by: `python -m benchmarks` makes the tables of BENCHMARKS.md."""
