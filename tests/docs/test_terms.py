"""The terms of docs/design.md: each class that they name exists, and every record has its term."""

import importlib
import os
import re

import pytest

from tests.docs import documents, tables


def section():
    with open(os.path.join(tables.ROOT, 'docs', 'design.md'), encoding='utf-8') as file:
        return file.read().split('\n## Terms\n')[1].split('\n## ')[0]


CLASSES = re.findall(r'`(scan_notify_plugin(?:\.\w+)+)`', section())


@pytest.mark.parametrize('name', sorted(set(CLASSES)))
def test_a_class_that_a_term_names_exists(name):
    module, _, attribute = name.rpartition('.')
    assert isinstance(getattr(importlib.import_module(module), attribute), type)


@pytest.mark.parametrize('record', [record for record, _ in documents.RECORDS], ids=lambda record: record.__name__)
def test_every_record_of_the_documents_has_a_term(record):
    assert '{}.{}'.format(record.__module__, record.__name__) in CLASSES


def test_a_term_stands_once():
    terms = re.findall(r'^\| ([^|]+) \|', section(), re.M)[2:]
    assert len(terms) > 30
    assert len(set(terms)) == len(terms)
