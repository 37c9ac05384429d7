"""Two weeks of runs for the pages to show: good ones, failed ones, one in doubt, and what an attacker would write."""

from datetime import timedelta

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.schedules import Schedules
from tests.loop import RUNS

HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>\u202egnp.exe'
DAYS = 13
SITES = ['www.example.com', 'mail.example.com', '198.51.100.7']


def write(office):
    """Fill the office's store; afterwards its clock tells the time again."""
    loop, clock = office.loop, office.clock
    clock.offset = -timedelta(days=DAYS, hours=2)
    schedules = {
        'daily': loop.schedule('每日资产巡检', status='scheduled'),
        'deep': loop.schedule('周末深度扫描', status='scheduled', notify_channel='ops,team'),
        'site': loop.schedule('官网与邮箱监控', status='stop', export_enable=False),
        'hostile': loop.schedule(HOSTILE, status='scheduled', notify_enable=False),
    }
    for day in range(DAYS):
        _day(office, day, schedules)
        clock.offset = -timedelta(days=DAYS - day - 1, hours=2)
    _in_doubt(office, schedules['daily'])
    clock.offset = timedelta(0)
    _by_hand(office, schedules)
    office.tell()
    return schedules


def _day(office, day, schedules):
    loop = office.loop
    office.fire(schedules['daily'], SITES[: 1 + day % 3], 'error' if day in (4, 9) else 'done')
    if day % 3 == 0:
        office.fire(schedules['site'], SITES[:2], 'stop' if day == 6 else 'done')
    if day % 6 == 5:
        office.fire(schedules['deep'], SITES)
    if day == 8:
        office.fire(schedules['hostile'], ['evil.example.com'])
    loop.run_through(3, 20)
    office.clock.move(minutes=3)


def _in_doubt(office, schedule_id):
    office.robot.misbehave('cut_after')
    office.fire(schedule_id, SITES[:2])
    office.loop.run_through(2, 1)
    office.clock.move(minutes=11)
    office.loop.run_through(3, 5)


def _by_hand(office, schedules):
    """What an administrator did, and a run to a group that was dissolved."""
    desk = Desk(office.db, RUNS, office.loop.settings, office.clock)
    Schedules(desk).change([schedules['site']], {'notify_channel': ['old-group']}, 'web:admin')
    failed = office.fire(schedules['site'], SITES[:1], 'error')
    office.loop.run_through(6, 5)
    Runs(desk).acknowledge(failed, 'web:admin', '钉钉群已解散，等待新群')
    Schedules(desk).change([schedules['deep']], {'notify_on': 'failed', 'export_format': ['excel', 'csv']}, 'cli:root')
    loop = office.loop
    loop.fire(schedules['daily'], SITES)
    loop.tick(1, 1)
    office.clock.offset = timedelta(0)
