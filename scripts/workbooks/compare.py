"""Compares what `lrs check` reads from the workbooks of many programs with what they were meant to contain.

Each program writes the sheets of cases.json. A value that is misread without a finding about its cell is silently
wrong; there must be none. All people in the workbooks are synthetic.

usage: compare.py LRS_CHECK   (the program; Debian: libreoffice-calc gnumeric libexcel-writer-xlsx-perl
libspreadsheet-writeexcel-perl nodejs npm python3-venv; the other libraries are installed into .work/workbooks)
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INSTALLED = HERE.parent.parent / ".work/workbooks"
CASES = json.loads((HERE / "cases.json").read_text())
PYTHON = INSTALLED / "bin/python"

# Name, form of the workbooks, and the command without its last arguments, the case and the file.
WRITERS = [
    *[(name, "xlsx", [PYTHON, HERE / "write.py", name]) for name in ("openpyxl", "xlsxwriter", "pandas")],
    ("xlwt", "xls", [PYTHON, HERE / "write.py", "xlwt"]),
    *[(name, "xlsx", ["node", HERE / "write.js", name]) for name in ("exceljs", "sheetjs")],
    ("sheetjs-xls", "xls", ["node", HERE / "write.js", "sheetjs-xls"]),
    ("Excel::Writer::XLSX", "xlsx", ["perl", HERE / "write.pl", "Excel::Writer::XLSX"]),
    ("Spreadsheet::WriteExcel", "xls", ["perl", HERE / "write.pl", "Spreadsheet::WriteExcel"]),
]
# Programs that open another writer's workbook and save it.
SAVERS = [
    (f"{program} {form}, of {of}", form, of, save)
    for of in ("openpyxl", "xlwt", "exceljs")
    for program, save in (("LibreOffice", "soffice"), ("Gnumeric", "ssconvert"))
    for form in ("xlsx", "xls")
]

# Cells that a writer omits from its workbooks.
NOT_WRITTEN = {("sheetjs-xls", "faults", 2, "ULN")}


def install():
    if not PYTHON.exists():
        run([sys.executable, "-m", "venv", INSTALLED])
    run([PYTHON, "-m", "pip", "install", "--quiet", "openpyxl", "XlsxWriter", "xlwt", "pandas"])
    if not (INSTALLED / "node_modules/xlsx").exists():
        run(["npm", "install", "--silent", "--no-save", "--prefix", INSTALLED, "exceljs", "xlsx"])


def run(command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def save(program, source, target):
    if program == "ssconvert":
        run([program, "--export-type", {"xlsx": "Gnumeric_Excel:xlsx", "xls": "Gnumeric_Excel:excel_biff8"}[target.suffix[1:]], source, target])
        return
    with tempfile.TemporaryDirectory() as profile:
        into = pathlib.Path(profile) / "out"
        run([program, f"-env:UserInstallation=file://{profile}/profile", "--headless", "--convert-to", target.suffix[1:], "--outdir", into, source])
        (into / source.with_suffix(target.suffix).name).rename(target)


def checked(program, workbook):
    """The findings by row, and the converted records, by row of the workbook if none was dropped."""
    out = workbook.with_suffix(".out.csv")
    arguments = [program, workbook, "--type", "registration", "--ukprn", "TEST0038", "--format", "json", "--output", out]
    report = json.loads(subprocess.run([str(word) for word in arguments], capture_output=True, text=True).stdout)
    records = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else None
    return report[0]["findings"], records


def faults(name, case, findings, records):
    """Lists what is silently wrong."""
    about = {(finding["row"], finding["column"]) for finding in findings}
    meant = CASES["meant"][case]
    if case == "faults":
        # Each of these cells [row, column] must have a finding.
        unsaid = [(row, column) for row, column in meant if (row, column) not in about]
        return [f"row {row}, {column}: nothing is said" for row, column in unsaid if (name, case, row, column) not in NOT_WRITTEN]
    if records is None:
        return [f"nothing is read: {findings}"]
    wrong = [] if len(records) == len(meant) else [f"{len(records)} records for {len(meant)}"]
    for record, expected in zip(records, meant):
        for column, value in zip(CASES["meant"]["columns"], expected["values"]):
            if record[column] != value and (expected["row"], column) not in about:
                wrong.append(f"row {expected['row']}, {column}: {record[column]!r} for {value!r}")
    return wrong


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    os.chdir(HERE.parent.parent)
    install()
    compared, silent = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        made = {}
        for case in ("good", "more", "faults"):
            for name, form, command in WRITERS:
                made[name, case] = folder / f"{name.replace('::', '-')}-{case}.{form}"
                run([*command, case, made[name, case]], cwd=INSTALLED)
            for name, form, of, by in SAVERS:
                made[name, case] = folder / f"{by}-{of}-{case}-{form}.{form}"
                save(by, made[of, case], made[name, case])
        for (name, case), workbook in made.items():
            wrong = faults(name, case, *checked(program, workbook))
            compared += 1
            silent += len(wrong)
            for line in wrong:
                print(f"{name}, {case}: {line}")
    print(f"{compared} workbooks of {len(WRITERS) + len(SAVERS)} writers; silently wrong: {silent}")
    return 1 if silent else 0


sys.exit(main())
