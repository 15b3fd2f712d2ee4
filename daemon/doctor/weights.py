"""Are the acoustic weights there and whole?"""

from daemon.doctor.check import Finding, Setting
from models.errors import ModelError
from models.networks.weights import SHIPPED, load


def check(setting: Setting) -> Finding:
    """Weights against the hash that pins them."""
    path = setting.config.acoustic.weights or SHIPPED
    try:
        weights = load(path)
    except ModelError as error:
        return Finding("failed", error.message, error.remedy)
    return Finding("ok", f"{path.name}, SHA-256 {weights.sha256[:12]}…")
