"""Who wants to know: loading plugins from entry points, and calling their hooks."""
