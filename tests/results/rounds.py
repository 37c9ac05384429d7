"""Random rounds of a schedule, whole and broken in all ways: the product beside ``judge``, which knows nothing of it.

``python -m tests.results.rounds 2000`` plays so many rounds, other ones each time; ``--seed`` plays one schedule again.
"""

import argparse
import random
import sys
import time
from datetime import timedelta

from bson import ObjectId

from scan_notify_plugin.results import stage
from scan_notify_plugin.runs.rules import new_run
from scan_notify_plugin.testing.embedded import embedded_database
from tests.results.judge import TRUTH, judge
from tests.results.world import KEY, STAGES, START, changes_of

PORTS = (22, 80, 443, 3306, 8080)
COLLECTIONS = ('task', 'ip', 'site', 'domain', 'cert', 'fileleak', 'nuclei_result')
COUNTERS = COLLECTIONS[1:]
#: Rounds of one schedule.
ROUNDS = 12


class Truth:
    """What there is to be found: it changes a little from round to round."""

    def __init__(self, chance):
        self.chance = chance
        self.there = {}

    def has(self, key, often=0.8, change=0.15):
        if key not in self.there:
            self.there[key] = self.chance.random() < often
        elif self.chance.random() < change:
            self.there[key] = not self.there[key]
        return self.there[key]

    def version(self, key, change=0.2):
        if key not in self.there or self.chance.random() < change:
            self.there[key] = self.chance.choice(['', 'A', 'B', 'C'])
        return self.there[key]


