"""Work on every core, in processes that share nothing."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor


def pool(size: int | None = None) -> ProcessPoolExecutor:
    """One process a core, or ``size``, each started afresh: a fork may inherit a held lock."""
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(size or os.cpu_count(), mp_context=spawn)
