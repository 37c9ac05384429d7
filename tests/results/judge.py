"""What is new in each of several rounds, by hand: nothing of the package is in here. It reads a host's documents.

A round is ``(tasks, documents)``: the tasks are ``(id, outcome, document or None)``, the documents lists by collection.
"""

ORDER = ('ip', 'service', 'domain', 'site', 'cert', 'fileleak', 'nuclei_result')
COUNTED = {'service': 'ip', 'service_detection': 'ip', 'site_identify': 'site'}
SITES = {'fileleak': 'file_leak', 'nuclei_result': 'nuclei_scan'}
NETWORKS = ('ip', 'service')
#: Which rules hold; a lie takes one away.
TRUTH = frozenset(['outcome', 'parent', 'empty', 'few', 'twice', 'count', 'before', 'stage', 'scope', 'option'])


def found_in(documents):
    """{(table, identity): (cells with their options, scan tasks, sources)}"""
    found = {}

    def add(table, identity, document, cells=(), source=''):
        old = found.get((table, identity), ([''] * len(cells), set(), set()))
        cells = [new or before for before, new in zip(old[0], cells)]
        found[table, identity] = cells, old[1] | {document['task_id']}, old[2] | ({source} if source else set())

    for one in documents.get('ip', ()):
        add('ip', (one['ip'],), one)
        for port in one['port_info']:
            add('service', (one['ip'], port['port_id']), one, [port['product'], port['version']])
    for one in documents.get('site', ()):
        add('site', (one['site'],), one, [one['title'], str(one['status']), ''.join(f['name'] for f in one['finger'])])
    for one in documents.get('domain', ()):
        add('domain', (one['domain'],), one, [one['record'][0]], one['source'])
    for one in documents.get('cert', ()):
        add('cert', (one['ip'], one['port'], one['cert']['subject_dn']), one, [one['cert']['serial_number']])
    for one in documents.get('fileleak', ()):
        add('fileleak', (one['url'],), one)
    for one in documents.get('nuclei_result', ()):
        add('nuclei_result', (one['template_id'], one['vuln_url']), one)
    return found


OPTIONS = {'service': ['service_detection'] * 2, 'site': ['', '', 'site_identify'], 'domain': [''], 'cert': ['']}


def place(table, identity):
    """(host, port) of a record."""
    if table in ('ip', 'domain'):
        return identity[0], None
    if table in ('service', 'cert'):
        return identity[:2]
    scheme, _, rest = identity[table == 'nuclei_result'].partition('://')
    host, _, port = rest.partition('/')[0].partition(':')
    return host, int(port or {'http': 80, 'https': 443}[scheme])


def parents(table, identity):
    host, port = place(table, identity)
    address = host.replace('.', '').isdigit()
    service, ip = [('service', (host, port))], [('ip', (host,))]
    if table in ('ip', 'domain'):
        return []
    if table == 'service':
        return ip
    if table == 'cert':
        return service + (ip if port == 443 else [])
    if table == 'site':
        return service + ip if address else [('domain', (host,))]
    scheme, _, rest = identity[table == 'nuclei_result'].partition('://')
    return [('site', (scheme + '://' + rest.partition('/')[0],))] + (service if address else [])


def elements(task):
    return task['target'].split()


def looked(task, outcome, table, read, rules, wanted=False):
    """(ports, sources, reach) that a scan task looked at; None: it did not look."""
    if task is None or ('outcome' in rules and not wanted and (outcome != 'done' or task['status'] != 'done')):
        return None
    options, stages = task['options'], {one['name']: one['elapsed'] for one in task['service']}
    collection = COUNTED.get(table, table)
    if 'count' in rules and not wanted and task['statistic'].get(collection + '_cnt', 0) > read:
        return None
    sources = {'domain_brute:test'} if options.get('domain_brute') else {'domain_brute:single'}
    sources |= {'crtsh'} if options.get('dns_query_plugin') else set()
    sources = sources if task['type'] == 'domain' else set()
    if table == 'domain':
        return (None, {one.partition(':')[0] for one in sources}, set()) if sources else None
    of_domain = task['type'] == 'domain'
    ports = {int(port) for port in options['port_custom'].split(',')} if options.get('port_scan') else None
    if table in ('site', 'site_identify') or table in SITES:
        ports = ports or ({80, 443} if of_domain else None)
    if table == 'cert':
        ports = ports or ({443} if of_domain else None)
    needs = dict(SITES, cert='ssl_cert', service_detection='service_detection', site_identify='site_identify').get(
        table
    )
    if needs and not options.get(needs):
        return None
    if 'stage' in rules and not wanted and table in SITES and stages.get(SITES[table], 0) < 1:
        return None
    return (ports, None, sources) if ports else None


def includes(extent, than, table, port, names, parent):
    """Whether who looked so would have seen a record that was found by looking like ``than``."""
    ports, sources, reach = extent
    if sources is not None:
        return bool(sources & names)
    if port is None and (than and not than[0] <= ports):
        return False
    return (port is None or port in ports) and (parent or not than or than[2] - {'domain_brute:single'} <= reach)


def union(one, other):
    if one is None:
        return other
    return tuple(None if a is None or b is None else a | b for a, b in zip(one, other))


def judge(rounds, rules=TRUTH):
    """{(table, identity): state} of each round, of what is neither known nor not looked at."""
    known, before, empty = {}, {}, set()
    for tasks, documents in rounds:
        yield judge_round(tasks, documents, known, before, empty, rules)


