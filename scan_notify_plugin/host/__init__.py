"""The scanner, seen from us. Only here are the host's modules, files and collections known."""
