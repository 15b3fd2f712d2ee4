"""torchaudio without its compiled library.

The library in the package for Linux asks for CUDA, so that beside a torch without it
``import torchaudio`` fails; transformers imports torchaudio wherever it is installed. What is used
here is pure Python, so that a stand-in reports the compiled part as absent.
"""

import sys
from types import ModuleType


def stand_in() -> None:
    """Make ``import torchaudio`` work where it would fail."""
    try:
        import torchaudio  # noqa: F401
    except ImportError:
        return  # it is not installed: nobody asks for it
    except OSError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
            del sys.modules[name]
        absent = ModuleType("torchaudio._extension")
        vars(absent).update(
            _IS_TORCHAUDIO_EXT_AVAILABLE=False,
            _IS_ALIGN_AVAILABLE=False,
            fail_if_no_align=lambda function: function,
            _load_lib=lambda _name: False,
        )
        sys.modules["torchaudio._extension"] = absent
