"""What we answer over HTTP, inside the host's own web process. Reads the stores; loads no plugin, sends nothing."""
