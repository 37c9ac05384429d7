"""``scan-notify doctor``"""

import argparse
from typing import Dict, Iterator, List

from scan_notify_plugin.cli import channel_checks, diagnosis, reachability, standing
from scan_notify_plugin.cli.finding import FAIL, OK, Finding
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.faults import ENGLISH, described


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    findings = list(_all(args.config))
    if args.json:
        print_json([_view(finding, terminal.language) for finding in findings])
    else:
        _print(findings, terminal)
    return 1 if any(finding.state == FAIL for finding in findings) else 0


def _view(finding: Finding, language: str) -> Dict[str, object]:
    faults = [finding.found] + ([finding.advice] if finding.advice else []) if finding.state != OK else []
    return dict(finding.in_words(ENGLISH)._asdict(), faults=described(faults, language))


def _print(findings: List[Finding], terminal: Terminal) -> None:
    lines = [finding.in_words(terminal.language) for finding in findings]
    rows = [(line.check, terminal.word('cli.check', line.state), line.found) for line in lines]
    terminal.table(('check', 'state', 'found'), rows)
    for line in lines:
        if line.advice:
            terminal.say('doctor.line', check=line.check, advice=line.advice)


def _all(config: str) -> Iterator[Finding]:
    yield diagnosis.check_host()
    yield diagnosis.check_loading()
    finding, host, settings = diagnosis.check_config(config)
    yield finding
    if host is None or settings is None:
        return
    plugins = channel_checks.load_plugins(settings)
    yield from diagnosis.check_templates(settings, plugins.notifiers.values())
    yield diagnosis.check_broker(host)
    yield from channel_checks.check_plugins(plugins)
    wrong, settings = channel_checks.check_sections(host, settings, plugins)
    yield from wrong
    yield from channel_checks.check_targets(settings, plugins)
    finding, session = diagnosis.check_mongo(host, settings)
    yield finding
    if session is None:
        return
    yield standing.check_clock(session)
    yield standing.check_history(session)
    yield standing.check_documents(session)
    yield from standing.check_newer(session)
    yield standing.check_worker(session)
    yield from standing.check_hung(session)
    yield from standing.check_stopped(session)
    yield standing.check_alerts(session)
    yield from channel_checks.check_channels(session, plugins)
    yield from reachability.check_reports(session)
    yield from reachability.check_metrics(session)
