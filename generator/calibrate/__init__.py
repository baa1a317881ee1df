"""The calibration of the performance model, and the test of its predictions on what it has not seen."""

import os

# Threads of linear algebra cost more than they gain on matrices this small, and one thread gives the same bytes on
# every machine. Read when numpy is first imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
