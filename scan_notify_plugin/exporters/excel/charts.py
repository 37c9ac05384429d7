"""Native charts over cells of the same worksheet."""

from openpyxl.chart import BarChart, PieChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.worksheet.worksheet import Worksheet

__all__ = ['ACROSS', 'DOWN', 'add_chart']

#: The room of one chart, in columns and rows of the usual size.
ACROSS, DOWN = 9, 17


def add_chart(sheet: Worksheet, title: str, kind: str, first: int, last: int, anchor: str) -> None:
    """Draw the rows from ``first`` to ``last``, labels in column A and numbers in B.

    :param kind: 'pie', or anything else for bars
    """
    series = Series(Reference(sheet, min_col=2, min_row=first, max_row=last))
    series.cat = AxDataSource(strRef=StrRef(str(Reference(sheet, min_col=1, min_row=first, max_row=last))))
    chart = _pie() if kind == 'pie' else _bars()
    chart.append(series)
    chart.title = title
    sheet.add_chart(chart, anchor)


def _pie() -> PieChart:
    chart = PieChart()
    chart.dataLabels = _labels(showPercent=True)
    return chart


def _bars() -> BarChart:
    """Lying bars, whose labels have room; the first at the top."""
    chart = BarChart()
    chart.barDir = 'bar'
    chart.gapWidth = 50
    chart.legend = None
    chart.dataLabels = _labels(showVal=True)
    chart.x_axis.scaling.orientation = 'maxMin'
    chart.x_axis.delete = False  # from openpyxl 3.1 on, axes of which nothing is said are left out
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    return chart


def _labels(**shown: bool) -> DataLabelList:
    """What is not denied is shown."""
    names = ('showVal', 'showPercent', 'showCatName', 'showSerName', 'showLegendKey')
    return DataLabelList(**{name: shown.get(name, False) for name in names})
