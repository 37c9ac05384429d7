"""The results of scan tasks in the host's database, as the tables of a report."""

from scan_notify_plugin.host.results.overview import run_facts
from scan_notify_plugin.host.results.reading import Cancelled
from scan_notify_plugin.host.results.report import Results

__all__ = ['Cancelled', 'Results', 'run_facts']
