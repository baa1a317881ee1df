"""Observe: what a deployment really did, read from the files of real tools and held against what was predicted."""
