"""The pages say what the code does: signatures, tables, anchors, snippets and commands are compared or run."""

import configparser
import glob
import importlib
import inspect
import os
import re
import sys
from types import SimpleNamespace

import pytest
import yaml

import hookspecs
import scan_notify_plugin
from hookspecs import hooks
from scan_notify_plugin import api, autoload, cli, words
from scan_notify_plugin.credentials import SECRET_OPTIONS
from scan_notify_plugin.exporters.base import Chart, Column, Exporter, Overview, Table
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.notifiers import dingding, writing
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.loading import GROUP, load
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.section import parse_settings
from tests import test_layers
from tests.docs import tables

ROOT = tables.ROOT
PAGES = tuple(os.path.relpath(path, ROOT).replace(os.sep, '/') for path in tables.page_files())
HOOKS = {name: value for name, value in vars(hooks).items() if hasattr(value, hookspecs.PROJECT + '_spec')}
FENCE = re.compile(r'^( *)```(\w*)\n(.*?)^ *```$', re.S | re.M)
#: What is built of: every module or folder of the package, but for those that only start it.
UNITS = {test_layers.unit(module) for module in test_layers.MODULES} - {'__main__', '__init__'}


def read(name):
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        return file.read()


def fenced(language, pages=PAGES):
    """(page, text) of every fenced block in a language, without the indentation of the list it stands in."""
    for page in pages:
        for indent, kind, text in FENCE.findall(read(page)):
            if kind == language:
                yield page, re.sub('^' + indent, '', text, flags=re.M)


def prose(page):
    return FENCE.sub('', read(page))


def anchors(page):
    """As GitHub makes them of the headings, and those that are written out."""
    headings = re.findall(r'^#{1,6} (.+)$', prose(page), re.M)
    named = {re.sub(r'[^\w\- ]', '', heading.lower()).strip().replace(' ', '-') for heading in headings}
    return named | set(re.findall(r'<a id="([\w-]+)"></a>', prose(page)))


def source_files():
    for package in ('hookspecs', 'scan_notify_plugin'):
        yield from glob.glob(os.path.join(ROOT, package, '**', '*.py'), recursive=True)


# Links and anchors


def test_there_are_the_pages_that_the_overview_lists():
    linked = set(re.findall(r'\]\(([\w.-]+\.md)\)', read('docs/index.md')))
    assert {'docs/' + name for name in linked} | {'docs/index.md'} == {
        page for page in PAGES if page.startswith('docs/')
    }


def test_every_page_and_anchor_that_the_code_names_exists():
    named = {}
    for path in source_files():
        for match in re.finditer(r'docs/([\w-]+\.md)(?:#([\w-]+))?', read(path)):
            named.setdefault((match.group(1), match.group(2)), os.path.relpath(path, ROOT))
    assert named
    missing = [
        (path, page, anchor)
        for (page, anchor), path in sorted(named.items(), key=str)
        if 'docs/' + page not in PAGES or (anchor and anchor not in anchors('docs/' + page))
    ]
    assert not missing


@pytest.mark.parametrize('page', PAGES)
def test_every_link_between_the_pages_leads_somewhere(page):
    broken = []
    for link in re.findall(r'\]\(([^)\s]+)\)', prose(page)):
        if re.match(r'https?://', link):
            continue
        path, _, anchor = link.partition('#')
        other = os.path.normpath(os.path.join(os.path.dirname(page), path)).replace(os.sep, '/') if path else page
        if not os.path.exists(os.path.join(ROOT, other)) or (anchor and anchor not in anchors(other)):
            broken.append(link)
    assert not broken


def test_a_link_to_the_page_that_was_cut_arrives_where_the_section_is_now():
    page = read('docs/operating.md')
    moved = dict(re.findall(r'<a id="([\w-]+)"></a>\[[^]]+\]\(([\w.#-]+)\)', page))
    assert len(moved) == page.count('<a id=') == 32
    assert set(moved) >= {'the-worker', 'links', 'reports', 'where-reports-are', 'supported-hosts', 'mongodb'}


# What is made from the code


def test_the_tables_are_in_step_with_the_code(capsys):
    assert tables.main(['--check']) == 0, capsys.readouterr().out + 'run: python -m tests.docs.tables'


def test_every_table_is_on_a_page():
    used = {name for page in PAGES for name in re.findall(r'<!-- table: ([\w-]+) -->', read(page))}
    assert used == set(tables.BLOCKS)


def test_a_stale_table_is_found():
    text = '<!-- table: defaults -->\nold\n<!-- end -->'
    assert tables.renewed(text) == tables.renewed(tables.renewed(text)) != text


# Hooks


