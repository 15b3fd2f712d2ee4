"""Click groups that import a command only when it is called, and tell errors in a sentence."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from models.errors import DistressdError

DEBUG = "--debug"


class LazyGroup(click.Group):
    """A group whose commands are named, not imported.

    Args:
        commands: name → (``"module:attribute"``, one line of help).
    """

    def __init__(
        self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order in which they were given."""
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command ``cmd_name``."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self._lazy.items()])


class MainGroup(LazyGroup):
    """The console script: every error is one sentence and an exit status, never a traceback."""

    def main(  # type: ignore[override] # click's overloads tell standalone_mode apart
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and exit: 0 done, 1 failed, 2 wrong usage or configuration."""
        words = list(sys.argv[1:] if args is None else args)
        name = prog_name or "distressd"
        if not standalone_mode:
            return super().main(words, name, standalone_mode=False, **extra)
        words, debug = _without_debug(words)
        try:
            result = super().main(words, name, standalone_mode=False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except DistressdError as error:
            _fail(str(error), error, error.exit_status, debug=debug)
        except click.Abort:
            sys.exit(130)
        except BrokenPipeError:
            # Whoever read the output has gone: so is the reason to write, at exit too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as error:  # noqa: BLE001 - the last place where it can be told
            told = f"{type(error).__name__}: {error}".strip(": ").replace("\n", " ")
            sentence = f"something unexpected happened ({told})."
            _fail(f"{sentence} Re-run with {DEBUG} for the traceback.", error, 1, debug=debug)
        sys.exit(result if isinstance(result, int) else 0)


def _without_debug(words: list[str]) -> tuple[list[str], bool]:
    """``--debug`` may stand anywhere before ``--``, so that it can be added to a failed command."""
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != DEBUG]
    return kept + words[end:], len(kept) < end


def _fail(sentence: str, error: Exception, status: int, *, debug: bool) -> NoReturn:
    if debug:
        raise error
    click.echo(f"distressd: {sentence}", err=True)
    sys.exit(status)
