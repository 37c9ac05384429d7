"""The notify worker: the only place where runs, plugins and jobs meet."""