def test_each_hook_has_a_heading_with_its_signature_and_no_heading_is_without_a_hook():
    headings = re.findall(r'^## (on_\w+\(.*\))$', read('docs/hooks.md'), re.M)
    assert sorted(headings) == sorted(name + str(inspect.signature(value)) for name, value in HOOKS.items())


@pytest.mark.parametrize('page', PAGES)
def test_hooks_in_the_text_have_their_arguments(page):
    wrong = [
        (name, arguments)
        for name, arguments in re.findall(r'\b(on_\w+)(\([\w, ]*\))', prose(page))
        if name not in HOOKS or arguments != str(inspect.signature(HOOKS[name]))
    ]
    assert not wrong


def test_every_hook_says_when_it_came():
    for name in HOOKS:
        section = prose('docs/hooks.md').split('## {}('.format(name))[1].split('\n## ')[0]
        assert re.search(r'Since\s+\d+\.\d+\.', section), name


@pytest.mark.parametrize('name', api.__all__)
def test_what_authors_import_is_explained(name):
    assert re.search(r'\b{}\b'.format(name), read('docs/hooks.md'))


def test_what_a_notifier_can_say_is_explained_and_nothing_else():
    section = read('docs/hooks.md').split('### What a Notifier can say')[1].split('\n### ')[0]
    attributes, methods = section.split('| Method |')
    named = set(re.findall(r'`(\w+)`', ' '.join(re.findall(r'^\| (`.+?) \|', attributes, re.M))))
    signatures = set(re.findall(r'^\| `(\w+\(.*?\))`', methods, re.M))
    public = {key: value for key, value in vars(Notifier).items() if not key.startswith('_') and key not in HOOKS}
    assert named == {key for key, value in public.items() if not callable(value)}
    assert signatures == {
        '{}({})'.format(key, ', '.join(list(inspect.signature(value).parameters)[1:]))
        for key, value in public.items()
        if callable(value)
    }


def test_the_defaults_of_a_notifier_are_those_in_the_table():
    for name in ('max_bytes', 'oversize', 'idempotent', 'pace', 'cool_down'):
        assert '| `{}` | `{!r}` |'.format(name, getattr(Notifier, name)) in read('docs/hooks.md')


def test_what_an_exporter_can_say_is_explained_and_nothing_else():
    section = read('docs/hooks.md').split('### What an Exporter can say')[1].split('\n### ')[0]
    public = {key: value for key, value in vars(Exporter).items() if not key.startswith('_') and key not in HOOKS}
    rows = re.findall(r'^\| `(\w+)` \| `(.*?)` \|', section, re.M)
    assert dict(rows) == {key: repr(value) for key, value in public.items() if not callable(value)}
    assert re.findall(r'^\| `(\w+\(.*?\))`', section, re.M) == [
        '{}({})'.format(key, ', '.join(list(inspect.signature(value).parameters)[1:]))
        for key, value in public.items()
        if callable(value)
    ]


@pytest.mark.parametrize('record', [Table, Column, Overview, Chart])
def test_what_an_exporter_gets_has_the_fields_on_the_page(record):
    section = read('docs/hooks.md').split('### What an Exporter gets')[1].split('\n## ')[0]
    (fields,) = re.findall(r'^\| `{}` \| (.*) \|$'.format(record.__name__), section, re.M)
    assert [re.match('`(\\w+)`', field).group(1) for field in fields.split('; ')] == list(record._fields)


def test_names_of_options_that_are_credentials_are_listed():
    text = read('docs/hooks.md')
    sentence = text[text.index('options with the names') : text.index('and all that are')]
    assert set(re.findall(r'`(\w+)`', sentence)) == SECRET_OPTIONS


# Python on the pages


def modules_on(page):
    """{file name: text} of the Python blocks that are files: their first line names them."""
    blocks = [text for _, text in fenced('python', [page])]
    named = {text[2:].split('\n')[0]: text for text in blocks if text.startswith('# ')}
    generated = [text for text in blocks if text.startswith('class Schedule(')]
    assert len(named) + len(generated) == len(blocks), 'a block without a name is not tested'
    return named


def test_no_python_is_on_another_page():
    assert {page for page, _ in fenced('python')} == {
        'docs/hooks.md', 'docs/writing-plugins.md',
        'docs/notifier_module.md',  # the others in test_tutorial and test_wxwork
    }  # fmt: skip


@pytest.fixture
def written(tmp_path, monkeypatch):
    """The modules of docs/hooks.md, importable."""
    names = modules_on('docs/hooks.md')
    for name, text in names.items():
        (tmp_path / name).write_text(text, encoding='utf-8')
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    yield {name[: -len('.py')]: importlib.import_module(name[: -len('.py')]) for name in sorted(names)}
    for name in names:
        sys.modules.pop(name[: -len('.py')], None)


