"""How far the regions of one product are apart: where they lie, like prices in several of them, what a zone costs."""
