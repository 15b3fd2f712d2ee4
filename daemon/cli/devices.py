"""``distressd devices``."""

from dataclasses import asdict

import click

from daemon.cli.options import json_option, print_json


@click.command()
@json_option
def devices(*, as_json: bool) -> None:
    """List the microphones that [audio] device may name, by name or number."""
    from rich.console import Console
    from rich.table import Table

    from daemon.audio.devices import input_devices

    found = input_devices(probe=True)
    if as_json:
        print_json([asdict(device) for device in found])
        return
    if not found:
        click.echo("There is no microphone here. Connect one, or listen with --source demo.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Number", "Name", "System", "Channels", "Rate", ""):
        table.add_column(heading, overflow="fold")
    for device in found:
        notes = ["default"] if device.is_default else []
        if not device.opens_at_16k:
            notes.append("resampled")
        table.add_row(
            str(device.index),
            device.name,
            device.host_api,
            str(device.channels),
            f"{device.default_rate} Hz",
            ", ".join(notes),
        )
    Console().print(table)
