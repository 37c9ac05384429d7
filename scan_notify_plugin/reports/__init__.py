"""The files: where reports are kept, for how long, and by which link people reach them."""