def test_the_tests_on_the_page_pass(written):
    found = [
        (value.__name__, value())
        for name, module in written.items()
        if name.startswith('test_')
        for key, value in vars(module).items()
        if key.startswith('test_')
    ]
    assert len(found) >= 5


def entry_points(written):
    """As the setup.cfg blocks on the page declare them."""
    for _, text in fenced('ini', ['docs/hooks.md']):
        config = configparser.ConfigParser()
        config.read_string(text)
        for line in config['options.entry_points'][GROUP].split('\n'):
            if line.strip():
                name, _, place = (part.strip() for part in line.partition('='))
                module, _, attribute = place.partition(':')
                plugin = getattr(written[module], attribute) if attribute else written[module]
                yield SimpleNamespace(name=name, load=lambda plugin=plugin: plugin, dist=None)
        assert config['options']['py_modules'] in written


def test_the_plugins_on_the_page_are_loaded(written):
    plugins = load(found=list(entry_points(written)))
    assert [(row.name, row.state, row.hooks, row.channel) for row in plugins.rows] == [
        ('jsonl', 'active', ('on_run_complete',), ''),
        ('oncall', 'active', ('on_task_finished',), ''),
        ('pager', 'active', ('on_run_complete',), 'pager'),
    ]
    assert list(plugins.exporters) == ['jsonl']


def test_the_channel_on_the_page_has_no_complaint_about_its_own_configuration(written):
    (block,) = [text for _, text in fenced('yaml', ['docs/hooks.md'])]
    target = parse_settings(yaml.safe_load(block)).targets['oncall']
    pager = written['scan_notify_pager'].Pager()
    assert pager.problems(target.options) == []
    (page,) = pager.render(tables.INCOMPLETE, Target('oncall', 'pager', target.options, Http(), 'en'), Templates())
    assert 'Scheduled scan incomplete' in page.content['text']


def test_a_host_that_calls_us_itself_goes_on_while_we_are_off(written, monkeypatch, caplog):
    monkeypatch.setattr(autoload, '_own', {})
    submitted = []

    def submit(target):
        submitted.append(target)
        return {'task_id': '65e22a04c1a5dab8cb620586'}

    written['example_host'].fire({'_id': '65e2', 'name': 'nightly'}, submit, ['a', 'b'])
    assert submitted == ['a', 'b']
    assert 'scan-notify is off in this process' in caplog.text


# Configuration on the pages


def filled_in(value, folder, monkeypatch):
    """Variables and files that a snippet points to, made to exist."""
    if isinstance(value, dict):
        if set(value) == {'env'}:
            monkeypatch.setenv(value['env'], 'SEC0')
        if set(value) == {'file'}:
            path = folder / os.path.basename(value['file'])
            path.write_text('SEC0\n', encoding='utf-8')
            return {'file': str(path)}
        return {key: filled_in(one, folder, monkeypatch) for key, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one, folder, monkeypatch) for one in value]
    return value


YAML = [pytest.param(text, id='{}-{}'.format(page, number)) for number, (page, text) in enumerate(fenced('yaml'))]


@pytest.mark.parametrize('text', YAML)
def test_the_configuration_on_the_pages_is_taken(text, tmp_path, monkeypatch):
    sections = filled_in(yaml.safe_load(text), tmp_path, monkeypatch)
    if 'services' in sections:
        return  # for Docker
    settings = parse_settings(sections)
    assert settings.enable
    ours = {'dingding': dingding.DingTalkRobot(), 'email': MailNotifier()}
    for name in settings.defaults.notify_channel:
        target = settings.targets[name]
        assert target.channel not in ours or list(ours[target.channel].problems(target.options)) == []


def test_the_whole_section_has_every_key(tmp_path, monkeypatch):
    section = yaml.safe_load(next(text for _, text in fenced('yaml', ['docs/configuration.md'])))['SCAN_NOTIFY']
    assert set(section) == {key.name for key in schema.SECTION_KEYS}
    assert set(section['DEFAULTS']) == {key.name for key in schema.SCHEDULE_KEYS}
    used = {name for target in section['TARGETS'].values() for name in target}
    assert {key.name for key in schema.TARGET_KEYS} <= used
    for key in schema.SECTION_KEYS:
        if key.check is not None and key.name not in ('ENABLE',):
            assert key.check(key.name, section[key.name]) == key.default, key.name


def test_the_template_on_the_page_renders(tmp_path):
    (template,) = [text for _, text in fenced('jinja', ['docs/channels.md'])]
    (tmp_path / 'run.jinja').write_text(template, encoding='utf-8')
    templates = Templates(str(tmp_path))
    assert templates.refused == []
    said = templates.render('run', 'en', tables.INCOMPLETE, dialect=dingding.DingTalkRobot.dialect)
    assert said.startswith('### ⚠️ Scheduled scan incomplete\n**Nightly perimeter** 2026-03-02 03:00:04, 1:52:37\n')
    assert '- worker died example.com 168' in said
    said = templates.render('run', 'en', tables.FINISHED, dialect=dingding.DingTalkRobot.dialect)
    (report,) = tables.FINISHED.reports
    assert '- [{}]({})\n\n- '.format(report.name, report.link) in said


