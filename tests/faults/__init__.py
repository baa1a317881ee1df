"""Faults: upstreams that misbehave, runs that are killed, files that are hostile."""
