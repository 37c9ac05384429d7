"""Which language the command line speaks, and how wide its words are."""

import io
import re
import textwrap

import pytest

from scan_notify_plugin import cli
from scan_notify_plugin.cli import diagnosis, language, terminal
from scan_notify_plugin.cli.finding import Finding
from scan_notify_plugin.cli.width import padded, width, wrapped
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.words import zh

CHINESE, ENGLISH = {'LANG': 'zh_CN.UTF-8'}, {'LANG': 'en_US.UTF-8'}


@pytest.mark.parametrize('arguments, environment, spoken', [
    ([], {}, 'en'),
    ([], {'LANG': 'C'}, 'en'),
    ([], {'LC_ALL': 'POSIX', 'LANG': 'zh_CN.UTF-8'}, 'en'),
    ([], {'LANG': 'de_DE.UTF-8'}, 'en'),
    ([], ENGLISH, 'en'),
    ([], CHINESE, 'zh'),
    ([], {'LANG': 'zh_TW'}, 'zh'),
    ([], {'LC_MESSAGES': 'zh_CN.UTF-8', 'LANG': 'en_US.UTF-8'}, 'zh'),
    ([], {'LC_ALL': '', 'LC_MESSAGES': '', 'LANG': 'zh_CN.UTF-8'}, 'zh'),
    ([], dict(CHINESE, SCAN_NOTIFY_LANGUAGE='en'), 'en'),
    ([], dict(ENGLISH, SCAN_NOTIFY_LANGUAGE='zh'), 'zh'),
    ([], dict(CHINESE, SCAN_NOTIFY_LANGUAGE=''), 'zh'),
    (['--language', 'zh', 'runs'], dict(ENGLISH, SCAN_NOTIFY_LANGUAGE='en'), 'zh'),
    (['--language=en', 'runs'], CHINESE, 'en'),
    (['--lang', 'zh', 'runs'], ENGLISH, 'zh'),
    (['--version', '--language', 'zh'], ENGLISH, 'zh'),
    (['preview', 'ops', '--language', 'zh'], ENGLISH, 'en'),
    (['test-send', 'ops', '--language', 'en'], CHINESE, 'zh'),
    (['--language'], CHINESE, 'zh'),
    (['--language', 'fr', 'runs'], CHINESE, 'zh'),
    (['--', '--language', 'zh'], ENGLISH, 'en'),
])  # fmt: skip
def test_the_option_the_variable_and_the_locale_decide_in_this_order(arguments, environment, spoken):
    assert language.chosen(arguments, environment, ['utf-8', 'utf-8']) == spoken


@pytest.mark.parametrize('encodings, spoken', [
    (['utf-8', 'utf-8'], 'zh'), (['gb18030', 'utf-8'], 'zh'), (['gbk', 'gbk'], 'zh'), (['ascii', 'utf-8'], 'en'),
    (['utf-8', 'ascii'], 'en'), (['latin-1', 'latin-1'], 'en'), (['no such encoding', 'utf-8'], 'en'),
])  # fmt: skip
def test_a_terminal_that_cannot_show_chinese_is_spoken_to_in_english(encodings, spoken):
    assert language.chosen(['--language', 'zh'], CHINESE, encodings) == spoken


def test_a_variable_that_is_no_language_is_one_line_and_exit_2(run, monkeypatch):
    monkeypatch.setenv('SCAN_NOTIFY_LANGUAGE', 'fr')
    said = run('plugins')
    assert (said.code, said.out) == (2, '')
    assert said.err == 'scan-notify: SCAN_NOTIFY_LANGUAGE: expected one of zh, en (see docs/cli.md)\n'
    with pytest.raises(ConfigError):
        language.chosen([], {'SCAN_NOTIFY_LANGUAGE': 'fr'}, [])


