"""A fault is a code with facts: stored, read again, and said in every language."""

import copy
import pickle

import bson
import pytest

from scan_notify_plugin import faults, words
from scan_notify_plugin.errors import ConfigError, Reason, ScanNotifyError, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.readers import Misshapen


def test_a_fault_has_words_in_every_language():
    fault = Fault('job.died', count=3)
    assert faults.say(fault, 'en') == 'worker died 3 times'
    assert faults.say(fault, 'zh') == '通知进程中断 3 次'


def test_a_fault_in_a_fault_is_said_in_the_same_language():
    fault = Fault('at', target='ops', cause=Fault('job.uncertain', part=1))
    assert faults.say(fault, 'en') == 'ops: it is not known whether part 1 arrived'
    assert faults.say(fault, 'zh') == 'ops：不确定第 1 条是否已送达'


def test_a_word_of_ours_in_a_fault_is_said_in_its_language():
    fault = Fault('note.again', task='t1', was='stop', now='waiting')
    assert faults.say(fault, 'zh') == '任务 t1 在“已停止”之后又变为“等待”'
    assert faults.say(Fault('note.again', task='t1', was='odd', now='{x}'), 'en') == 'task t1 is {x} again after odd'


@pytest.mark.parametrize(
    'fault',
    [
        Fault('tasks.none'),
        Fault('job.died', count=3),
        Fault('quote', text='不是 our words {count}'),
        Fault('at', target='ops', cause=Fault('at', target='b', cause=Fault('quote', text='x'))),
        Fault('quote', text=(Fault('tasks.none'), Fault('job.died', count=2))),
        Fault('quote', text=()),
    ],
)
def test_what_is_stored_is_read_again(fault):
    assert Fault.from_stored(fault.to_stored()) == fault


def test_prose_of_an_earlier_release_is_a_quotation():
    fault = Fault.from_stored('worker died 3 times')
    assert fault == Fault('old', text='worker died 3 times')
    assert faults.say(fault, 'zh') == '「worker died 3 times」' and faults.say(fault, 'en') == '"worker died 3 times"'


def test_a_code_of_a_newer_release_is_shown_as_it_is():
    assert faults.say(Fault('job.evaporated', count=3, by='x'), 'zh') == 'job.evaporated by=x count=3'
    assert faults.say(Fault('job.died'), 'en') == 'job.died'


@pytest.mark.parametrize('value', [
    None, 3, [], {}, {'code': 3}, {'code': 'x', 'facts': []}, {'code': 'x', 'facts': {'several': ['x', 3]}},
])  # fmt: skip
def test_anything_else_is_no_fault(value):
    with pytest.raises(Misshapen):
        Fault.from_stored(value)


def test_several_faults_are_one_fact():
    fault = Fault('at', target='ops', cause=[Fault('tasks.none'), Fault('job.died', count=2)])
    assert faults.say(fault, 'en') == 'ops: no scan task was created; worker died 2 times'
    assert faults.say(fault, 'zh') == 'ops：没有创建扫描任务；通知进程中断 2 次'
    assert len(Fault('at', cause=[Fault('tasks.none')] * 50).facts['cause']) == 20
    assert Fault('at', cause=[Fault('tasks.none'), 'x']).facts['cause'].startswith('[Fault(')


def test_the_texts_of_a_fault_can_be_changed():
    fault = Fault('at', target='a', cause=[Fault('quote', text='a'), Fault('job.died', count=2)])
    changed = Fault('at', target='A', cause=[Fault('quote', text='A'), Fault('job.died', count=2)])
    assert faults.rewritten(fault, str.upper) == changed


def test_a_plugin_says_in_each_language_what_it_knows():
    both = faults.worded(en='no {such} room', zh='没有此群')
    assert (faults.say(both, 'en'), faults.say(both, 'zh')) == ('no {such} room', '没有此群')
    assert faults.say(faults.worded(en='no such room'), 'zh') == 'no such room'
    assert faults.say(faults.worded(), 'zh') == ''
    assert Fault.from_stored(both.to_stored()) == both


