"""Plain words in, a specification out: what a reader said, where it was said, and what has to be asked."""