def test_a_language_that_there_is_not_is_refused(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(['--language', 'fr', 'runs'])
    assert caught.value.code == 2 and '--language' in capsys.readouterr().err


@pytest.mark.parametrize('arguments, env', [(('--language', 'zh'), {}), ((), {'SCAN_NOTIFY_LANGUAGE': 'zh'}),
                                            ((), {'LC_ALL': 'zh_CN.UTF-8'})])  # fmt: skip
def test_every_way_leads_to_chinese_words(run, host, monkeypatch, arguments, env):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert run(*arguments, 'plugins').out.split()[:3] == ['名称', '版本', '状态']


@pytest.fixture
def alone(host, monkeypatch):
    """There is neither broker nor database."""
    away = Finding(Fault('doctor.check.broker'), 'fail', quoted('away'), Fault('doctor.advice.broker.start', path='x'))
    monkeypatch.setattr(diagnosis, 'check_broker', lambda host: away)
    monkeypatch.setattr(diagnosis, 'check_mongo', lambda host, settings: (away, None))


class Ascii(io.StringIO):
    encoding = 'ascii'

    def write(self, text):
        return super().write(text.encode('ascii').decode('ascii'))


@pytest.mark.parametrize('arguments', [['plugins'], ['doctor'], ['--help'], ['runs', '--help'], ['runs', '--nonsense']])
def test_a_terminal_in_ascii_gets_english_and_never_a_traceback(alone, monkeypatch, arguments):
    out, err = Ascii(), Ascii()
    monkeypatch.setattr('sys.stdout', out)
    monkeypatch.setattr('sys.stderr', err)
    monkeypatch.setenv('LC_ALL', 'zh_CN.UTF-8')
    try:
        cli.main(['--language', 'zh'] + arguments)
    except SystemExit:
        pass
    assert (out.getvalue() + err.getvalue()).strip()


def test_json_is_the_same_in_both_but_for_the_words_of_faults(run, alone):
    english, chinese = (run('--language', spoken, 'doctor', '--json').json for spoken in ('en', 'zh'))
    faults = [[finding.pop('faults') for finding in findings] for findings in (english, chinese)]
    assert english == chinese and faults[0] != faults[1]
    loading = [finding['check'] for finding in english].index('loading')
    assert [(fault['code'], fault['facts']) for fault in faults[1][loading]] == [
        ('doctor.loading.not', {}), ('doctor.advice.loading.enable', {}),
    ]  # fmt: skip
    assert faults[1][loading][0]['words'] == '这个 Python 不会自动载入 scan-notify'
    assert faults[0][loading][0]['words'] == english[loading]['found']


# Width


@pytest.mark.parametrize('text, columns', [
    ('', 0), ('abc', 3), ('每日', 4), ('每日 a', 6), ('（）', 4), ('e\u0301', 1), ('ｱ', 1), ('Ａ', 2), ('😀', 2), ('한', 2),
])  # fmt: skip
def test_a_text_is_as_wide_as_its_characters(text, columns):
    assert width(text) == columns
    assert width(padded(text, 10)) == 10 and padded(text, 10).startswith(text)


def test_a_table_with_wide_characters_has_straight_columns(capsys):
    terminal.print_table(('名称', 'B'), [('每日资产巡检', 'x'), ('a', '完成'), ('e\u0301', 'z')])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ['名称          B', '每日资产巡检  x', 'a             完成', 'e\u0301             z']
    assert {width(line[: line.rindex(' ')]) for line in lines} == {13}


@pytest.mark.parametrize('text', ['', 'one', 'a line that is longer than it may be and has-hyphens in it', 'x' * 50])
@pytest.mark.parametrize('columns', [10, 20, 80])
def test_english_is_wrapped_as_python_does(text, columns):
    assert wrapped(text, columns) == textwrap.wrap(text, columns)


def test_chinese_is_wrapped_where_it_ends_on_the_terminal():
    text = '让扫描平台的进程载入 scan-notify，只在这个 Python 的 site-packages 中写一个小文件（见 docs/cli.md）。'
    for columns in range(16, 100):
        lines = wrapped(text, columns)
        assert ''.join(lines).replace(' ', '') == text.replace(' ', '')
        assert all(width(line) <= columns + 4 for line in lines)  # a sign that must not begin a line may hang over
        assert not any(line.startswith(tuple('，。）')) for line in lines)
        assert all('scan-notify' in text and line == line.strip() for line in lines)


# The words

#: Names, values and code that a Chinese sentence has, too.
NAMES = set(
    'Ctrl-C MongoDB Python Stream Web a all app app.scheduler config.yaml csv demo en excel f0... failed gridfs http '
    'html install listen notify_channel notify_enable notify_on off on ops pip push_status pytest register scan '
    'schedules site skip stream true'.split()
)
QUOTED = re.compile(r'"[^"]*"|\{[^}]*\}|docs/[\w.-]+(#[\w-]+)?|--?[a-z-]+|\b[A-Z][A-Z_.]+\b')


@pytest.mark.parametrize('place', [zh.cli, zh.commands, zh.doctor, zh.help], ids=lambda place: place.__name__)
def test_a_chinese_sentence_of_the_command_line_has_no_english_but_names(place):
    for code, sentence in place.WORDS.items():
        assert set(re.findall(r'[A-Za-z][\w.-]*', QUOTED.sub('', sentence))) <= NAMES, code
