"""The engine: everything that runs unchanged in CPython and in the browser. Standard library only."""
