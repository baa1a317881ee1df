"""Frozen restatements of earlier systems, for comparison and for moving from them. The planner never uses them.

`inference_atlas_*` follows InferenceAtlas at commit 99b8d5b, `compass_*` follows Compass at commit cc6a8f9: their
formulas, their constants, their faults. Their prices are old, their capacities invented or simulated. What they answer
says what those systems would have said, not what is right.
"""
