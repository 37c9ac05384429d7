"""What is said of the results of a run beside those before, in English. See :mod:`scan_notify_plugin.words`."""

WORDS = {
    # Why a round is compared with none.
    'compare.first-look': 'this is a first look, nothing is told as new: {why}',
    'ledger.none': 'no earlier round was compared',
    'ledger.forgotten': 'somebody has had the earlier rounds forgotten',
    'ledger.back': 'the host counts from the beginning again: round {number} came after round {newest}',
    'ledger.gone': 'the record of earlier rounds is gone from the database',
    'ledger.cut': 'the record of earlier rounds is cut or damaged',
    'ledger.foreign': 'the record of earlier rounds is none of ours',
    'ledger.newer': 'a newer release has written the record of earlier rounds; it is left alone',
    'ledger.odd': 'the document that names the record of earlier rounds cannot be read',
    'ledger.unknown': 'nothing is known of schedule {schedule}',
    'ledger.busy': 'a round of the schedule was compared just now; try again',
    'ledger.apart': 'the two schedules have nothing in common that both look at',
    # What could not be compared, and why.
    'compare.late': 'round {number} was compared after round {newest}, and changes nothing of it',
    'compare.skipped': '{count} rounds between were not compared; this one is compared with round {number}',
    'compare.empty': '{element}: nothing answered',
    'compare.silent': '{count} addresses did not answer and are gone if they do not next time: {examples}',
    'compare.narrower': '{count} records were not looked for: this round looked at less than earlier ones',
    'compare.few-ports': '{count} addresses show nothing but web ports, or none, and had others: {examples}',
    'compare.parent': '{count} records were not looked at: their site, port or address did not answer',
    'compare.more': '{count} more remarks',
}
