// Writes the sheets of cases.json with a Node library: write.js LIBRARY CASE FILE.
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");
const load = createRequire(path.join(process.cwd(), "x.js"));

const [library, name, target] = process.argv.slice(2);
const sheets = JSON.parse(fs.readFileSync(path.join(__dirname, "cases.json")))[name];

function cells(sheet) {
  return sheet.rows.flatMap((row, r) =>
    row.map((cell, c) => [r, c, typeof cell === "string" ? { s: cell } : cell])).filter(([, , cell]) => cell.s !== "");
}

async function withExceljs() {
  const book = new (load("exceljs").Workbook)();
  for (const sheet of sheets) {
    const page = book.addWorksheet(sheet.name);
    for (const [r, c, cell] of cells(sheet)) {
      const at = page.getCell(r + 1, c + 1);
      at.value = cell.formula ? { formula: cell.formula } : cell.s ?? cell.b ?? cell.n;
      if (cell.f) at.numFmt = cell.f;
    }
    for (const row of sheet.hidden ?? []) page.getRow(row).hidden = true;
  }
  await book.xlsx.writeFile(target);
}

function withSheetjs(bookType) {
  const XLSX = load("xlsx");
  const book = XLSX.utils.book_new();
  for (const sheet of sheets) {
    const page = {};
    for (const [r, c, cell] of cells(sheet)) {
      const at = cell.formula ? { t: "n", f: cell.formula } : cell.s !== undefined ? { t: "s", v: cell.s }
        : cell.b !== undefined ? { t: "b", v: cell.b } : { t: "n", v: cell.n };
      page[XLSX.utils.encode_cell({ r, c })] = cell.f ? { ...at, z: cell.f } : at;
    }
    page["!ref"] = `A1:I${sheet.rows.length}`;
    page["!rows"] = [];
    for (const row of sheet.hidden ?? []) page["!rows"][row - 1] = { hidden: true };
    XLSX.utils.book_append_sheet(book, page, sheet.name);
  }
  XLSX.writeFile(book, target, { bookType });
}

({ exceljs: withExceljs, sheetjs: () => withSheetjs("xlsx"), "sheetjs-xls": () => withSheetjs("biff8") })[library]();
