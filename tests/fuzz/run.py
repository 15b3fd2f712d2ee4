"""The long run: ``make fuzz INPUTS=1000000``.

Each target runs in a process of its own, at low priority, on mutations of right inputs. A crash is
a process that dies or an exception that the target may not raise; a hang is an input that takes
longer than HANG_S; growth is resident memory from a tenth of the run to its end. Whatever is found
is kept as a file that ``python tests/fuzz/run.py --input FILE --target NAME`` runs again.

Prints one JSON object, and exits with 1 where anything was found.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from mutation import mutate  # noqa: E402 - beside this file
from targets import TARGETS, seeds  # noqa: E402

HANG_S = 20.0  # on a busy machine; a reader takes microseconds
START_S = 300.0  # until the first input: imports, and seeds are made
TOLERATED_MB = 24.0  # of growth: allocators keep what they once had
TOLD_EVERY = 500
KEPT = 256  # inputs that were taken for good, to be changed further


def work(name: str, inputs: int, seed: int, current: Path, told: Connection) -> None:
    """Feed the target; in a process of its own."""
    os.nice(19)
    target, chance, corpus = TARGETS[name], random.Random(seed), seeds(name)
    first = len(corpus)
    longest = 2 * max(map(len, corpus))
    process = psutil.Process()
    taken = 0
    early = 0.0
    found: dict[str, str] = {}
    with current.open("r+b", buffering=0) as note:
        for number in range(1, inputs + 1):
            data = mutate(chance, chance.choice(corpus), chance.choice(corpus))
            note.seek(0)
            note.truncate()
            note.write(data)  # what killed this process is read from there
            try:
                good = target(data)
            except Exception:  # noqa: BLE001 - that is what is looked for
                where = traceback.format_exc()
                found.setdefault(where.splitlines()[-1][:80] + where.splitlines()[-3], data.hex())
                told.send(("found", where, data))
                good = False
            taken += good
            if not good or len(data) > longest:
                pass  # nothing to go on from, or so long that the corpus itself would grow
            elif len(corpus) < KEPT:
                corpus.append(data)
            else:
                corpus[chance.randrange(first, KEPT)] = data
            if number == max(1, inputs // 10):
                early = process.memory_info().rss
            if number % TOLD_EVERY == 0:
                told.send(("at", number, taken))
    growth = (process.memory_info().rss - early) / 2**20
    told.send(("done", taken, growth))


def watch(name: str, inputs: int, seed: int, kept: Path) -> dict[str, Any]:
    """Run one target in processes of its own until it has had ``inputs``."""
    figures: dict[str, Any] = {"inputs": 0, "taken": 0, "crashes": 0, "hangs": 0, "growth_mb": 0.0}
    seen: set[str] = set()
    current = kept / f"{name}.current"
    context = multiprocessing.get_context("spawn")
    while figures["inputs"] < inputs:
        current.touch()
        ours, theirs = context.Pipe(duplex=False)
        left = inputs - figures["inputs"]
        arguments = (name, left, seed + figures["inputs"], current, theirs)
        process = context.Process(target=work, args=arguments)
        process.start()
        theirs.close()
        at, done = 0, False
        note = b""
        moved = time.monotonic()
        while not done:
            try:
                if ours.poll(1.0):
                    moved = time.monotonic()
                    kind, *what = ours.recv()
                    if kind == "at":
                        at, taken = what
                        print(f"\r{name}: {figures['inputs'] + at}", end="", file=sys.stderr)
                    elif kind == "found":
                        where, data = what
                        last = where.splitlines()
                        if (sign := last[-1].partition(":")[0] + last[-3]) not in seen:
                            seen.add(sign)
                            keep(kept, f"{name}-exception-{len(seen)}", data, where)
                            figures["crashes"] += 1
                    else:
                        taken, growth = what
                        figures["taken"] += taken
                        figures["growth_mb"] = round(max(figures["growth_mb"], growth), 1)
                        at, done = left, True
                    continue
            except EOFError:
                figures["crashes"] += 1
                keep(kept, f"{name}-died-{figures['inputs'] + at}", current.read_bytes(), "")
                break
            if (now := current.read_bytes()) != note:
                note, moved = now, time.monotonic()
            elif time.monotonic() - moved > (HANG_S if note else START_S):
                figures["hangs"] += 1
                keep(kept, f"{name}-hang-{figures['inputs'] + at}", note, "")
                process.kill()
                break
        process.join()
        # What was not told of yet is not counted.
        figures["inputs"] += max(at, 1)
    current.unlink()
    print(file=sys.stderr)
    return figures


def keep(folder: Path, name: str, data: bytes, where: str) -> None:
    """A finding, to be run again."""
    (folder / name).write_bytes(data)
    print(f"\nfound: {folder / name}\n{where}", file=sys.stderr)


def in_memory() -> str | None:
    """Where writing a file for each input costs no disk; None: the usual place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> int:
    """Run every target, or one input again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="over all targets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=sorted(TARGETS))
    parser.add_argument("--input", type=Path, help="run this one again, and nothing else")
    parser.add_argument("--kept", type=Path, default=Path("fuzz-findings"))
    words = parser.parse_args()
    if words.input:
        print(TARGETS[words.target](words.input.read_bytes()))
        return 0
    words.kept.mkdir(exist_ok=True)
    names = [words.target] if words.target else list(TARGETS)
    each = -(-words.inputs // len(names))
    with tempfile.TemporaryDirectory(prefix="distressd-fuzz-", dir=in_memory()) as folder:
        os.environ["DISTRESSD_FUZZ_SCRATCH"] = folder
        figures = {name: watch(name, each, words.seed, words.kept) for name in names}
    total = {
        key: sum(figure[key] for figure in figures.values())
        for key in ("inputs", "crashes", "hangs")
    }
    grown = max(figure["growth_mb"] for figure in figures.values())
    print(json.dumps(total | {"growth_mb": grown, "targets": figures}))
    bad = total["crashes"] or total["hangs"] or grown > TOLERATED_MB
    if not bad and not any(words.kept.iterdir()):
        words.kept.rmdir()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
