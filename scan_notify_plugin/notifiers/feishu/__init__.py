"""Feishu (飞书) and Lark: the channel ``feishu``, the custom bot of a group."""

from scan_notify_plugin.notifiers.feishu.robot import FeishuRobot

__all__ = ['FeishuRobot']
