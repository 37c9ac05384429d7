"""Hides credentials in what strangers wrote: one rule for any text, any nested value, any row of a table. Pure.

What it knows are forms: a name of a credential with its value, an address with a user in it, a header, an option of a
command, and what vendors' keys look like. Words that merely speak of passwords stay. Time grows with the length alone.
"""

from scan_notify_plugin.masking.nested import masked, masked_cell, masked_document
from scan_notify_plugin.masking.rows import masked_rows
from scan_notify_plugin.masking.texts import masked_text

__all__ = ['masked', 'masked_cell', 'masked_document', 'masked_rows', 'masked_text']
