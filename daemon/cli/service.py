"""``distressd service``."""

import platform
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from daemon.cli.options import config_option, counted, json_option, print_json

if TYPE_CHECKING:
    from daemon.install.manager import ServiceManager

system_option = click.option(
    "--system", is_flag=True, help="The machine's own service, without a desktop (Linux; root)."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Show each step instead of doing it.")


@click.group()
def service() -> None:
    """Have distressd start by itself and be started again when it ends."""


@service.command(short_help="Install the service, and start it.")
@config_option
@system_option
@dry_run_option
def install(config_path: Path | None, *, system: bool, dry_run: bool) -> None:
    """Install and start the service; again after an upgrade, with the settings in force now."""
    from daemon.install.plan import carry_out
    from daemon.install.program import Program

    manager = _manager(system=system)
    program = Program.here(config_path)
    carry_out(manager.installation(program), click.echo, dry_run=dry_run)
    if not dry_run:
        click.echo("distressd is installed, and starts by itself from now on.")
        for note in manager.notes():
            click.echo(note)


@service.command(short_help="Stop the service, and remove it.")
@system_option
@dry_run_option
def uninstall(*, system: bool, dry_run: bool) -> None:
    """Stop the service and remove it; what is yours stays, and where that is is said."""
    from daemon.install.leftovers import leftovers
    from daemon.install.plan import carry_out

    manager = _manager(system=system)
    steps = manager.removal()
    if not steps:
        click.echo("There is no service to uninstall.")
    carry_out(steps, click.echo, dry_run=dry_run)
    if steps and not dry_run:
        click.echo("The service is gone.")
    for what, path in leftovers(manager.state):
        click.echo(f"Yours, and left in place: {what}: {path}")


@service.command(short_help="Say what the service manager knows of it.")
@system_option
@json_option
def status(*, system: bool, as_json: bool) -> None:
    """Say what the system's service manager knows of it; exit 1 where it does not run."""
    found = _manager(system=system).status()
    if as_json:
        print_json(asdict(found))
    elif not found.installed:
        click.echo("The service is not installed. Install it with: distressd service install")
    else:
        click.echo(
            f"{found.file}: {found.state}, {'starts' if found.enabled else 'does not start'}"
            " by itself"
        )
        if found.pid:
            click.echo(f"process {found.pid}, restarted {counted(found.restarts or 0, 'time')}")
        if found.result not in {"", "success"}:
            click.echo(f"It ended last with: {found.result}")
    if not found.running:
        sys.exit(1)


def _manager(*, system: bool) -> "ServiceManager":
    from daemon.install.manager import service_manager

    return service_manager(platform.system(), system=system)
