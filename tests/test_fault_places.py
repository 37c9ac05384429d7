"""Every fault in every place where people read of it, in each language and in one whose words are between marks."""

import importlib
import re
from string import Formatter

import mongomock
import pytest

from hookspecs import Run, Schedule
from scan_notify_plugin import words
from scan_notify_plugin.admin.history import detail
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.host.results import run_facts
from scan_notify_plugin.jobs.job import Kind
from scan_notify_plugin.jobs.making import Way, new_job
from scan_notify_plugin.runs.run import Want
from scan_notify_plugin.worker.rendering import summary_of
from tests.admin.history import NOW, History
from tests.loop import Loop
from tests.marks import marked, unmarked
from tests.test_words import CHINESE

MARKS = 'xx'
#: The files of words in which the sentences of faults are.
FILES = ('fault', 'channel', 'settings', 'admin')
#: What a fact is here: no word of any language.
QUOTED = '4711'


def sentences():
    """The English sentence of each code that a fault may have."""
    found = {}
    for name in FILES:
        found.update(importlib.import_module('scan_notify_plugin.words.en.' + name).WORDS)
    families = {spec + '.' for sentence in found.values() for _, _, spec, _ in Formatter().parse(sentence) if spec}
    return {
        code: sentence
        for code, sentence in found.items()
        if not any(map(code.startswith, families)) and '{' in sentence
    }


def fault_of(code, sentence):
    """With all its facts; of a family the first value."""
    facts = {}
    for _, name, spec, _ in Formatter().parse(sentence):
        if name:
            facts[name] = sorted(words.family(spec, 'en'))[0] if spec else QUOTED
    return Fault.of(code, facts)


FAULTS = tuple(fault_of(code, sentence) for code, sentence in sorted(sentences().items()))


@pytest.fixture(params=['zh', 'en', MARKS])
def language(request, monkeypatch):
    english = words.LANGUAGES['en']
    monkeypatch.setitem(words.LANGUAGES, MARKS, {code: marked(sentence) for code, sentence in english.items()})
    return request.param


def check(fault, shown, language):
    assert say(fault, language) in shown
    if language == MARKS:  # names, options, commands and codes are in every language what they are
        kept = set(re.findall(r'[^\W\d_]+', ' '.join(map(str, fault.facts.values()))))
        literal = re.sub(r'\{[^}]*\}', '', say(fault, language))  # a piece of YAML
        assert not unmarked(literal) - kept, shown


def test_there_are_many_and_each_has_chinese_words():
    assert len(FAULTS) > 100
    for fault in FAULTS:
        if fault.code not in ('quote', 'old') and words.sentence(fault.code, 'en') != words.sentence(fault.code, 'zh'):
            outside = re.sub(r'\{[^}]*\}', '', words.sentence(fault.code, 'zh'))
            assert CHINESE.search(outside) or not re.search('[a-z]{4}', outside), fault.code


def test_in_an_answer_of_the_rest_api(language):
    stored = [fault.to_stored() for fault in FAULTS]
    past = History(mongomock.MongoClient().arl)
    run_id = past.run(status='error', faults=stored, plan_errors=stored, notes=[{'at': NOW, 'fault': stored[0]}])
    attempt = {'at': NOW, 'target': 'ops', 'part': 0, 'result': 'config', 'code': 7, 'faults': stored}
    past.job(run_id, state='error', faults=stored, attempts=[attempt])
    shown = detail(past.desk._replace(language=language), past.desk.runs.get(run_id))
    (job,) = shown['jobs']
    for place in (shown['faults'], job['faults'], job['attempts'][0]['faults']):
        assert [item['code'] for item in place] == [fault.code for fault in FAULTS]
        for fault, item in zip(FAULTS, place):
            check(fault, item['words'], language)
    (note,) = [line for line in shown['timeline'] if line['what'] == 'note']
    check(FAULTS[0], note['faults'][0]['words'], language)


def test_in_the_overview_of_a_report(language):
    run = Run('64f0:7', Schedule('64f0', 'nightly', 'recurrent_scan'), 7, NOW, 'error', ())
    (reason,) = [value for _, value in run_facts(run, language, FAULTS) if isinstance(value, str) and len(value) > 1000]
    for fault in FAULTS:
        check(fault, reason, language)


def test_in_a_message(language):
    """As why a report could not be made: the longest are cut in every channel."""
    loop = Loop({'SCAN_NOTIFY': {}})
    run_id = loop.finished_run()
    for number, fault in enumerate(FAULTS):
        want = Want('{}/export-{}'.format(run_id, number), Kind.EXPORT.value, 'p', 'csv')
        loop.context.jobs.insert(new_job(want, Way('', (), (fault,)), run_id, loop.clock.now(), NOW - NOW))
    lines = summary_of(loop.context, loop.context.runs.get(run_id), language).reports
    shown = [line.error for line in lines]
    for fault in FAULTS:
        assert any(re.sub(r'\s+', ' ', say(fault, language)).strip()[:250] in text for text in shown), fault
