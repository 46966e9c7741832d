import { stringify } from "csv-stringify/sync";

/** What a cell may hold; null and undefined are written as empty cells. */
export type CsvCell = string | number | boolean | Date | null | undefined;

/**
 * A text that a spreadsheet would run as a formula, or that already carries our guard before such a text. The wide
 * forms count where a spreadsheet folds them (OWASP "CSV injection").
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const GUARDED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/**
 * Puts an apostrophe before a text that a spreadsheet would take for a formula (OWASP "CSV injection"). A text that
 * already starts like a guarded one gets one more, so that `unguardCell` always returns exactly what went in.
 */
export function guardCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Takes the apostrophe of `guardCell` off again; any other text stays as it is. */
export function unguardCell(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text;
}

function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) return cell.toISOString();
  return typeof cell === "string" ? guardCell(cell) : String(cell);
}

/** One or more rows as CSV text (RFC 4180, CRLF), every text guarded against spreadsheet formulas. */
export function csvLines(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(
    rows.map((row) => row.map(cellText)),
    { record_delimiter: "windows", quoted_match: /['\r\n\t]|^\s|\s$/ },
  );
}

/** A whole CSV file: the header, then the rows, with a byte order mark so that spreadsheets read it as UTF-8. */
export function csvFile(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return `\ufeff${csvLines([header])}${csvLines(rows)}`;
}
