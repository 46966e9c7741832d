import { inspectCsv } from "../../src/platform/csv-inspect.js";
import { readCsv } from "../../src/platform/csv-reader.js";

/** The rows below the header of a CSV text, read as an import reads them. */
export async function readBack(text: string): Promise<string[][]> {
  const source = { bytes: Buffer.from(text) };
  const found = await inspectCsv(source, (cells) => (cells[0] === "organisation" ? 10 : 0));
  if (!found.ok) throw new Error(`the file is not readable: ${found.problem}`);
  const rows: string[][] = [];
  for await (const { cells } of readCsv(source, found.shape)) rows.push(cells);
  return rows;
}
