"""What documents say went wrong, in English, so that tests read as people do."""

from scan_notify_plugin.faults import Fault, join


def english(stored):
    """Stored faults in English."""
    return join(map(Fault.from_stored, stored))


def with_prose(document):
    """A run or a job with the English of its faults where forms 1 and 2 had it; nothing else is changed."""
    if document is None:
        return None
    read = dict(document)
    for name, prose in (('faults', 'error'), ('export_faults', 'export_error')):
        if name in read:
            read[prose] = english(read[name])
    read.setdefault('export_error', '')
    if 'attempts' in read:
        read['attempts'] = [dict(one, words=english(one['faults'])) for one in read['attempts']]
    if 'parts' in read:
        read['parts'] = [dict(one, failure=english(one.get('faults', ()))) for one in read['parts']]
    for name in ('plan_errors', 'doubts'):
        if name in read:
            read[name] = [english([one]) for one in read[name]]
    return read
