"""A mail server with one account."""

from typing import List

from scan_notify_plugin.testing.mail_server import MailMessage, MailServer
from scan_notify_plugin.testing.toy_channels.toy import Shown, Targets, Toy

ACCOUNT, PASSWORD = 'arl@example.com', 'demo-mail-password'


class MailToy(Toy):
    channel = 'email'
    expected = {('mailbox', 'mail'): 1}

    def __init__(self) -> None:
        self._server = MailServer({ACCOUNT: PASSWORD})
        self._server.start()

    @property
    def base_url(self) -> str:
        return 'smtp://127.0.0.1:{}'.format(self._server.port)

    def targets(self) -> Targets:
        return {
            'mailbox': {
                'CHANNEL': self.channel,
                'HOST': '127.0.0.1',
                'PORT': self._server.port,
                'SECURITY': 'none',
                'USERNAME': ACCOUNT,
                'PASSWORD': PASSWORD,
                'TO': ['ops@example.com'],
            }
        }

    def messages(self) -> List[Shown]:
        return [
            Shown(self.channel, 'mailbox', one.msgtype, one.size, self._server.most, _plain(one), one.received_at)
            for one in list(self._server.messages)
        ]

    def close(self) -> None:
        self._server.close()


def _plain(mail: MailMessage) -> str:
    """Its subject and its text; the HTML beside it says the same."""
    body = mail.message.get_body(('plain',))
    text = body.get_content() if body is not None else ''  # type: ignore[attr-defined]  # its stubs know a Message only
    return '{}\n\n{}'.format(mail.title, text).strip()
