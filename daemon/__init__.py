"""The service: everything that runs while it listens."""

import os

# The hop's matrix products are small: a pool of BLAS threads would cost more than it gives and
# take the core that the hop loop needs. Read by numpy when it is first imported.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")
os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")
