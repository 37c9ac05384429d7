"""Make it: the Exporter base, and one module or folder for each format."""
