"""Writes the sheets of cases.json with a Python library: write.py LIBRARY CASE FILE."""

import json
import pathlib
import sys

library, case, target = sys.argv[1:]
sheets = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text())[case]


def each_cell(sheet):
    for row, cells in enumerate(sheet["rows"]):
        for column, cell in enumerate(cells):
            if cell != "":
                yield row, column, cell if isinstance(cell, dict) else {"s": cell}


def with_openpyxl():
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(sheet["name"])
        for row, column, cell in each_cell(sheet):
            at = page.cell(row + 1, column + 1)
            if "formula" in cell:
                at.value = "=" + cell["formula"]
            else:
                at.value = cell.get("s", cell.get("b", cell.get("n")))
            at.number_format = cell.get("f", "General")
        for row in sheet.get("hidden", []):
            page.row_dimensions[row].hidden = True
    book.save(target)


def with_xlsxwriter():
    import xlsxwriter

    book = xlsxwriter.Workbook(target)
    for sheet in sheets:
        page = book.add_worksheet(sheet["name"])
        for row, column, cell in each_cell(sheet):
            style = book.add_format({"num_format": cell.get("f", "General")})
            if "formula" in cell:
                page.write_formula(row, column, "=" + cell["formula"], style)
            elif "b" in cell:
                page.write_boolean(row, column, cell["b"], style)
            elif "n" in cell:
                page.write_number(row, column, cell["n"], style)
            else:
                page.write_string(row, column, cell["s"], style)
        for row in sheet.get("hidden", []):
            page.set_row(row - 1, None, None, {"hidden": True})
    book.close()


def with_xlwt():
    import xlwt

    book = xlwt.Workbook()
    for sheet in sheets:
        page = book.add_sheet(sheet["name"])
        for row, column, cell in each_cell(sheet):
            style = xlwt.easyxf(num_format_str=cell.get("f", "General"))
            value = xlwt.Formula(cell["formula"]) if "formula" in cell else cell.get("s", cell.get("b", cell.get("n")))
            page.write(row, column, value, style)
        for row in sheet.get("hidden", []):
            page.row(row - 1).hidden = True
    book.save(target)


def with_pandas():
    import pandas

    with pandas.ExcelWriter(target, engine="openpyxl") as book:
        for sheet in sheets:
            frame = pandas.DataFrame(index=range(len(sheet["rows"])), columns=range(9), dtype=object)
            for row, column, cell in each_cell(sheet):
                frame.iat[row, column] = "=" + cell["formula"] if "formula" in cell else cell.get("s", cell.get("b", cell.get("n")))
            frame.to_excel(book, sheet_name=sheet["name"], header=False, index=False)
            page = book.sheets[sheet["name"]]
            for row, column, cell in each_cell(sheet):
                page.cell(row + 1, column + 1).number_format = cell.get("f", "General")
            for row in sheet.get("hidden", []):
                page.row_dimensions[row].hidden = True


{"openpyxl": with_openpyxl, "xlsxwriter": with_xlsxwriter, "xlwt": with_xlwt, "pandas": with_pandas}[library]()
