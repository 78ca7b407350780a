"""``allnlp work``."""

from __future__ import annotations

import typer

from allnlp.cli.console import say
from allnlp.cli.progress import number


def command(
    place: str = typer.Argument(help="Folder or URL in which allnlp annotate --exchange laid the work out."),
    task: int = typer.Option(0, "--task", min=0, help="Number of this task, from 0: $SLURM_ARRAY_TASK_ID."),
    of: int = typer.Option(1, "--of", min=1, help="Number of tasks: $SLURM_ARRAY_TASK_COUNT."),
    jobs: int = typer.Option(1, "--jobs", "-j", min=1, help="Processes of this task."),
) -> None:
    """Annotate one task's share of the work that was laid out, as a task of a job array; what is done is passed over.

    \b
    Example:
      allnlp work /shared/work --task 3 --of 100
    """
    from allnlp.annotation.exchange import work_on

    steps = work_on(place, task=task, of=of, jobs=jobs)
    before, whole = next(steps)
    annotated = sum(1 for _ in steps)
    say(f"{number(annotated, 'shard')} annotated, {before:,} done before, of {whole:,} that fall to task {task} of {of}")