def judge_round(tasks, documents, known, before, empty, rules):
    found, told, now, wish = found_in(documents), {}, {}, {}
    docs = {task_id: task for task_id, _, task in tasks}
    for table in ORDER + ('service_detection', 'site_identify'):
        for task_id, outcome, task in tasks:
            collection = COUNTED.get(table, table)
            read = sum(one['task_id'] == task_id for one in documents.get(collection, ()))
            extent = looked(task, outcome, table, read, rules)
            for element in elements(task) if extent else ():
                now[element, table] = union(now.get((element, table)), extent)
            extent = looked(task, outcome, table, read, rules, wanted=True)
            for element in elements(task) if extent else ():
                wish[element, table] = union(wish.get((element, table)), extent)
    whole = all(docs.values())
    schedule = {element for task in docs.values() if task for element in elements(task)}

    def belongs(table, identity, task_id):
        mine, host = elements(docs[task_id]) if docs[task_id] else [], place(table, identity)[0]
        return [one for one in mine if one == host] or mine

    def scope_of(key):
        return {one for task_id in found[key][1] for one in belongs(*key, task_id)}

    answers = {one for key in found if key[0] in ('ip', 'domain', 'site') for one in scope_of(key)}
    holds = {
        one for key, record in known.items() if key[0] in ('ip', 'domain', 'site') and not record['gone']
        for one in record['scope']
    }  # fmt: skip
    tried = {element for element, _ in now}
    nothing = (tried & holds) - answers
    silent = nothing - empty if 'empty' in rules else set()
    empty -= answers & tried
    empty |= nothing

    def left(record):
        if not whole:
            return record['scope']
        return record['scope'] & schedule if record['scope'] else schedule

    services = {}
    for (table, identity), record in known.items():
        if table == 'service':
            services.setdefault(identity[0], {})[identity[1]] = record
    little = {}
    for host, records in services.items() if 'few' in rules else ():
        shown = {identity[1] for table, identity in found if table == 'service' and identity[0] == host}
        missing = {port for port in records if port not in shown and not records[port]['gone']}
        if shown <= {80, 443} and missing and (not shown or missing - {80, 443}):
            if ('ip', (host,)) in found:
                little[host] = shown, {one for record in records.values() for one in record['scope']}
    unanswered = {
        one for key, record in known.items()
        if key[0] == 'ip' and key not in found and not record['gone'] for one in left(record)
    }  # fmt: skip
    for key in sorted(set(found) | set(known), key=lambda one: (ORDER.index(one[0]), str(one[1]))):
        table, identity = key
        port, record = place(table, identity)[1], known.get(key)
        parent = any(one in found for one in parents(*key))
        if key in found:
            cells, task_ids, sources = found[key]
            on = [
                not one or all((e, one) in now for e in scope_of(key)) and bool(scope_of(key))
                for one in OPTIONS.get(table, ())
            ]
            if record is None:
                known[key] = dict(
                    gone=False, missed=0, sides=[1], scope=scope_of(key), cells=cells, on=on, names=set(sources)
                )

                def was(element):
                    extent = before.get((element, table))
                    than = wish.get((element, table))
                    return extent and includes(extent, than, table, port, sources, False)

                groups = [belongs(table, identity, task_id) for task_id in task_ids]
                new = any(group and all(map(was, group)) for group in groups) or 'before' not in rules
                told[key] = 'new' if new else 'first_look'
                continue
            record['names'] |= sources
            changed = False
            for n, (old, new) in enumerate(zip(record['cells'], cells)):
                if old and new and old != new and (on[n] and record['on'][n] or 'option' not in rules):
                    changed = True
                if new and (on[n] or not old or not record['on'][n]):
                    record['cells'][n], record['on'][n] = new, on[n]
            state = 'back' if record['gone'] else 'changed' if changed else ''
            record.update(gone=False, missed=0, sides=(record['sides'] + [1])[-6:])
            record['scope'] |= scope_of(key)
            if whole and record['scope'] & schedule:
                record['scope'] &= schedule
        else:
            scope = record['scope'] & schedule if whole and record['scope'] else record['scope']
            if whole and not record['scope']:
                scope = schedule
            if whole and not scope and 'scope' in rules:
                del known[key]
                if not record['gone']:
                    told[key] = 'out_of_scope'
                continue
            covered = bool(scope) and not scope & silent
            for element in scope:
                extent, than = now.get((element, table)), before.get((element, table))
                covered = covered and extent and includes(extent, than, table, port, record['names'], parent)
            if 'parent' in rules and parents(*key) and not parent and table != 'site':
                covered = False
            host, doubt = place(table, identity)[0], False
            if table == 'service' and host in little:
                covered = False
            if table in ('site', 'cert') and parent and ('service', (host, port)) not in found:
                if host in little or any(
                    scope & elements_of_it and (not shown or port not in (80, 443))
                    for shown, elements_of_it in little.values()
                    if parents(*key)[0][0] == 'domain'
                ):
                    covered = False
                doubt = parents(*key)[0][0] == 'domain' and bool(scope & unanswered)
            if not covered:
                continue
            record.update(missed=record['missed'] + 1, sides=(record['sides'] + [0])[-6:])
            after = 1 if (parent and not doubt) or 'twice' not in rules else 2
            state = 'gone' if not record['gone'] and record['missed'] >= after else ''
            if state:
                record.update(gone=True)
            else:
                continue
        if sum(a != b for a, b in zip(record['sides'], record['sides'][1:])) >= 3:
            state = 'unstable'
        if state:
            told[key] = state
    if whole:
        empty &= schedule
        for key in [one for one in before if one[0] not in schedule]:
            del before[key]
    for key, extent in now.items():
        if key[0] not in silent:
            before[key] = union(before.get(key), extent)
    return told
