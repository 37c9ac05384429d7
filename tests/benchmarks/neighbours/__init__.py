"""``python -m tests.benchmarks.neighbours``: what ill robots cost the healthy ones, see `__main__.py`."""
