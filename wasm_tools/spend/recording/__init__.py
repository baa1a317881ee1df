"""The part that runs inside the reader's own program: it reads replies and the clock and appends to files."""
