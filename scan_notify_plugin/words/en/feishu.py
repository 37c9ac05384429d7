"""What there is to say of Feishu, in English. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    # What is wrong with a target.
    'feishu.no-address': 'WEBHOOK_URL is missing, or TOKEN, its last part',
    'feishu.address': 'must be one of {addresses}, each with the bot\'s token behind it, or the same on this machine',
    'feishu.token': 'must be the last part of the webhook address',
    'feishu.two-addresses': 'WEBHOOK_URL and TOKEN name two bots; leave one out',
    'feishu.keyword': 'is shown in every message; write it down plainly',
    'feishu.at': 'must be a section with {keys}',
    'feishu.at.open-ids': 'must be a list of open ids, which begin with ou_',
    'feishu.at.user-ids': 'must be a list of user ids; to mention everybody, set AT.ALL',
    'feishu.at.many': 'names more than {most} people',
    # What became of a request.
    'feishu.clock.behind': '{text}; the clock of this machine is {seconds} s behind Feishu\'s',
    'feishu.clock.ahead': '{text}; the clock of this machine is {seconds} s ahead of Feishu\'s',
}
