"""The `otakit` command: it knows its commands by name and imports one when it is called."""

import importlib

import click

COMMANDS = {
    "serve": ("otakit.cli.serve", "Run the mock server."),
    "fleet": ("otakit.cli.fleet", "Run simulated devices against a server."),
    "check": ("otakit.cli.check", "Hold a server to the documents."),
    "proxy": ("otakit.cli.proxy", "Hold live traffic to the documents."),
    "replay": ("otakit.cli.replay", "Try a failure of a check again, at any server."),
}
"""Each command's module, in which it has its own name, and what `otakit --help` says of it."""


class LazyGroup(click.Group):
    """A group whose help and errors import none of its commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), cmd_name)
        if not isinstance(command, click.Command):
            message = f"{cmd_name!r} in {module} is not a command but {command!r}"
            raise TypeError(message)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands' help from the table, where click would import every command."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={
        "auto_envvar_prefix": "OTAKIT",
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
    },
)
@click.version_option(package_name="otakit", prog_name="otakit", message="%(prog)s %(version)s")
def main() -> None:
    """Stand in for an over-the-air (OTA) update server.

    otakit serves the documented Mender APIs from memory: devices ask for admission, artifacts are
    uploaded, deployments roll out, all of it checked as the documents say.

    \b
    Start here:
      otakit serve             a server on this machine, until Ctrl-C
      otakit serve --help      its address, documents, plan and first user
    """  # noqa: D301 - \b is click's: keep these lines as they are
