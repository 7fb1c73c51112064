"""A command whose help has its options in groups."""

from typing import Any

import click


class GroupedCommand(click.Command):
    """Writes its options below the headings of its `groups`; those in none come last."""

    def __init__(self, *args: Any, groups: dict[str, tuple[str, ...]], **options: Any) -> None:
        """Make a command; `groups` has the options' names by heading."""
        super().__init__(*args, **options)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options' help."""
        rows = {
            option.name: row
            for option in self.get_params(ctx)
            if isinstance(option, click.Option) and (row := option.get_help_record(ctx)) is not None
        }
        for heading, names in self.groups.items():
            with formatter.section(heading):
                formatter.write_dl([rows.pop(name) for name in names])
        with formatter.section("Options"):
            formatter.write_dl(list(rows.values()))
