"""The source of dingtalk_card_template.json: ``python dingtalk_card_template.py > dingtalk_card_template.json``.

DingTalk's card platform imports that file; its format is on no page. What is on pages is how a part of a card is shown
or hidden by a condition (https://open.dingtalk.com/document/development/conditional-rendering-card), and that the
buttons of the block library cannot be, so that ordinary ones are to be used
(https://open.dingtalk.com/document/development/faq-card). If the platform refuses the file, build the same by hand.
"""

import json
import sys

#: (name, type, whether it is for one person alone, what it is)
VARIABLES = (
    ('title', 'string', False, '标题'),
    ('lastMessage', 'string', False, '会话列表中的摘要'),
    ('summary', 'markdown', False, '摘要'),
    ('status', 'string', False, 'finished、error 或 running'),
    ('status_text', 'string', False, '状态文字'),
    ('link', 'string', False, '报表链接'),
    ('link_text', 'string', False, '报表按钮文字'),
    ('has_link', 'boolean', False, '是否有报表链接'),
    ('acknowledge_text', 'string', False, '确认按钮文字'),
    ('can_acknowledge', 'boolean', False, '是否显示确认按钮'),
    ('resend_text', 'string', False, '再次发送按钮文字'),
    ('can_resend', 'boolean', False, '是否显示再次发送按钮'),
    ('acknowledged', 'string', False, '谁在何时确认'),
    ('resent', 'string', False, '谁要求再次发送'),
    ('link_note', 'string', False, '链接已失效'),
    ('refusal', 'string', True, '仅点击者可见的提示'),
)
#: Texts below each other: (variable, whether it is always there; otherwise where it is not empty)
TEXTS = (('summary', True), ('acknowledged', False), ('resent', False), ('link_note', False), ('refusal', False))
#: (id, variable of its text, variable that says whether it is shown, variable of the address that it opens; '' asks)
BUTTONS = (
    ('download', 'link_text', 'has_link', 'link'),
    ('acknowledge', 'acknowledge_text', 'can_acknowledge', ''),
    ('resend', 'resend_text', 'can_resend', ''),
)


def node(kind, name, props, **more):
    """A component."""
    common = {'title': name, 'hidden': False, 'isLocked': False, 'condition': True, 'conditionGroup': ''}
    return dict({'componentName': kind, 'id': 'node_' + name, 'props': props}, **dict(common, **more))


def string(content=''):
    """A text, in which ``${name}`` is a variable."""
    return {'type': 'dynamicString', 'content': content, 'i18n': False}


def bound(kind, variable=''):
    """A value that is a variable's, or nothing."""
    how = 'variable' if variable else 'fixed'
    return {'type': kind, 'value': '', 'valueType': how, 'variable': variable, 'variableType': 'global'}


def fixed(value):
    """One of a component's own values."""
    return dict(bound('dynamicSelect'), value=value)


def shown(variable='', operator=''):
    """When a component is there: always, or where ``operator`` holds of a variable (显示条件)."""
    condition = {
        'type': 'variable', 'variable': variable, 'variableType': 'global', 'op': operator,
        'value': '', 'valueType': 'fixed', 'valueVariableType': 'global',
    }  # fmt: skip
    how, conditions = ('condition', [condition]) if variable else ('fixed', [])
    return {
        'type': 'dynamicVisible', 'value': True, 'valueType': how,
        'condition': {'op': 'and', 'conditions': conditions},
    }  # fmt: skip


def text(variable, always):
    """A text in Markdown."""
    margins = {'marginLeft': 12, 'marginRight': 12, 'marginTop': 8, 'marginBottom': 0, 'innerOffset': 0, 'mdVer': 0}
    visible = shown() if always else shown(variable, 'isNotEmpty')
    return node('Markdown', variable, dict(margins, visible=visible, content=bound('dynamicMarkdown', variable)))


def button(name, label, condition, address):
    """An ordinary button (普通组件), which a condition can hide."""
    props = {
        'text': string('${' + label + '}'), 'status': fixed('normal'), 'color': fixed('blue' if address else 'gray'),
        'visible': shown(condition, 'isTrue'), 'actionType': 'url' if address else 'request', 'urlType': 'all',
        'url': bound('dynamicLink', address), 'isDtmd': False, 'actionId': string('' if address else name),
        'params': [], 'successToast': string(), 'failureToast': string(),
        'marginLeft': 12, 'marginRight': 12, 'marginTop': 8, 'marginBottom': 4,
    }  # fmt: skip
    return node('SingleButton', name, props)


def card():
    """The whole card."""
    props = {
        'cardName': string('${title}'), 'tagText': string('${status_text}'), 'tagColor': fixed('blue'),
        'tagStyle': 'hollow', 'showCloseButton': False, 'actionType': 'url', 'urlType': 'all',
        'url': bound('dynamicLink'), 'linkCondition': shown(),
        'summaryContent': {'type': 'variableValue', 'variable': 'lastMessage', 'variableType': 'global'},
    }  # fmt: skip
    children = [text(*one) for one in TEXTS] + [button(*one) for one in BUTTONS]
    more = {'title': '', 'fileName': 'scan-notify', 'dataSource': {'list': []}, 'children': children}
    return node('StdCard', 'card', props, **more)


def template():
    """What the platform imports; the editor's data are a text in it."""
    kinds = ('Markdown', 'SingleButton', 'StdCard')
    components = [
        {
            'package': '@ali/dxComponent', 'version': '1.0.0', 'exportName': kind, 'main': './src/index.tsx',
            'destructuring': False, 'subName': '', 'componentName': kind,
        }
        for kind in kinds
    ]  # fmt: skip
    variables = [
        dict(zip(('name', 'type', 'private', 'description'), one), id=one[0], editorVarType='variables')
        for one in VARIABLES
    ]
    empty = {name: [] for name in ('formList', 'expList', 'localList', 'hsfList', 'lwpList')}
    editor = {
        'schemaVersion': '2.0.0',
        'schema': {'version': '1.0.0', 'componentsMap': components, 'componentsTree': [card()]},
        'editVersion': 0, 'customWidgetInfo': '', 'useCustomWidgetInfo': False, 'variableList': variables,
        'extension': {'extendType': 'NORMAL', 'fileTypeList': []},
    }  # fmt: skip
    data = json.dumps(dict(editor, **empty), ensure_ascii=False, sort_keys=True)
    return {'editorData': data, 'mode': 'card', 'type': 'standard', 'widgetInfo': ''}


if __name__ == '__main__':
    sys.stdout.buffer.write(
        json.dumps(template(), ensure_ascii=False, indent=1, sort_keys=True).encode('utf-8') + b'\n'
    )
