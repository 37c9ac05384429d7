"""What the channel says itself, in each language."""

from scan_notify_plugin.api import worded

WORDS = {
    'zh': {
        'shown': '{by} 已确认',
        'not_known': '此消息的记录已不存在',
        'not_allowed': '您没有操作权限',
        'not_now': '暂时无法处理',
        'refused': '未能执行：{detail}',
        'no_code': '应答中没有 code',
        'no_click': '应为一次点击',
        'nobody': '没有人可以点击 {target} 的按钮',
        'name_people': '请在 OPERATORS 中填写人员',
    },
    'en': {
        'shown': 'acknowledged by {by}',
        'not_known': 'nothing is known of this message any more',
        'not_allowed': 'you may not do that',
        'not_now': 'that cannot be done',
        'refused': 'not done: {detail}',
        'no_code': 'the answer has no code',
        'no_click': 'expected a click',
        'nobody': 'nobody may press the buttons of {target}',
        'name_people': 'name people in OPERATORS',
    },
}


def say(name, language, **facts):
    """For whoever is answered now."""
    return WORDS[language][name].format(**facts)


def told(name, **facts):
    """For whoever reads later, in any language."""
    return worded(**{language: say(name, language, **facts) for language in WORDS})
