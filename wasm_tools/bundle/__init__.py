"""Assembles the files that a reader's browser needs to run the engine. Runs at build time, is not shipped."""
