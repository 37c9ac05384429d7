"""``scan-notify doctor``"""

import argparse
from typing import Iterator, List

from scan_notify_plugin.cli import channel_checks, diagnosis, reachability
from scan_notify_plugin.cli.diagnosis import FAIL, Finding
from scan_notify_plugin.cli.session import add_config, add_json, print_json, print_table, say

HELP = 'check the configuration, the services and the plugins, and say what to do about each finding'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    findings = list(_all(args.config))
    if args.json:
        print_json([dict(finding._asdict()) for finding in findings])
    else:
        print_table(('CHECK', 'STATE', 'FOUND'), [(one.check, one.state, one.found) for one in findings])
        advices: List[Finding] = [one for one in findings if one.advice]
        for one in advices:
            say('\n{}: {}'.format(one.check, one.advice))
    return 1 if any(finding.state == FAIL for finding in findings) else 0


def _all(config: str) -> Iterator[Finding]:
    yield diagnosis.check_host()
    yield diagnosis.check_loading()
    finding, host, settings = diagnosis.check_config(config)
    yield finding
    if host is None or settings is None:
        return
    yield from diagnosis.check_templates(settings)
    yield diagnosis.check_broker(host)
    plugins = diagnosis.load_plugins(settings)
    yield from diagnosis.check_plugins(plugins)
    wrong, settings = diagnosis.check_sections(host, settings, plugins)
    yield from wrong
    yield from diagnosis.check_targets(settings, plugins)
    finding, session = diagnosis.check_mongo(host, settings)
    yield finding
    if session is None:
        return
    yield diagnosis.check_clock(session)
    yield diagnosis.check_history(session)
    yield diagnosis.check_documents(session)
    yield diagnosis.check_worker(session)
    yield from diagnosis.check_hung(session)
    yield diagnosis.check_alerts(session)
    yield from channel_checks.check_channels(session, plugins)
    yield from reachability.check_reports(session)
    yield from reachability.check_metrics(session)