def test_every_function_of_templates_is_on_the_page():
    page = read('docs/channels.md')
    assert not [name for name in writing.FUNCTIONS if name + '(' not in page]


# States and commands


def first_cells(heading):
    """The words in the first column of the tables below a heading of docs/runs.md."""
    section = read('docs/runs.md').split('## {}\n'.format(heading))[1].split('\n## ')[0]
    return set(re.findall(r'^\| `(\w+)` \|(?! Meaning)', section, re.M))


def test_every_state_of_a_run_and_a_job_is_explained():
    assert first_cells('States of a run') >= {'running', 'finished', 'error', 'pending', 'success', 'skip', 'uncertain'}
    explained = first_cells('States of a job') | set(re.findall(r'`(held|cancelled)`', read('docs/runs.md')))
    assert explained == {state.value for state in State}


@pytest.mark.parametrize(
    'code', sorted(code for code in words.LANGUAGES['en'] if re.match(r'(tasks|submission)\.', code))
)
def test_every_reason_of_a_failed_run_is_explained(code):
    pieces = re.split(r'\{\w+\}', words.sentence(code, 'en'))
    reason = max(pieces, key=len).split(' scan tasks ')[-1].split(': ')[0]
    assert reason.strip(' ;') in read('docs/runs.md')


@pytest.mark.parametrize('page', PAGES)
def test_every_command_on_the_pages_exists(page):
    used = set(re.findall(r'scan-notify (?!-)([a-z]+(?:-[a-z]+)*)\b', ' '.join(
        re.findall(r'`([^`\n]+)`', prose(page)) + [text for _, _, text in FENCE.findall(read(page))]
    )))  # fmt: skip
    assert used - {'is'} <= set(cli.COMMANDS)  # "scan-notify is off" is a line of the log


def test_the_arguments_on_the_pages_are_understood():
    parser = cli.make_parser()
    lines = [
        line.partition('#')[0].split('scan-notify ', 1)[1].split()
        for _, text in list(fenced('bash')) + list(fenced('text'))
        for line in text.splitlines()
        if re.match(r'(\$ |SCAN_NOTIFY_CONFIG=\S+ )?scan-notify ', line)
    ]
    assert len(lines) >= 8
    for line in lines:
        assert parser.parse_args(line).command == line[0]


# The front page and the rest


def marked(name):
    """The bash block after a marker, as .ci/run takes it."""
    return re.search(
        r'^<!-- {} command -->$.*?^```bash\n(.*?)^```$'.format(name), read('README.md'), re.S | re.M
    ).group(1)


@pytest.mark.parametrize('name, word', [('demo', 'scan-notify demo'), ('test', '-m pytest')])
def test_the_front_page_has_its_two_commands(name, word):
    command = marked(name)
    assert command.count('\n') == 1
    assert word in command
    assert 'pip>=21.3' in command  # the pip of Python 3.6 takes releases that are not for it
    assert command in read('README.zh-CN.md')


def test_the_changelog_names_this_version():
    assert re.search(r'^## {}\b'.format(re.escape(scan_notify_plugin.__version__)), read('CHANGELOG.md'), re.M)


def test_every_change_has_a_tag_and_ends_as_a_sentence():
    entries = re.findall(r'^- (.*(?:\n  .*)*)', read('CHANGELOG.md'), re.M)
    assert entries
    assert all(re.match(r'\[(new|change|fix|host|docs)\] ', entry) and entry.endswith('.') for entry in entries)


def test_the_rows_of_the_design_are_those_that_are_tested():
    block = next(text for _, text in fenced('text', ['docs/design.md']) if text.startswith('hookspecs\n'))
    told = [tuple(line.split()) for line in block.splitlines()]
    real = [tuple(name for name in row if name in UNITS) for row in test_layers.ROWS]
    assert [set(row) for row in told] == [set(row) for row in real if row]


def test_the_layout_of_the_design_is_what_is_there():
    layout = next(text for _, text in fenced('text', ['docs/design.md']) if text.startswith('hookspecs/ '))
    named = set(re.findall(r'^    (\w+)(?:/|\.py) ', layout, re.M))
    assert named == UNITS - {'hookspecs'}


def test_templates_and_pages_are_in_the_source_distribution():
    manifest = read('MANIFEST.in')
    for name in ('README.zh-CN.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'docs', 'notifiers/templates'):
        assert name in manifest
