import { describe, expect, it } from "@jest/globals";
import { csvFile, csvLines, guardCell, unguardCell } from "../../src/platform/csv.js";
import { inspectCsv, type CsvInspection, type CsvSource } from "../../src/platform/csv-inspect.js";
import { readCsv } from "../../src/platform/csv-reader.js";
import * as fc from "fast-check";

const KNOWN = new Set(["name", "country", "email", "naïve"]);
const score = (cells: readonly string[]) => cells.filter((cell) => KNOWN.has(cell.toLowerCase())).length;

function bytes(text: string, encoding: BufferEncoding = "utf8"): CsvSource {
  return { bytes: Buffer.from(text, encoding) };
}

async function rowsOf(source: CsvSource): Promise<string[][]> {
  const inspection = await inspectCsv(source, score);
  if (!inspection.ok) throw new Error(inspection.problem);
  const rows: string[][] = [];
  for await (const { cells } of readCsv(source, inspection.shape)) rows.push(cells);
  return rows;
}

async function shapeOf(source: CsvSource) {
  const inspection = await inspectCsv(source, score);
  if (!inspection.ok) throw new Error(inspection.problem);
  return inspection.shape;
}

function problemOf(inspection: CsvInspection) {
  return inspection.ok ? undefined : { problem: inspection.problem, line: inspection.line };
}

