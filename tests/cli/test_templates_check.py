"""What ``scan-notify doctor`` and the log of a worker say of templates that are not used."""

import logging

import pytest

from scan_notify_plugin.cli import diagnosis
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.worker import process


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'zh').mkdir()
    (tmp_path / 'zh' / 'summary.md').write_text('old', encoding='utf-8')
    (tmp_path / 'run.jinja').write_text('a\n{{ statsu }}', encoding='utf-8')
    return tmp_path


def section(folder):
    return {'SCAN_NOTIFY': {'ENABLE': True, 'TEMPLATES': str(folder)}}


def checked(folder):
    return [finding.in_words('en') for finding in diagnosis.check_templates(parse_settings(section(folder)))]


def test_the_doctor_names_each_file_with_its_line_and_what_is_used_instead(folder):
    findings = checked(folder)
    assert [(one.check, one.state) for one in findings] == [('templates', 'warn')] * 2
    assert findings[0].found.startswith('{}/zh/summary.md:1: a template of 0.1.0'.format(folder))
    assert findings[1].found == "{}/run.jinja:2: 'statsu' is undefined".format(folder)
    assert all('the next one is used' in one.advice for one in findings)


def test_the_doctor_has_nothing_to_say_of_a_folder_that_is_in_order(folder):
    (folder / 'zh' / 'summary.md').unlink()
    (folder / 'run.jinja').write_text('{{ heading(schedule_name) }}')
    (finding,) = checked(folder)
    assert (finding.state, finding.found) == ('ok', str(folder))


def test_a_folder_that_is_not_there_stops_the_worker_and_the_doctor_says_so():
    (finding,) = checked('/no/such')
    assert finding.state == 'fail' and 'the worker does not start' in finding.advice


def test_a_worker_says_at_its_start_what_it_does_not_use(folder, caplog):
    with caplog.at_level(logging.ERROR, 'scan_notify'):
        process._ask_plugins(Loop(section(folder)).context)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2 and all(line.endswith('; the next one is used') for line in lines)
    assert 'docs/channels.md#templates-of-01' in lines[0] and 'run.jinja:2: ' in lines[1]
