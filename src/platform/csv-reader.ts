import { Readable } from "node:stream";
import { parse } from "csv-parse";
import { chunksOf, parserOptions, stripMark, type CsvShape, type CsvSource } from "./csv-inspect.js";
import { unguardCell } from "./csv.js";
import { textDecoder } from "./text-encoding.js";

/** A row below the header. `row` counts from 1 and counts blank rows too. */
export interface CsvRow {
  row: number;
  cells: string[];
}

async function* decoded(source: CsvSource, shape: CsvShape): AsyncGenerator<string> {
  const decode = textDecoder(shape.encoding);
  let first = true;
  for await (const bytes of chunksOf(source)) {
    const text = decode(bytes);
    yield first ? stripMark(text) : text;
    first &&= text === "";
  }
  yield decode();
}

/**
 * Streams the rows below the header of a file that `inspectCsv` found readable; the guard that our own exports put
 * before formulas is taken off again. Memory does not grow with the file.
 */
export async function* readCsv(source: CsvSource, shape: CsvShape): AsyncGenerator<CsvRow> {
  const input = Readable.from(decoded(source, shape));
  const parser = parse(parserOptions(shape.delimiter));
  input.on("error", (error) => parser.destroy(error));
  let row = -shape.rowsAbove;
  try {
    for await (const record of input.pipe(parser)) {
      if (row > 0) yield { row, cells: (record as string[]).map(unguardCell) };
      row++;
    }
  } finally {
    input.destroy();
    parser.destroy();
  }
}
