"""``scan-notify dingding register-callback``: what ``scan-notify register-callback`` was called in 0.1.0."""

from scan_notify_plugin.cli import register_callback_command
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config

run = register_callback_command.run


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    parser.add_argument('action', choices=['register-callback'], help=parser.text('help.dingding.action'))
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.register.target'))
    register_callback_command.add_options(parser)
