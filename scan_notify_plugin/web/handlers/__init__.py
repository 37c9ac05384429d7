"""The routes, one module for each group. A handler imports what it works with when it is called, not before."""
