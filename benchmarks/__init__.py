"""Measurements. `python -m benchmarks` (or `make bench`) takes all of them and writes `docs/benchmarks.md`."""
