"""Five cron fields with `*`, `,`, `-` and `/`; the host uses the package crontab."""

import time

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def next_time(cron, now):
    """The first whole minute after `now` that fits, both in seconds as time.time() counts them."""
    fields = cron.split()
    if len(fields) != len(LIMITS):
        raise ValueError('{!r} has not five fields'.format(cron))
    allowed = [_values(field, low, high) for field, (low, high) in zip(fields, LIMITS)]
    minute = (int(now) // 60 + 1) * 60
    for minute in range(minute, minute + 366 * 86400, 60):
        t = time.localtime(minute)
        if all(
            value in values
            for value, values in zip((t.tm_min, t.tm_hour, t.tm_mday, t.tm_mon, (t.tm_wday + 1) % 7), allowed)
        ):
            return minute
    raise ValueError('{!r} never comes'.format(cron))


def _values(field, low, high):
    values = set()
    for part in field.split(','):
        part, _, step = part.partition('/')
        first, _, last = part.partition('-')
        if part == '*':
            first, last = low, high
        values.update(range(int(first), int(last or first) + 1, int(step or 1)))
    return values
