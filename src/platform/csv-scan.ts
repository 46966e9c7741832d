/** What makes a whole file unreadable, in the words of the import contract. */
export type CsvProblem = "UNTERMINATED_QUOTE" | "EMPTY_FILE" | "NOT_TEXT";

/** A row of more characters than this is no list. */
const LONGEST_ROW = 2_000_000;

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * Walks through CSV text once, in chunks, and finds the quote that is never closed: one still open at the end of the
 * text, or one whose cell runs over a line end and is then followed by something other than a delimiter.
 */
export class QuoteScan {
  /** Where the open quote stands, counted in lines from 1, or undefined while all is well. */
  unterminatedAt: number | undefined;
  /** Whether a row was longer than any list has. */
  overlong = false;

  private state: "start" | "plain" | "quoted" | "quote" = "start";
  private line = 1;
  private openedAt = 0;
  private length = 0;
  private afterReturn = false;
  private readonly delimiter: number;

  constructor(delimiter: string) {
    this.delimiter = delimiter.charCodeAt(0);
  }

  /** Takes the next piece of text. */
  add(text: string): void {
    for (let i = 0; i < text.length && this.unterminatedAt === undefined; i++) this.step(text.charCodeAt(i));
  }

  /** The text is over. */
  end(): void {
    if (this.state === "quoted") this.unterminatedAt ??= this.openedAt;
  }

  private step(code: number): void {
    const lineEnd = code === LF || code === CR;
    if (this.state === "quote" && code !== QUOTE) this.afterQuote(code, lineEnd);
    if (this.state === "quoted") {
      if (code === QUOTE) this.state = "quote";
    } else if (this.state === "quote") {
      if (code === QUOTE) this.state = "quoted";
    } else if (code === QUOTE && this.state === "start") {
      this.state = "quoted";
      this.openedAt = this.line;
    } else if (lineEnd || code === this.delimiter) this.state = "start";
    else if (code !== SPACE) this.state = "plain";
    this.count(code, lineEnd);
  }

  private afterQuote(code: number, lineEnd: boolean): void {
    const closed = lineEnd || code === this.delimiter || code === SPACE;
    if (!closed && this.line > this.openedAt) this.unterminatedAt = this.openedAt;
    this.state = "plain";
  }

  private count(code: number, lineEnd: boolean): void {
    if (lineEnd && !(code === LF && this.afterReturn)) this.line++;
    this.afterReturn = code === CR;
    this.length = lineEnd && this.state !== "quoted" ? 0 : this.length + 1;
    if (this.length > LONGEST_ROW) this.overlong = true;
  }
}

/** Whether text is no text: a zero character anywhere, or many control characters. */
export function looksBinary(text: string): boolean {
  if (text.includes("\u0000")) return true;
  const controls = text.match(/[\u0001-\u0008\u000e-\u001a\u001c-\u001f]/g)?.length ?? 0;
  return controls > 16 && controls > text.length * 0.02;
}
