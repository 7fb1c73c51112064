"""The page of the command line: its commands, their options, variables and exit codes."""

from collections.abc import Iterator
from textwrap import dedent

import click

from ota_reference.markdown import cell, code, table
from otakit.cli.main import COMMANDS, main

_HEAD = """# Command line

Made from the commands themselves; `otakit COMMAND --help` says the same. Each option can also be
set as the variable that stands below it.
"""


def text() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *(part for name in COMMANDS for part in _command(name))])


def _command(name: str) -> Iterator[str]:
    parent = click.Context(main, info_name="otakit", auto_envvar_prefix="OTAKIT")
    command = main.get_command(parent, name)
    assert command is not None
    prefix = f"OTAKIT_{name.upper()}"
    context = click.Context(command, parent, info_name=name, auto_envvar_prefix=prefix)
    yield f"## otakit {name}\n"
    yield f"`otakit {name} {' '.join(command.collect_usage_pieces(context))}`\n"
    yield _description(command.help or "")
    options = {o.name or "": o for o in command.get_params(context) if isinstance(o, click.Option)}
    groups = getattr(command, "groups", {})
    grouped = {name for names in groups.values() for name in names}
    rest = tuple(name for name in options if name not in grouped)
    for heading, names in {**groups, "Other options": rest}.items():
        yield f"### {heading} {{ #{name}-{heading.lower().replace(' ', '-')} }}\n"
        yield table(
            ("option", "what for, and as which variable"),
            (_option(options[option], context, prefix) for option in names),
        )


def _description(text: str) -> str:
    """Return a help text: paragraphs as they are, those of fixed lines as blocks."""
    parts = []
    for paragraph in text.split("\n\n"):
        lines = paragraph.strip(" \n")
        if lines.startswith("\b"):
            fixed = dedent(lines.removeprefix("\b").strip("\n"))
            parts.append(f"```text\n{fixed}\n```\n")
        else:
            parts.append(f"{' '.join(paragraph.split())}\n")
    return "\n".join(parts)


def _option(option: click.Option, context: click.Context, prefix: str) -> tuple[str, str]:
    record = option.get_help_record(context)
    names, text = record if record is not None else (", ".join(option.opts), option.help or "")
    variable = f"{prefix}_{option.name}".upper()
    named = "" if option.name == "help" else f'<br><small class="source">{variable}</small>'
    return code(names), f"{cell(text)}{named}"
