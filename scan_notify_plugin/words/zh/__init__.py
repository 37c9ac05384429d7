"""Chinese, a file for each place; see :mod:`scan_notify_plugin.words`."""

from typing import Dict

from scan_notify_plugin.words.zh import (
    admin,
    apprise,
    channel,
    cli,
    commands,
    doctor,
    email,
    fault,
    feishu,
    help,
    html,
    message,
    page,
    page_changes,
    page_office,
    report,
    results,
    settings,
    stopping,
    webhook,
)

WORDS: Dict[str, str] = {
    **message.WORDS,
    **report.WORDS,
    **results.WORDS,
    **fault.WORDS,
    **channel.WORDS,
    **feishu.WORDS,
    **email.WORDS,
    **webhook.WORDS,
    **apprise.WORDS,
    **stopping.WORDS,
    **settings.WORDS,
    **admin.WORDS,
    **cli.WORDS,
    **commands.WORDS,
    **doctor.WORDS,
    **help.WORDS,
    **html.WORDS,
    **page.WORDS,
    **page_changes.WORDS,
    **page_office.WORDS,
}
