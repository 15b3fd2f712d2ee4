"""``distressd doctor``."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from daemon.cli.options import config_option, json_option, print_json

_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


@click.command()
@config_option
@json_option
def doctor(config_path: Path | None, *, as_json: bool) -> None:
    """Check everything the daemon needs; exit 1 where it could not do its work."""
    from daemon.config.load import find_config, read_config
    from daemon.doctor import CHECKS
    from daemon.doctor.check import Setting
    from daemon.state import state_path

    loaded = read_config(find_config(config_path))
    setting = Setting(loaded.config, state_path())
    findings = {name: check(setting) for name, check in CHECKS.items()}
    if as_json:
        print_json({name: asdict(finding) for name, finding in findings.items()})
    else:
        click.echo(f"{click.style('✓', fg='green')} configuration: {loaded.path}")
        for name, finding in findings.items():
            mark, colour = _MARKS[finding.mark]
            click.echo(f"{click.style(mark, fg=colour)} {name}: {finding.message}")
            if finding.remedy:
                click.echo(f"    {finding.remedy}")
    if any(finding.mark == "failed" for finding in findings.values()):
        sys.exit(1)
