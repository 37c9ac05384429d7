from scan_notify_first import on_task_finished

from scan_notify_plugin.api import ScanTask


def test_the_end_of_a_scan_task_is_a_line(caplog):
    on_task_finished(task=ScanTask('65e2', 'port_scan', 'dead'))
    assert caplog.messages == ['scan task 65e2 has ended: dead']
