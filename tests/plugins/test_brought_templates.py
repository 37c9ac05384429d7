"""A channel's plugin brings templates in its package: they are for its channel, behind the administrator's."""

import importlib
import sys

import pytest

from scan_notify_plugin.cli import diagnosis
from scan_notify_plugin.faults import say
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.loading import Installed, load
from scan_notify_plugin.plugins.templates import folder_of, template_folders
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.worker.preview import preview
from tests.notifiers.samples import make_summary, make_target
from tests.notifiers.test_alert_messages import FACTS, job_of, summarise

MODULE = 'scan_notify_test_brought'
CODE = '''
from scan_notify_plugin.api import Notifier, Receipt

class Pager(Notifier):
    channel = 'pager'
    required = ('url',)
    template_folder = 'messages'

    def send(self, part, target):
        return Receipt()
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    """The folder of a plugin's package; ``package('run.jinja', '...')`` writes one of its templates."""
    folder = tmp_path / 'site' / MODULE
    (folder / 'messages').mkdir(parents=True)
    (folder / '__init__.py').write_text(CODE)
    monkeypatch.syspath_prepend(str(folder.parent))

    def write(name, text):
        (folder / 'messages' / name).write_text(text, encoding='utf-8')
        return folder

    yield write
    sys.modules.pop(MODULE, None)


@pytest.fixture
def admin(tmp_path):
    """The administrator's folder; ``admin('ops/run.jinja', '...')`` writes one of its templates."""
    folder = tmp_path / 'admin'
    folder.mkdir()

    def write(name, text):
        path = folder.joinpath(*name.split('/'))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding='utf-8')
        return str(folder)

    return write


def pager():
    return importlib.import_module(MODULE).Pager()


def written(folder='', summary=None, channel='pager', templates=None):
    notifier = pager()
    templates = templates or Templates(str(folder), None, template_folders([notifier]))
    target = make_target()._replace(name='ops', channel=channel)
    notifier.channel = channel
    return notifier.written(summary or make_summary(), target, templates, 'run')


def test_a_message_is_written_with_the_template_of_its_channels_plugin(package):
    package('run.jinja', 'the pager says: {{ schedule_name }}')
    assert written() == 'the pager says: nightly'


def test_no_other_channel_is_written_with_it(package):
    package('run.jinja', 'the pager says: {{ schedule_name }}')
    templates = Templates('', None, template_folders([pager()]))
    assert templates.render('run', 'en', make_summary(), channel='dingding').startswith('### ')
    assert templates.render('run', 'en', make_summary()).startswith('### ')


@pytest.mark.parametrize('name', ['run.jinja', 'ops/run.jinja'])
def test_the_administrators_comes_first(package, admin, name):
    package('run.jinja', 'the pager says')
    assert written(admin(name, 'the administrator says')) == 'the administrator says'


def test_a_broken_one_of_the_administrators_leaves_it_to_the_plugins(package, admin):
    package('run.jinja', 'the pager says')
    templates = Templates(admin('run.jinja', '{{ nobody }}'), None, template_folders([pager()]))
    assert written(templates=templates) == 'the pager says'
    assert [one.path.endswith('admin/run.jinja') for one in templates.refused] == [True]


BROKEN = {
    'a name that does not exist': '\n{{ nobody }}',
    'a block that does not end': '\n{% if run %}',
    'nothing': '\n',
    'a row without a table': '\n{{ row(1) }}',
}


@pytest.mark.parametrize('text', BROKEN.values(), ids=BROKEN)
def test_a_broken_one_is_named_and_the_built_in_one_is_used(package, text):
    folder = package('run.jinja', text)
    package('alert.jinja', 'an alert')
    templates = Templates('', None, template_folders([pager()]))
    (refused,) = templates.refused
    assert refused.path == str(folder / 'messages' / 'run.jinja')
    assert written(templates=templates) == Templates().render('run', 'en', make_summary())


def test_one_that_breaks_at_a_message_of_its_own_is_said_once(package, caplog):
    package('run.jinja', '{% if schedule_name == "odd" %}{{ nobody }}{% endif %}fine')
    templates = Templates('', None, template_folders([pager()]))
    assert templates.refused == []
    for _ in range(2):
        assert written(templates=templates, summary=make_summary(schedule_name='odd')).startswith('### ')
    assert [record.getMessage().partition('run.jinja:')[2].partition(' (')[0] for record in caplog.records] == [
        "1: 'nobody' is undefined; the next one is used"
    ]
    assert written(templates=templates) == 'fine'


def test_it_may_extend_the_built_in_one_and_include_a_file_of_its_own(package):
    package('run.jinja', "{% extends 'built-in/run.jinja' %}{% block head %}{% include 'ours.jinja' %}{% endblock %}")
    package('ours.jinja', '{{ sentence(say("run.status." ~ status)) }} (ours)')
    text = written()
    assert text.startswith('### ') and '(ours)' in text


def test_it_sees_no_file_of_the_administrators(package, admin):
    package('run.jinja', "{% include 'secret.jinja' %}")
    assert written(admin('secret.jinja', 'the administrator\'s')).startswith('### ')


def test_an_alert_and_the_short_form_have_files_of_their_own(package):
    package('alert.jinja', 'alert: {{ alert.kind }}')
    package('brief.jinja', 'brief')
    assert written().startswith('### ')
    assert written(summary=summarise(job_of('report', FACTS['report']), 'en')) == 'alert: report'
    templates = Templates('', None, template_folders([pager()]))
    assert templates.render('brief', 'en', make_summary(), channel='pager') == 'brief'


# Loading.


def state(notifier):
    (row,) = load(found=[Installed('pager', None, lambda: notifier)]).rows
    return row.state, row.error


def test_a_folder_without_a_template_is_no_plugin(package):
    folder = package('readme.txt', 'none')
    assert state(pager()) == (
        'broken',
        'PluginError: Pager.template_folder: none of run.jinja, brief.jinja, alert.jinja is in {!r}; are they in '
        'package_data? (see docs/hooks.md#what-a-notifier-can-say)'.format(str(folder / 'messages')),
    )
    package('brief.jinja', 'brief')
    assert state(pager()) == ('active', '')


@pytest.mark.parametrize('value', [None, 7, ('messages',), b'messages', 'no-such', '/no/such'])
def test_what_is_no_folder_is_no_plugin(package, value):
    package('run.jinja', 'x')
    notifier = pager()
    notifier.template_folder = value
    assert state(notifier)[0] == 'broken' and 'Pager.template_folder' in state(notifier)[1]


def test_the_folder_is_beside_the_class_that_names_it_whoever_inherits(package):
    folder = package('run.jinja', 'inherited')

    class Louder(type(pager())):
        channel = 'louder'

    assert folder_of(Louder()) == str(folder / 'messages')
    assert state(Louder()) == ('active', '')


def test_a_class_without_a_file_is_no_reason_to_fail():
    made = type('Made', (Notifier,), {
        'channel': 'made', 'template_folder': 'x', '__module__': 'nowhere',
        'send': lambda self, part, target: Receipt(),
    })  # fmt: skip
    assert state(made())[0] == 'broken'


# The worker, and what people are told.


def loop_of(notifier, **section):
    targets = {'ops': {'CHANNEL': 'pager', 'URL': 'http://127.0.0.1:9'}}
    settings = dict({'ENABLE': True, 'TARGETS': targets}, **section)
    return Loop({'SCAN_NOTIFY': settings}, [Installed('pager', None, lambda: notifier)])


def test_a_worker_writes_its_messages_with_it(package):
    package('run.jinja', 'the pager says: {{ schedule_name|length }}')
    (sheet,) = preview(loop_of(pager()).context, 'ops')
    assert sheet.text.startswith('the pager says: ')


def test_a_worker_knows_at_its_start_what_it_does_not_use(package):
    folder = package('run.jinja', '{{ nobody }}')
    context = loop_of(pager()).context
    assert [str(one) for one in context.templates.refused] == [
        "{}:1: 'nobody' is undefined".format(folder / 'messages' / 'run.jinja')
    ]


def test_the_doctor_names_it(package):
    folder = package('run.jinja', '{{ nobody }}')
    settings = parse_settings({'SCAN_NOTIFY': {'ENABLE': True}})
    (finding,) = diagnosis.check_templates(settings, [pager()])
    assert finding.state == 'warn'
    assert say(finding.found, 'en').startswith(str(folder / 'messages' / 'run.jinja') + ':1: ')