def test_endless_nesting_is_no_fault():
    value = {'code': 'quote', 'facts': {'text': 'x'}}
    for _ in range(50):
        value = {'code': 'at', 'facts': {'target': 'x', 'cause': value}}
    with pytest.raises(Misshapen):
        Fault.from_stored(value)


def test_a_fact_is_what_mongodb_can_hold():
    fault = Fault('quote', text='x' * 10000, most=10**30, at=float('nan'), odd=object, on=True)
    assert len(fault.facts['text']) == 8192
    assert fault.facts['most'] == '1' + 30 * '0' and fault.facts['at'] == 'nan' and fault.facts['on'] == 'True'


def test_what_can_be_made_can_be_stored_and_read_again():
    """Plugins make faults: one that could be written and not read again would set a good job aside."""
    deep = Fault('tasks.none')
    for _ in range(50):
        deep = Fault('at', target='x', cause=[deep])
    odd = Fault.of('cut here \ud83d', {'a.b': 1, '$c': 2, 'nul\0': 3, 'half\ud83d': 4, '': 5})
    for fault in (deep, odd, Fault(5), Fault('x' * 10000), Fault.of('x', {str(number): 1 for number in range(1000)})):
        stored = fault.to_stored()
        assert Fault.from_stored(bson.decode(bson.encode(stored, check_keys=True))) == fault
        assert len(bson.encode(stored)) < 4096
    assert faults.say(deep, 'en').endswith('x: x: x: x: x: no scan task was created')


@pytest.mark.parametrize('value', [
    Fault('at', target='ops', cause=[Fault('job.died', count=2)]), faults.FaultText(Fault('job.died', count=2)),
])  # fmt: skip
def test_a_plugin_may_copy_what_it_was_given(value):
    for copied in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert copied == value and faults.quoted(copied) == faults.quoted(value)


def test_a_code_that_nobody_knows_and_the_names_of_its_facts_are_texts_too():
    fault = Fault.of('token a', {'a': 'a', 'cause': Fault.of('job.died', {'count': 1})})
    changed = Fault.of('token A', {'A': 'A', 'CAUSE': Fault.of('job.died', {'count': 1})})
    assert faults.rewritten(fault, lambda text: text.replace('a', 'A').replace('cAuse', 'CAUSE')) == changed


def test_several_faults_are_one_line_and_each_is_said_once():
    both = (Fault('tasks.none'), Fault('job.died', count=2), Fault('tasks.none'))
    assert faults.join(both) == 'no scan task was created; worker died 2 times'
    assert faults.join(both, 'zh') == '没有创建扫描任务；通知进程中断 2 次'
    assert faults.once(both) == both[:2]
    assert faults.join(()) == ''


def test_for_programs_there_are_code_facts_and_words():
    fault = Fault('at', target='ops', cause=Fault('tasks.none'))
    facts = {'target': 'ops', 'cause': '没有创建扫描任务'}
    assert faults.described([fault], 'zh') == [{'code': 'at', 'facts': facts, 'words': 'ops：没有创建扫描任务'}]


def test_an_error_says_in_every_language_what_is_wrong():
    error = ConfigError('SCAN_NOTIFY.X', Fault('option.missing', option='URL'))
    assert str(error) == 'SCAN_NOTIFY.X: URL is missing (see docs/configuration.md)'
    assert error.problem == 'URL is missing'
    assert error.describe('zh') == 'SCAN_NOTIFY.X：缺少 URL（见 docs/configuration.md）'
    assert ScanNotifyError('their words').describe('zh') == 'their words'


def test_a_send_error_says_it_too():
    error = SendError(Reason.CONFIG, 7, Fault('job.died', count=1))
    assert str(error) == 'config 7: worker died 1 times' and error.words == 'worker died 1 times'
    assert error.describe('zh') == '通知进程中断 1 次'
    assert SendError(Reason.UNKNOWN, words='odd').fault == Fault('quote', text='odd')


def test_the_codes_of_faults_are_in_the_words_of_every_language():
    assert all(words.known(code) for code in ('old', 'quote', 'at', 'wrong', 'faults.apart'))
