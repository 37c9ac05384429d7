"""The three hooks.

All of them are called in the notify worker, never in the host's own processes, and **at least once**: a worker that
dies between a call and the record of its answers calls again. The answers of exactly one round are kept, whole or not
at all; an effect that a plugin performs inside a hook can therefore repeat.

A hook answers ``None``, one :class:`~hookspecs.records.Notify`, :class:`~hookspecs.records.Skip` or
:class:`~hookspecs.records.Export`, or a list of them. A ``Skip`` is stronger than any ``Notify`` for the same target
in the same event. A hook is plain and deterministic: no waiting, no sending (a
:class:`scan_notify_plugin.api.Notifier` sends). An implementation has 5 seconds. One that raises or overstays is
logged and left out of this round, noted in the run's ``plan_errors``, and the others are called all the same; after
three time-outs in a row the plugin is parked for ten minutes. Answers with a type, a target or a format that does not
exist are refused the same way.

An implementation may name fewer arguments than the hook has. Hook wrappers, and arguments with default values (pluggy
never fills those), are refused when the plugin is loaded.
"""

from hookspecs.markers import hookspec


@hookspec
def on_schedule_fired(run, schedule):  # type: ignore[no-untyped-def]  # the pages compare it with what plugins write
    """A schedule has fired and its scan tasks were handed in, or failed to be.

    When: at the first tick that sees the run, a few seconds after the fire.

    :param Run run: the new run; ``run.tasks`` may still grow while the host submits, ``run.targets`` is empty
    :param Schedule schedule: the schedule that fired, the same as ``run.schedule``
    :returns: answers are carried out at once, while the run goes on

    Since 0.1.
    """


@hookspec
def on_task_finished(run, task):  # type: ignore[no-untyped-def]  # the pages compare it with what plugins write
    """A scan task of a run has ended, believed after a settle time of ten seconds.

    When: once for each task of the run, in no promised order. Also for tasks that were deleted or died
    (see ``task.outcome``). Never for tasks outside a run.

    :param Run run: the run, still ``running``
    :param ScanTask task: the task that ended; ``task.outcome`` is never None here
    :returns: answers are carried out at once

    Since 0.1.
    """


@hookspec
def on_run_complete(run):  # type: ignore[no-untyped-def]  # the pages compare it with what plugins write
    """Every scan task of a run has ended, or the run failed to start, or its deadline has passed.

    When: once for each run, after the last ``on_task_finished``. And again, with ``run.again`` set and one target in
    ``run.targets``, before the run is passed on to a fallback, sent again by a person, or told as a test: then only a
    ``Skip`` and a ``not_before`` for that target count.

    :param Run run: the run with its final ``status``, ``error_msg``, ``end_time``, ``targets`` and ``formats``
    :returns: what is to be sent. The notifiers answer for the targets of their channel in ``run.targets``;
        and the exporters for theirs in ``run.formats``; a further plugin may add any configured target or known format.
        Messages wait for the reports of the same answer, at most ``EXPORT_WAIT``

    Since 0.1.
    """
