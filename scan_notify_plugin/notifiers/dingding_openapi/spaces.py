"""Where a card stands: the group or the person, what their phones say of it, and whether it got there.

- https://open.dingtalk.com/document/development/create-and-deliver-cards
- https://open.dingtalk.com/document/development/delivery-card-interface
"""

from typing import Dict, Mapping

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi
from scan_notify_plugin.notifiers.dingding_openapi.robot import robot_code

GROUP, PERSON = 'IM_GROUP', 'IM_ROBOT'
#: All that are documented: who has DingTalk in another language than ours reads the message all the same.
LANGUAGES = ('ZH_CN', 'ZH_TW', 'EN_US', 'JA_JP', 'VI_VN', 'TH_TH')

_MODELS = {GROUP: 'imGroupOpen{}Model', PERSON: 'imRobotOpen{}Model'}


def delivery(space: str, options: Mapping[str, object]) -> Dict[str, object]:
    """The fields that say where a card goes, for both interfaces that deliver.

    :param space: ``IM_GROUP.<openConversationId>`` or ``IM_ROBOT.<user id>``
    """
    kind = _kind(space)
    model = {'robotCode': robot_code(options)}
    if kind == PERSON:
        model['spaceType'] = PERSON
    return {'openSpaceId': 'dtv1.card//' + space, 'userIdType': 1, _MODELS[kind].format('Deliver'): model}


def announcement(space: str, title: str) -> Dict[str, object]:
    """What shows of a card in the list of conversations and on a lock screen; without it, "1 new message"."""
    model: Dict[str, object] = {'supportForward': True}
    if title:
        model['lastMessageI18n'] = dict.fromkeys(LANGUAGES, title)
        model['notification'] = {'alertContent': title, 'notificationOff': False}
    return {_MODELS[_kind(space)].format('Space'): model}


def check(answer: Mapping[str, object], api: DingTalkApi) -> None:
    """Whether an answer says that the card is where it should be.

    :raises SendError: with ``UNKNOWN`` if it does not say, with ``REFUSED`` if it says no: the words for that are on no
        page
    """
    result = answer.get('result')
    deliveries = result.get('deliverResults') if isinstance(result, dict) else result
    if answer.get('success') is not True or not isinstance(deliveries, list) or not deliveries:
        raise SendError(Reason.UNKNOWN, words=Fault('openapi.card.no-success'))
    failed = [one for one in deliveries if not isinstance(one, dict) or one.get('success') is not True]
    if failed:
        told = '; '.join(str(one.get('errorMsg') if isinstance(one, dict) else one) for one in failed)
        raise SendError(Reason.REFUSED, words=Fault('openapi.card.undelivered', text=api.clean(told)))


def _kind(space: str) -> str:
    return PERSON if space.startswith(PERSON) else GROUP
