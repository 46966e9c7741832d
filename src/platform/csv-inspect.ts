import { createReadStream } from "node:fs";
import { parse as parseSync } from "csv-parse/sync";
import { QuoteScan, looksBinary, type CsvProblem } from "./csv-scan.js";
import {
  Utf8Check,
  encodingOfMark,
  encodingOfZeros,
  textDecoder,
  type TextEncodingName,
} from "./text-encoding.js";

/** Where a list is read from: a file, or bytes already in memory. */
export type CsvSource = { path: string } | { bytes: Uint8Array };

/** How to read a file: found once, so that a later reading sees the same rows. */
export interface CsvShape {
  encoding: TextEncodingName;
  delimiter: string;
  /** How many rows stand above the header: titles, notes, blank ones, a `sep=` line. */
  rowsAbove: number;
  header: string[];
}

/** What a file turned out to be; `line` counts from 1. */
export type CsvInspection = { ok: true; shape: CsvShape } | { ok: false; problem: CsvProblem; line?: number };

/** Says how many cells of a row are known column names, so that the header is found below titles. */
export type HeaderScore = (cells: readonly string[]) => number;

const DELIMITERS = [",", ";", "\t", "|"];
const SEP_LINE = /^"?sep=(.)"?[ \t]*(?=[\r\n]|$)/i;
const SAMPLE = 65_536;
const SAMPLE_ROWS = 40;

/** Reads a file or bytes piece by piece. */
export async function* chunksOf(source: CsvSource): AsyncGenerator<Uint8Array> {
  if ("path" in source) {
    for await (const chunk of createReadStream(source.path)) yield chunk as Buffer;
    return;
  }
  for (let at = 0; at < source.bytes.length; at += SAMPLE) yield source.bytes.subarray(at, at + SAMPLE);
}

/** Text without the byte order mark that may stand at its beginning. */
export function stripMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** How csv-parse is to read rows: every line end, ragged rows, and stray quotes as they stand. */
export function parserOptions(delimiter: string) {
  return {
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    trim: delimiter !== "\t",
  };
}

/**
 * Looks through a whole file once without keeping it: encoding (byte order mark, strict UTF-8, UTF-16, windows-1252),
 * delimiter (comma, semicolon, tab, bar; a first line `sep=;` decides), where the header stands, and whether every
 * quote is closed.
 */
export async function inspectCsv(
  source: CsvSource,
  headerScore: HeaderScore = () => 0,
): Promise<CsvInspection> {
  const inspector = new Inspector(headerScore);
  for await (const chunk of chunksOf(source)) {
    const problem = inspector.add(chunk);
    if (problem) return problem;
  }
  return inspector.end();
}

class Inspector {
  private readonly utf8 = new Utf8Check();
  private wide: TextEncodingName | undefined;
  private marked = false;
  private decode: ((bytes?: Uint8Array) => string) | undefined;
  private head: Uint8Array = new Uint8Array();
  private held = "";
  private scan: QuoteScan | undefined;
  private delimiter = "";

  constructor(private readonly headerScore: HeaderScore) {}

  add(bytes: Uint8Array): CsvInspection | undefined {
    if (this.head.length < SAMPLE) this.head = Buffer.concat([this.head, bytes]);
    this.decode ??= this.decoder(bytes.subarray(0, 4096));
    return this.take(this.decode(bytes), false);
  }

  end(): CsvInspection {
    const problem = this.take(this.decode?.() ?? "", true);
    if (problem) return problem;
    this.scan?.end();
    const line = this.scan?.unterminatedAt;
    if (line !== undefined) return { ok: false, problem: "UNTERMINATED_QUOTE", line };
    const encoding = this.encoding();
    const sample = stripMark(textDecoder(encoding)(this.head));
    return { ok: true, shape: { encoding, ...findHeader(sample, this.delimiter, this.headerScore) } };
  }

  private decoder(head: Uint8Array): (bytes?: Uint8Array) => string {
    const mark = encodingOfMark(head);
    this.marked = mark === "utf-8";
    const found = mark ?? encodingOfZeros(head);
    this.wide = found === "utf-16le" || found === "utf-16be" ? found : undefined;
    return this.wide ? textDecoder(this.wide) : (bytes) => this.utf8.text(bytes);
  }

  private encoding(): TextEncodingName {
    if (this.wide) return this.wide;
    const found = this.utf8.verdict();
    return found === "windows-1252" && this.marked ? "utf-8-damaged" : found;
  }

  private take(text: string, last: boolean): CsvInspection | undefined {
    if (looksBinary(text)) return { ok: false, problem: "NOT_TEXT" };
    if (this.scan) this.scan.add(text);
    else {
      this.held += text;
      const blank = stripMark(this.held).trim() === "";
      if (blank && last) return { ok: false, problem: "EMPTY_FILE" };
      if (blank || (this.held.length < SAMPLE && !last)) return undefined;
      this.delimiter = findDelimiter(stripMark(this.held), this.headerScore);
      this.scan = new QuoteScan(this.delimiter);
      this.scan.add(stripMark(this.held));
      this.held = "";
    }
    return this.scan.overlong ? { ok: false, problem: "NOT_TEXT" } : undefined;
  }
}

function sampleRows(sample: string, delimiter: string): string[][] {
  try {
    return parseSync(sample, { ...parserOptions(delimiter), to: SAMPLE_ROWS });
  } catch {
    return sample
      .split(/\r\n|\n|\r/)
      .slice(0, SAMPLE_ROWS)
      .map((row) => row.split(delimiter).map((cell) => cell.trim()));
  }
}

function commonWidth(rows: readonly string[][]): { width: number; rows: number } {
  const counts = new Map<number, number>();
  for (const row of rows) if (!isBlank(row)) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  const [width, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [0, 0];
  return { width, rows: count };
}

function isBlank(row: readonly string[]): boolean {
  return row.every((cell) => cell.trim() === "");
}

function findDelimiter(sample: string, headerScore: HeaderScore): string {
  const declared = SEP_LINE.exec(sample)?.[1];
  if (declared !== undefined) return declared;
  const ranked = DELIMITERS.map((delimiter) => {
    const rows = sampleRows(sample, delimiter);
    const common = commonWidth(rows);
    const known = Math.max(0, ...rows.filter((row) => row.length > 1).map(headerScore));
    return { delimiter, known, fit: common.width > 1 ? common.rows * Math.min(common.width, 8) : 0 };
  });
  return ranked.sort((a, b) => b.known - a.known || b.fit - a.fit)[0]?.delimiter ?? ",";
}

/** The header is the first row with the most known names; titles of one cell and comments are none. */
function findHeader(sample: string, delimiter: string, headerScore: HeaderScore): Omit<CsvShape, "encoding"> {
  const rows = sampleRows(sample, delimiter);
  const first = SEP_LINE.test(sample) ? 1 : 0;
  const { width } = commonWidth(rows.slice(first));
  const isTitle = (row: readonly string[], index: number): boolean =>
    index < first || isBlank(row) || row[0]?.startsWith("#") === true || (width > 1 && row.length === 1);
  const scores = rows.map((row, index) => (isTitle(row, index) ? 0 : headerScore(row)));
  const best = Math.max(0, ...scores);
  const likely = rows.findIndex((row, index) => !isTitle(row, index) && row.length === width);
  const rowsAbove = best > 0 ? scores.indexOf(best) : Math.max(0, likely);
  return { delimiter, rowsAbove, header: rows[rowsAbove] ?? [] };
}