describe("reading a list", () => {
  it("finds out comma, semicolon, tab and bar", async () => {
    for (const delimiter of [",", ";", "\t", "|"]) {
      const text = ["name,country,email", "Acme,FR,a@b.example", "Orbital,DE,"]
        .join("\n")
        .replaceAll(",", delimiter);
      expect(await rowsOf(bytes(text))).toEqual([
        ["Acme", "FR", "a@b.example"],
        ["Orbital", "DE", ""],
      ]);
    }
  });

  it("believes a first line that names the delimiter", async () => {
    expect(await rowsOf(bytes("sep=;\r\nname;note\r\nAcme;one, two\r\n"))).toEqual([["Acme", "one, two"]]);
    expect(await rowsOf(bytes("sep=;\r\na;b\r\n1;2\r\n"))).toEqual([["1", "2"]]);
  });

  it("reads UTF-8 with and without a mark, UTF-16 both ways, and windows-1252", async () => {
    const text = "name,country\nTürksat – Ünlü,TR\n";
    const swapped = Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    const western = Buffer.from(text.replace("–", "\u0096"), "latin1");
    const sources = [
      bytes(text),
      bytes(`\ufeff${text}`),
      bytes(`\ufeff${text}`, "utf16le"),
      bytes(text, "utf16le"),
      { bytes: swapped },
      { bytes: western },
    ];
    for (const source of sources) expect(await rowsOf(source)).toEqual([["Türksat – Ünlü", "TR"]]);
    const encodings = await Promise.all(sources.map(async (source) => (await shapeOf(source)).encoding));
    expect(encodings).toEqual(["utf-8", "utf-8", "utf-16le", "utf-16le", "utf-16be", "windows-1252"]);
  });

  it("reads a header in windows-1252", async () => {
    const shape = await shapeOf({ bytes: Buffer.from("naïve;x\n1;2\n", "latin1") });
    expect(shape.header).toEqual(["naïve", "x"]);
  });

  it("keeps a file UTF-8 when only a few bytes are damaged", async () => {
    const text = Buffer.from("name,country\nTürksat Ünlü,TR\nBadX,FR\n");
    text[text.indexOf("X")] = 0xe9;
    expect(await rowsOf({ bytes: text })).toEqual([
      ["Türksat Ünlü", "TR"],
      ["Bad\ufffd", "FR"],
    ]);
  });

  it("keeps characters whole across the pieces of a long file", async () => {
    const row = "Ünlü € 你好,FR\n";
    const rows = await rowsOf(bytes(`name,country\n${row.repeat(20_000)}`));
    expect(rows).toHaveLength(20_000);
    expect(new Set(rows.map((cells) => cells[0]))).toEqual(new Set(["Ünlü € 你好"]));
  });

  it("understands every line end, also mixed and CR alone", async () => {
    expect(await rowsOf(bytes("name,country\rAcme,FR\rB,DE\r"))).toEqual([
      ["Acme", "FR"],
      ["B", "DE"],
    ]);
    expect(await rowsOf(bytes("name,country\r\nAcme,FR\nB,DE"))).toEqual([
      ["Acme", "FR"],
      ["B", "DE"],
    ]);
  });

  it("finds the header below titles and counts blank rows", async () => {
    const text = "Prospects of spring\n\nname,country\n\nAcme,FR\n,\nB,DE\n";
    const shape = await shapeOf(bytes(text));
    expect([shape.rowsAbove, shape.header]).toEqual([2, ["name", "country"]]);
    const rows: unknown[] = [];
    for await (const row of readCsv(bytes(text), shape)) rows.push(row);
    expect(rows).toEqual([
      { row: 1, cells: [""] },
      { row: 2, cells: ["Acme", "FR"] },
      { row: 3, cells: ["", ""] },
      { row: 4, cells: ["B", "DE"] },
    ]);
  });

  it("takes no comment or title for the header", async () => {
    const commented = await shapeOf(bytes("# name\nname,country\nAcme,FR\n"));
    expect([commented.rowsAbove, commented.header]).toEqual([1, ["name", "country"]]);
    expect((await shapeOf(bytes("Country\na,b\n1,2\n"))).header).toEqual(["a", "b"]);
  });

  it("reads quoted cells with delimiters, quotes and line ends in them", async () => {
    expect(await rowsOf(bytes('name,country\n"Acme, ""the"" firm", FR \n"two\nlines",DE'))).toEqual([
      ['Acme, "the" firm', "FR"],
      ["two\nlines", "DE"],
    ]);
  });

  it("names the line where a quote was opened and never closed", async () => {
    const open = bytes('title\nname,country\nAcme,FR\n"Orbital,DE\nB,FR\n');
    expect(problemOf(await inspectCsv(open, score))).toEqual({ problem: "UNTERMINATED_QUOTE", line: 4 });
    const later = bytes('name,country\nAcme,FR\n"Orbital,DE\n"B","FR"\n"C","FR"\n');
    expect(problemOf(await inspectCsv(later, score))).toEqual({ problem: "UNTERMINATED_QUOTE", line: 3 });
    const inner = bytes('name,country\n"Acme "Sat" Ltd",FR\n');
    expect((await inspectCsv(inner, score)).ok).toBe(true);
  });

  it("refuses what is empty or no text", async () => {
    const problems = await Promise.all(
      ["", "\ufeff", " \n\n", "PK\u0003\u0004\u0000\u0000", "name\nA\u0000B\n"].map(async (text) =>
        problemOf(await inspectCsv(bytes(text), score)),
      ),
    );
    expect(problems.map((each) => each?.problem)).toEqual([
      "EMPTY_FILE",
      "EMPTY_FILE",
      "EMPTY_FILE",
      "NOT_TEXT",
      "NOT_TEXT",
    ]);
  });
});

describe("writing a list", () => {
  it("keeps spreadsheets from running a cell", () => {
    const texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain"];
    expect(texts.map(guardCell)).toEqual(["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "plain"]);
    expect(csvLines([["=1+1", "plain", -5, null]])).toBe(`"'=1+1",plain,-5,\r\n`);
  });

  it("comes back word for word when it is read again", async () => {
    const texts = [
      "=SUM(A1)",
      "'=quoted",
      "'plain",
      "a,b",
      'say "x"',
      " padded ",
      "two\nlines",
      "\ttab",
      "-",
      "ünï",
    ];
    const file = csvFile(
      ["name", "country"],
      texts.map((text) => [text, "FR"]),
    );
    expect((await rowsOf(bytes(file))).map((row) => row[0])).toEqual(texts);
  });

  it("never changes a text by guarding and taking the guard off", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "a") }), (text) => {
        expect(unguardCell(guardCell(text))).toBe(text);
        expect(guardCell(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});
