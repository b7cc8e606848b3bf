"""derive mark: the answers of a class, marked."""

from __future__ import annotations

from pathlib import Path

import click

from derive.commands import options
from derive.commands.delivery import clear, refuse_to_overwrite, tell, tell_names

FORMATS = ("text", "markdown", "latex", "html", "pdf", "docx", "csv", "xlsx", "json")
BINARY = ("pdf", "docx", "xlsx")


def _formats(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in names:
        if name not in FORMATS:
            raise click.BadParameter(
                f"there is no format {name!r}; choose one of: {', '.join(FORMATS)}"
            )
    return names


@click.command()
@click.argument("bundle")
@click.argument("answers")
@click.option(
    "--to",
    callback=_formats,
    default="text",
    show_default=True,
    help="Formats, separated by commas: text, markdown, latex, html, pdf, docx, csv, xlsx, json.",
)
@options.templates
@options.output(
    "DIR",
    "A folder for the report, the table of marks and a page for each student; if left out, "
    "the report is printed.",
)
@click.option(
    "--one-file",
    is_flag=True,
    help="All feedback in one file, where each student begins a new page.",
)
@options.force
def mark(
    bundle: str, answers: str, to: tuple[str, ...], templates: Path | None, output: str | None,
    one_file: bool, force: bool,
) -> None:  # fmt: skip
    """Mark the ANSWERS (a table or JSON) to the worksheets of a BUNDLE."""
    if output is None and len(to) > 1:
        raise click.UsageError("several formats need a folder: add -o DIR")
    if output is None and to[0] in BINARY:
        raise click.UsageError(f"{to[0]} cannot be read in a terminal: add -o DIR")
    if output is None and one_file:
        raise click.UsageError("--one-file is about the feedback, which needs a folder: add -o DIR")
    import derive
    from derive.worksheets.marking.reports.delivery import files, outdated, report_text

    marks = derive.mark(bundle, answers, templates=templates)
    if output is None:
        click.echo(report_text(marks, to[0], templates), nl=False)
        tell_names(marks.people, to)
        return
    pages = files(marks, to, templates, one_file=one_file)
    files_of = {Path(output) / name: page for name, page in pages.items()}
    refuse_to_overwrite(list(files_of), force)
    earlier = outdated(Path(output), to, pages)
    from derive.files import write_whole

    write_whole(files_of)
    clear(earlier, "the marks that were there")
    tell(list(files_of))
    tell_names(marks.people, to)
