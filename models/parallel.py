"""Work on every core, in processes that share nothing."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor


def pool() -> ProcessPoolExecutor:
    """One process a core, each started afresh: a fork beside threads may inherit a held lock."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))
