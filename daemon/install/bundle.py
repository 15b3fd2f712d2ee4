"""``distressd.app``: the bundle that macOS gives the microphone permission to.

It is made on this Mac and signed ad hoc. macOS remembers a permission by the hash of what was
signed, so the bundle is left alone until what it is made of changes. Nothing of an installation
is in it: interpreter and settings are the agent's.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from daemon.install.plan import Command, Folder, Remove, Step, Write
from daemon.install.templates import template_path

NAME = "distressd.app"
IDENTIFIER = "org.distressd.app"
_PARTS = ("launcher.c", "Info.plist")
FRAMEWORKS = ("-framework", "AudioToolbox", "-framework", "CoreFoundation")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bundle at ``path``."""

    path: Path

    @property
    def program(self) -> Path:
        """The launcher."""
        return self.path / "Contents" / "MacOS" / "distressd"

    @property
    def fresh(self) -> bool:
        """Whether it was made of the sources that are here now."""
        try:
            made_of = self._fingerprint.read_text(encoding="utf-8").strip()
        except OSError:
            return False
        return made_of == fingerprint() and self.program.is_file()

    def construction(self) -> list[Step]:
        """Steps that make and sign it; none where it is fresh."""
        if self.fresh:
            return []
        source = template_path("launchd", "launcher.c")
        plist = template_path("launchd", "Info.plist").read_text(encoding="utf-8")
        compiler = ("cc", "-O2", "-Wall", *FRAMEWORKS, "-o", str(self.program), str(source))
        return [
            Remove(self.path),
            Write(self.path / "Contents" / "Info.plist", plist),
            Folder(self.program.parent, mode=0o755),
            Command(compiler, remedy="Install the compiler: xcode-select --install"),
            # Last before the signature, which covers it: half a bundle is never fresh.
            Write(self._fingerprint, f"{fingerprint()}\n"),
            Command(
                ("codesign", "--force", "--sign", "-", "--identifier", IDENTIFIER, str(self.path))
            ),
            Command(("codesign", "--verify", "--strict", str(self.path))),
        ]

    @property
    def _fingerprint(self) -> Path:
        return self.path / "Contents" / "Resources" / "made-of.sha256"


def fingerprint() -> str:
    """SHA-256 of everything that the bundle is made of."""
    found = hashlib.sha256()
    for name in _PARTS:
        found.update(template_path("launchd", name).read_bytes())
    return found.hexdigest()
