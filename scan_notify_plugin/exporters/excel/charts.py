"""Native charts over cells of the same worksheet."""

from typing import List, Sequence, Tuple

from openpyxl.chart import BarChart, PieChart, Reference, Series
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabelList
from openpyxl.worksheet.worksheet import Worksheet

__all__ = ['ACROSS', 'DOWN', 'add_chart']

#: The room of one chart, in columns and rows of the usual size.
ACROSS, DOWN = 9, 17


def add_chart(sheet: Worksheet, title: str, kind: str, rows: Tuple[int, int], anchor: str) -> None:
    """Draw labels in column A and numbers in B, which are there already.

    What the cells say is in the chart, too: viewers that draw without reading cells have nothing else.

    :param rows: the numbers of the first and the last one

    :param kind: 'pie', or anything else for bars
    """
    first, last = rows
    labels, numbers = (Reference(sheet, min_col=column, min_row=first, max_row=last) for column in (1, 2))
    series = Series(numbers)
    series.cat = AxDataSource(strRef=StrRef(str(labels), strCache=_texts(_values(sheet, 1, rows))))
    series.val = NumDataSource(numRef=NumRef(str(numbers), numCache=_numbers(_values(sheet, 2, rows))))
    chart = _pie() if kind == 'pie' else _bars()
    chart.append(series)
    chart.title = title
    sheet.add_chart(chart, anchor)


def _values(sheet: Worksheet, column: int, rows: Tuple[int, int]) -> List[object]:
    return [sheet.cell(row, column).value for row in range(rows[0], rows[1] + 1)]


def _texts(values: Sequence[object]) -> StrData:
    points = [StrVal(idx=place, v=str(value)) for place, value in enumerate(values) if value is not None]
    return StrData(ptCount=len(values), pt=points)


def _numbers(values: Sequence[object]) -> NumData:
    points = [NumVal(idx=place, v=str(value)) for place, value in enumerate(values) if isinstance(value, (int, float))]
    return NumData(formatCode='General', ptCount=len(values), pt=points)


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
