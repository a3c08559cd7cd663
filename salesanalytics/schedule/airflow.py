"""A schedule as a DAG of Airflow 3: one task, which is the same line that other schedulers start.

In: a job. Out: a Python file. Every text in it is a literal made by `repr`; nothing a user named is read as code or template.
"""

from collections.abc import Mapping
from datetime import date

from salesanalytics.schedule.cron import cron_time
from salesanalytics.schedule.job import Job
from salesanalytics.schedule.notes import Clock, notes

FILE = "salesanalytics_dag.py"
CLOCK = Clock(
    missing="Airflow starts it so much after the change.",
    twice="Airflow starts it once, the second time.",
)
DAG = '''\
{notes}
# Put this file into the folder of DAGs of Airflow 3. The command has to be installed where its tasks are run.
import subprocess

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.timetables.trigger import CronTriggerTimetable

ZONE = {zone!r}
JOB = {line!r}
FAILED = {failed!r}


def tell(context):
    """Mail whoever is named under mail_by in the params. Exit codes: 0 all pages, 3 some, 4 none, 1 could not start."""
    subprocess.run(["/bin/sh", "-c", FAILED], check=False)


with DAG(
    dag_id="salesanalytics",
    description={about!r},
    schedule=CronTriggerTimetable({time!r}, timezone=ZONE),
    start_date=pendulum.datetime({today.year}, {today.month}, {today.day}, tz=ZONE),
    catchup=False,
    max_active_runs=1,
):
    BashOperator(task_id="report", bash_command=JOB, on_failure_callback=tell)
'''
_TEMPLATE = ("{{", "{%", "{#")


def dag(job: Job, *, today: date) -> Mapping[str, str]:
    """One file."""
    because = "the task report of the DAG salesanalytics failed; its log in Airflow says why"
    text = DAG.format(
        notes="\n".join(f"# {note}" for note in notes(job, CLOCK, today)),
        zone=job.schedule.when.zone,
        line=untouched(f"{job.start}; {job.work}"),
        failed=f"{job.start}; {job.alert(because)}",
        about=f"Sales reports, {job.schedule.when}",
        time=cron_time(job.schedule.starts),
        today=today,
    )
    return {FILE: text}


def untouched(line: str) -> str:
    """As Airflow's templates leave it."""
    return f"{{% raw %}}{line}{{% endraw %}}" if any(mark in line for mark in _TEMPLATE) else line