class Schedule:
    """A schedule of one kind with random targets and options."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.kind = self.chance.choice(['ip', 'ip', 'domain'])
        self.targets = (
            ['10.0.0.{}'.format(n) for n in range(1, 6)] if self.kind == 'ip' else ['a.com', 'b.com', 'c.com']
        )
        self.mine = [one for one in self.targets if self.chance.random() < 0.8] or self.targets[:1]
        self.options = {name: self.chance.random() < 0.8 for name in OPTIONS}
        self.options.update(
            port_custom='22,80,443', port_scan_type='custom', domain_brute=True, domain_brute_type='test'
        )
        self.truth = Truth(self.chance)

    def round(self):
        """(tasks, documents) of the next one."""
        chance = self.chance
        if chance.random() < 0.12:
            self.mine = [one for one in self.targets if chance.random() < 0.7] or self.targets[:1]
        if chance.random() < 0.15:
            name = chance.choice(OPTIONS)
            self.options[name] = not self.options[name]
        if chance.random() < 0.15:
            self.options['port_custom'] = chance.choice(['22,80,443', '80', '22,80,443,3306,8080'])
        groups = [[one] for one in self.mine]
        if self.kind == 'ip' and chance.random() < 0.6:
            groups = [self.mine[:2], self.mine[1:]] if len(self.mine) > 2 else [self.mine]
        silent = {one for one in self.mine if chance.random() < 0.1}
        seen = {one: self.look(one) for one in sorted({one for group in groups for one in group})}
        tasks, documents = [], {name: [] for name in COUNTERS}
        for group in groups:
            self.task(group, seen, silent, tasks, documents)
        return tasks, documents

    def look(self, target):
        """What is to be found at a target now."""
        truth, host = self.truth, target
        addresses = (
            [target] if self.kind == 'ip' else ['10.1.{}.{}'.format(self.targets.index(target), n) for n in (1, 2)]
        )
        made = {name: [] for name in COUNTERS}
        for ip in addresses:
            if truth.has(('ip', ip), 0.9, 0.1):
                ports = [port for port in PORTS if truth.has((ip, port))]
                made['ip'].append(
                    (ip, [(port, truth.version((ip, port, 'p')), truth.version((ip, port, 'v'))) for port in ports])
                )
        names = [host] if self.kind == 'ip' else ['www.' + host, 'm.' + host]
        for name in names:
            if self.kind == 'domain' and truth.has(('domain', name)):
                made['domain'].append(
                    (name, self.chance.choice(['domain_brute', 'crtsh']), truth.version((name, 'cname'), 0.1))
                )
            for port in (80, 443, 8080):
                if truth.has((name, 'site', port), 0.6):
                    made['site'].append(
                        (name, port, truth.version((name, port, 't')), truth.version((name, port, 'f')))
                    )
                if truth.has((name, 'leak', port), 0.4):
                    made['fileleak'].append((name, port))
                if truth.has((name, 'cve', port), 0.4):
                    made['nuclei_result'].append((name, port))
        for ip in addresses:
            for port in (22, 443):
                if truth.has((ip, 'cert', port), 0.5):
                    made['cert'].append((ip, port, truth.version((ip, 'serial'))))
        return made

    def task(self, group, seen, silent, tasks, documents):
        chance, task_id = self.chance, ObjectId(bytes(self.chance.randrange(256) for _ in range(12)))
        end = chance.choices(
            ['done', 'error', 'stop', 'gone', 'cut', 'quick', 'deleted', 'few'], [75, 5, 3, 3, 3, 4, 4, 3]
        )[0]
        status = {'error': 'error', 'stop': 'stop'}.get(end, 'done')
        stages = [{'name': name, 'elapsed': 9.0} for name in STAGES]
        if end == 'quick':
            stages = [dict(one, elapsed=0.01) for one in stages]
        document = {
            '_id': task_id, 'name': 'scan', 'type': self.kind, 'task_tag': 'task', 'target': ' '.join(group),
            'status': status, 'options': dict(self.options), 'service': stages, 'end_time': '2026-03-01 05:00:00',
        }  # fmt: skip
        mine = {name: [] for name in COUNTERS}
        for target in group:
            if target not in silent:
                for name, made in self.documents(seen[target], end).items():
                    mine[name] += made
        if end in ('error', 'stop'):
            mine = {name: made if chance.random() < 0.5 else [] for name, made in mine.items()}
        document['statistic'] = {name + '_cnt': len(made) for name, made in mine.items()}
        if end == 'deleted':
            mine = {name: [one for one in made if chance.random() < 0.5] for name, made in mine.items()}
        for name, made in mine.items():
            documents[name] += [dict(one, task_id=str(task_id)) for one in made]
        outcome = {'gone': 'missing', 'cut': 'overdue'}.get(end, status)
        tasks.append((str(task_id), outcome, None if end == 'gone' else document))

    def documents(self, made, end):
        """What a scan task with these options writes of it."""
        options = self.options
        ports = {int(one) for one in options['port_custom'].split(',')} if options['port_scan'] else set()
        of_sites = ports or ({80, 443} if self.kind == 'domain' else set())
        detects = options['service_detection']
        written = {name: [] for name in COUNTERS}
        for ip, found in made['ip'] if ports or self.kind == 'domain' else ():
            shown = [one for one in found if one[0] in ports and (end != 'few' or one[0] in (80, 443))]
            if shown or self.kind == 'domain':
                info = [
                    {'port_id': port, 'product': product if detects else '', 'version': version if detects else '',
                     'service_name': '', 'protocol': 'tcp'}
                    for port, product, version in shown
                ]  # fmt: skip
                written['ip'].append({'ip': ip, 'port_info': info, 'domain': [], 'ip_type': 'PUBLIC', 'cdn_name': ''})
        for name, port, title, finger in made['site'] if of_sites else ():
            if port in of_sites:
                fingers = [{'name': finger}] if finger and options['site_identify'] else []
                written['site'].append({'site': url(name, port), 'title': title, 'status': 200, 'finger': fingers})
        sites = {one['site'] for one in written['site']}
        for name, source, record in made['domain']:
            if source == 'domain_brute' or options['dns_query_plugin']:
                one = {
                    'domain': name,
                    'type': 'CNAME',
                    'record': [record and record.lower() + '.net'],
                    'ips': [],
                    'source': source,
                }
                written['domain'].append(one)
        for ip, port, serial in made['cert'] if options['ssl_cert'] else ():
            if port in (ports or ({443} if self.kind == 'domain' else set())):
                cert = {'subject_dn': 'CN=' + ip, 'serial_number': serial, 'validity': {}}
                written['cert'].append({'ip': ip, 'port': port, 'cert': cert})
        for name, port in made['fileleak'] if options['file_leak'] and end != 'quick' else ():
            if url(name, port) in sites:
                written['fileleak'].append({'url': url(name, port) + '/.git', 'site': url(name, port), 'title': ''})
        for name, port in made['nuclei_result'] if options['nuclei_scan'] and end != 'quick' else ():
            if url(name, port) in sites:
                one = {
                    'template_id': 'cve-1',
                    'vuln_url': url(name, port) + '/x',
                    'vuln_severity': 'high',
                    'vuln_name': 'n',
                }
                written['nuclei_result'].append(one)
        return written


OPTIONS = (
    'port_scan',
    'service_detection',
    'site_identify',
    'ssl_cert',
    'nuclei_scan',
    'file_leak',
    'dns_query_plugin',
)


def url(name, port):
    return {80: 'http://{}', 443: 'https://{}'}.get(port, 'http://{}:' + str(port)).format(name)


def product(db, number, tasks, documents):
    """{(table, identity): state} as the stage says it."""
    for name in COLLECTIONS:
        db[name].delete_many({})
    for _, _, task in tasks:
        if task is not None:
            db['task'].insert_one(dict(task))
    for name, made in documents.items():
        if made:
            db[name].insert_many([dict(one) for one in made])
    run = new_run('65e2', 'daily', 'ip', number, START + timedelta(days=number))
    run = run.evolve(id='65e2:{}'.format(number), task_ids=tuple(task_id for task_id, _, _ in tasks))
    outcomes = {task_id: outcome for task_id, outcome, _ in tasks}
    stage.collect(db, run, outcomes, KEY, now=run.fired_at)
    return {(table, parts(table, identity)): state for (table, identity), state in changes_of(db, run.id).items()}


def parts(table, identity):
    texts = identity.split('\x1f')
    return tuple([int(text) if text.isdigit() and table in ('service', 'cert') else text for text in texts])


def told(seed, count=ROUNDS):
    """(the rounds of a schedule, what the product says of each)."""
    schedule, db = Schedule(seed), embedded_database()
    rounds = [schedule.round() for _ in range(count)]
    return rounds, [product(db, number, *one) for number, one in enumerate(rounds, 1)]


def apart(rounds, said, rules=TRUTH):
    """Where the product and the judge do not agree: (round, record, the product's state, the judge's)."""
    for number, (expected, mine) in enumerate(zip(judge(rounds, rules), said), 1):
        for key in sorted(set(mine) | set(expected), key=str):
            if mine.get(key) != expected.get(key):
                yield number, key, mine.get(key), expected.get(key)


def main(arguments=None):
    parser = argparse.ArgumentParser(description='random rounds: the product beside an independent judge')
    parser.add_argument('rounds', type=int)
    parser.add_argument('--seed', type=int, help='of the first schedule')
    given = parser.parse_args(arguments)
    first = given.seed if given.seed is not None else random.randrange(1 << 30)
    began, changes, found = time.time(), 0, []
    for seed in range(first, first + -(-given.rounds // ROUNDS)):
        rounds, said = told(seed)
        changes += sum(map(len, said))
        found += [(seed,) + one for one in apart(rounds, said)]
    for one in found[:20]:
        print('seed {}, round {}, {}: the product says {}, the judge {}'.format(*one))
    false = {state: sum(1 for one in found if one[3] == state) for state in ('new', 'gone')}
    missed = sum(1 for one in found if one[4] == 'new')
    text = '{} rounds from seed {}, {} changes, {:.0f} s: {} disagreements, {} false new, {} false gone, {} missed new'
    print(
        text.format(given.rounds, first, changes, time.time() - began, len(found), false['new'], false['gone'], missed)
    )
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
