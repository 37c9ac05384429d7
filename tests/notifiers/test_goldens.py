"""Every message of every channel is, byte for byte, what is written down in ``golden/``."""

import os
import time

import pytest

from tests.notifiers import goldens


@pytest.fixture(autouse=True)
def shanghai(monkeypatch):
    monkeypatch.setenv('TZ', 'CST-8')
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize('name, make', list(goldens.dumps()), ids=[name for name, _ in goldens.dumps()])
def test_a_message_is_what_it_was(name, make):
    with open(os.path.join(goldens.FOLDER, name), encoding='utf-8', newline='') as file:
        assert make() == file.read(), 'python -m tests.notifiers.goldens; then read the difference'


def test_no_file_is_left_over():
    assert sorted(os.listdir(goldens.FOLDER)) == sorted(name for name, _ in goldens.dumps())
