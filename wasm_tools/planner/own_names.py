"""The ids of what a reader adds to the catalogue."""

OWN_MODEL = "own-model"
OWN_GPU = "own-gpu"
OWN_PROVIDER = "own"
