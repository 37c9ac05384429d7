"""The alert rules speak of metrics that exist, with labels and values that they have."""

import os
import re

import yaml

from scan_notify_plugin.admin import metrics

DOCS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), 'docs')
LABELS = {metrics.PREFIX + name + '_total': one.labels for name, one in metrics.COUNTERS.items() if not one.buckets}
LABELS.update({metrics.PREFIX + name: labels for name, (_, labels) in metrics.GAUGES.items()})


def rules():
    with open(os.path.join(DOCS, 'examples', 'alerts.yml'), encoding='utf-8') as file:
        (group,) = yaml.safe_load(file)['groups']
    return group['rules']


def test_every_alert_is_about_a_metric_of_ours():
    assert len({rule['alert'] for rule in rules()}) == len(rules()) >= 8
    for rule in rules():
        found = re.findall(r'(scan_notify_\w+)(?:\{(\w+)=)?', rule['expr'])
        assert found, rule['expr']
        for name, label in found:
            assert name in LABELS and (not label or label in LABELS[name]), rule['expr']
        for label in re.findall(r'\$labels\.(\w+)', str(rule['annotations'])):
            assert label in LABELS[found[0][0]], rule['alert']


def test_commands_in_the_alerts_exist():
    from scan_notify_plugin import cli

    words = ' '.join(str(rule['annotations']) for rule in rules())
    for name in re.findall(r'`scan-notify (\S+?)[ `]', words):
        assert name in cli.COMMANDS, name
