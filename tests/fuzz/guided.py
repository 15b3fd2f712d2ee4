"""Fuzzing that follows coverage, for who has atheris (``pip install atheris``; Linux):

python tests/fuzz/guided.py TARGET [libFuzzer's options, such as -runs=1000000]
"""

import sys
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

with atheris.instrument_imports(include=["daemon", "models"]):
    from targets import TARGETS, seeds


def main() -> None:
    """Fuzz the target named first, from its right inputs on."""
    name = sys.argv.pop(1)
    corpus = Path("fuzz-findings") / f"{name}-corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    target = TARGETS[name]
    atheris.Setup([sys.argv[0], str(corpus), *sys.argv[1:]], lambda data: target(data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
