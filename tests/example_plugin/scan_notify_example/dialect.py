"""How a message looks at the service, which knows bold, links and lists, and no headings."""

from scan_notify_plugin.api import Dialect, defanged


class ExampleMarkup(Dialect):
    def escape(self, value):  # strangers wrote it: no links, mentions or markup
        return defanged(value)

    def strong(self, words):
        return '**{}**'.format(words)

    def link(self, label, url):
        return '[{}]({})'.format(label, url)

    def heading(self, block, show):  # show() prints a value in the target's language, and escapes what strangers wrote
        return self.strong(show(block.value))
