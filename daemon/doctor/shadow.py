"""Does another package called ``daemon`` stand in the way of ours?"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import daemon
from daemon.doctor.check import Finding, Setting

_RIVAL = "python-daemon"  # of PyPI; it installs a top-level package of the same name
_OURS = "health.py"


def check(_setting: Setting, package: Path | None = None) -> Finding:
    """What ``import daemon`` finds."""
    folder = package or Path(daemon.__file__).parent
    remedy = f"Uninstall it here (pip uninstall {_RIVAL}), then reinstall distressd."
    if not (folder / _OURS).is_file() or (folder / "pidfile.py").is_file():
        return Finding("failed", f"{_RIVAL} has put its files into {folder}.", remedy)
    try:
        rival = version(_RIVAL)
    except PackageNotFoundError:
        return Finding("ok", f"the package daemon is ours ({folder})")
    return Finding(
        "warning", f"{_RIVAL} {rival} is installed here and shares the name daemon with us.", remedy
    )
