"""Writes unusual workbooks for the tests: odd.py FOLDER.

Needs openpyxl, XlsxWriter, msoffcrypto-tool and LibreOffice.
"""

import pathlib
import subprocess
import sys

import msoffcrypto.format.ooxml
import openpyxl
import xlsxwriter

folder = pathlib.Path(sys.argv[1])
HEADINGS = ["MISIdentifier", "GivenName", "FamilyName", "DateOfBirth", "Gender", "LastKnownPostCode", "AbilityToShare", "VerificationType"]
ANN = ["a", "Ann", "Example", 38840, 2, "CV1 2WT", 1, 2]


def book(name, rows, more=None):
    """Writes a sheet of learners, with dates formatted as dates."""
    made = openpyxl.Workbook()
    page = made.active
    for row in [HEADINGS, *rows]:
        page.append(row)
    for row in range(2, len(rows) + 2):
        page.cell(row, 4).number_format = "dd/mm/yyyy"
    if more:
        more(page)
    made.save(folder / name)


book("error-cells.xlsx", [["#N/A", "#REF!", "Example", "#VALUE!", 2, "CV1 2WT", 1, 2]])
book("eleven-at-night.xlsx", [[*ANN[:3], day + 23 / 24, *ANN[4:]] for day in range(38840, 38860)])
book("stray-cell.xlsx", [ANN], lambda page: page.cell(25000, 1, "."))
book("plain.xlsx", [ANN])

with xlsxwriter.Workbook(folder / "chart-first.xlsx") as charts:
    sheet = charts.add_chartsheet("Chart")
    page = charts.add_worksheet("Learners")
    chart = charts.add_chart({"type": "column"})
    chart.add_series({"values": "=Learners!$D$2:$D$2"})
    sheet.set_chart(chart)
    dates = charts.add_format({"num_format": "dd/mm/yyyy"})
    page.write_row(0, 0, HEADINGS)
    page.write_row(1, 0, ANN)
    page.write_number(1, 3, ANN[3], dates)

with (folder / "plain.xlsx").open("rb") as plain, (folder / "password.xlsx").open("wb") as locked:
    msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("synthetic", locked)
subprocess.run(["soffice", "--headless", "--convert-to", "ods", "--outdir", folder, folder / "plain.xlsx"], check=True, capture_output=True)
(folder / "plain.ods").rename(folder / "learners.ods")
(folder / "plain.xlsx").unlink()
