/**
 * Printed pages: a stack of blocks on A4, tagged for readers that cannot see (ISO 14289-1, PDF/UA), the same bytes for the
 * same blocks. Lines are broken, ordered for both directions (Unicode UAX #9) and cut into faces here, since the library
 * that writes the file does none of it.
 */
import { createRequire } from "node:module";
import type { Bidi } from "bidi-js";
import PdfDocument from "pdfkit";
import { faceBytes, faceRuns, type Face } from "./pdf-fonts.js";
import { PdfStructure, type Tag } from "./pdf-structure.js";

/** How a block looks and what it is to a reader. */
export type BlockKind = "title" | "heading" | "text" | "item" | "quote" | "small" | "entry" | "rule";

/** One paragraph, heading or item. */
export interface Block {
  kind: BlockKind;
  /** Plain text; line ends in it stay. */
  text: string;
  /** Stands before the first line: a number or a dot. */
  mark?: string;
  /** BCP 47; the document's unless given. */
  language?: string;
  /** Further lines in smaller type under an entry. */
  details?: readonly string[];
}

/** A whole document. */
export interface PrintedDocument {
  title: string;
  author: string;
  language: string;
  direction: "ltr" | "rtl";
  /** Stands in the file as the time it was made, so that equal documents are equal bytes. */
  madeAt: Date;
  /** At the foot of each page; the page's number is added. */
  footer: string;
  blocks: Iterable<Block>;
}

interface Style {
  size: number;
  lead: number;
  before: number;
  after: number;
  bold: boolean;
  indent: number;
  colour: string;
  tag: Tag;
}

const INK = "#1b1b1b";
const QUIET = "#4a4a4a";
const STYLES: Record<Exclude<BlockKind, "rule">, Style> = {
  title: { size: 21, lead: 1.3, before: 0, after: 10, bold: true, indent: 0, colour: INK, tag: "H1" },
  heading: { size: 13, lead: 1.4, before: 14, after: 4, bold: true, indent: 0, colour: INK, tag: "H2" },
  text: { size: 11, lead: 1.55, before: 0, after: 7, bold: false, indent: 0, colour: INK, tag: "P" },
  item: { size: 11, lead: 1.55, before: 0, after: 5, bold: false, indent: 22, colour: INK, tag: "LBody" },
  quote: {
    size: 11,
    lead: 1.55,
    before: 0,
    after: 7,
    bold: false,
    indent: 18,
    colour: QUIET,
    tag: "BlockQuote",
  },
  small: { size: 8.5, lead: 1.5, before: 0, after: 4, bold: false, indent: 0, colour: QUIET, tag: "P" },
  entry: { size: 10.5, lead: 1.4, before: 4, after: 0, bold: true, indent: 0, colour: INK, tag: "P" },
};
const DETAIL: Style = { ...STYLES.small, lead: 1.45, after: 0 };
const MARGIN = { left: 72, right: 72, top: 64, bottom: 72 };
/** A4 in points. */
const PAGE = { width: 595.28, height: 841.89 };
const WIDTH = PAGE.width - MARGIN.left - MARGIN.right;
const BOTTOM = PAGE.height - MARGIN.bottom;
/** After so many blocks the thread is given back for a moment. */
const BLOCKS_AT_ONCE = 40;
/** Widths of words that are remembered; most words of a list come again. */
const WIDTHS_KEPT = 20_000;

/** Read by require: the package declares its types for that form only. */
const bidi = (createRequire(import.meta.url)("bidi-js") as () => Bidi)();

/** Writes a document as PDF; gives way to other work while it does. */
export async function printPdf(given: PrintedDocument): Promise<Buffer> {
  const pen = new Pen(given);
  let done = 0;
  for (const block of given.blocks) {
    pen.draw(block);
    done += 1;
    if (done % BLOCKS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return pen.end();
}

/** Where an end of line may stand after this: spaces, hyphens, and between Han, but not before what closes. */
const PIECES =
  /[\p{Script=Han}\u3040-\u30ff\u3000-\u303f\uff00-\uffef][\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300d\u300f\u3011\u300b\u201d\u2019]*|[^\s\p{Script=Han}\u3040-\u30ff\u3000-\u303f\uff00-\uffef]+?(?:-(?=\p{L})|(?=[\s\p{Script=Han}\u3000-\u303f\uff00-\uffef])|$)|\s+/gu;

class Pen {
  readonly #doc: PDFKit.PDFDocument;
  readonly #chunks: Buffer[] = [];
  readonly #finished: Promise<void>;
  readonly #known = new Set<Face>();
  readonly #widths = new Map<string, number>();
  readonly #given: PrintedDocument;
  readonly #tags: PdfStructure;
  #y = MARGIN.top;

  constructor(given: PrintedDocument) {
    this.#given = given;
    this.#doc = new PdfDocument({
      size: "A4",
      margin: 0,
      pdfVersion: "1.7",
      subset: "PDF/UA" as "PDF/A-1",
      tagged: true,
      lang: given.language,
      displayTitle: true,
      bufferPages: true,
      font: undefined as unknown as string,
      info: { Title: given.title, Author: given.author, CreationDate: given.madeAt, ModDate: given.madeAt },
    });
    this.#tags = new PdfStructure(this.#doc);
    this.#doc.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    this.#finished = new Promise((resolve, reject) => {
      this.#doc.on("end", () => resolve());
      this.#doc.on("error", reject);
    });
  }

  draw(block: Block): void {
    if (block.kind === "rule") return this.#rule();
    const style = STYLES[block.kind];
    const lines = this.#lines(block.text, style);
    const details = (block.details ?? []).flatMap((text) => this.#lines(text, DETAIL));
    const needed = block.kind === "heading" ? 60 : 0;
    const together =
      block.kind === "entry" ? lines.length * style.size * style.lead + details.length * 13 : 0;
    this.#y += this.#y > MARGIN.top ? style.before : 0;
    this.#room(Math.max(needed, together, style.size * style.lead));
    const direction = this.#direction(block.text);
    if (block.kind === "item") {
      const drawMark = (mark: string): void => this.#line(mark, { ...style, indent: 0 }, direction);
      this.#tags.beginItem(block.mark, drawMark, block.language);
    } else {
      this.#tags.begin(style.tag, block.language);
    }
    for (const line of lines) this.#lineDown(line, style, direction);
    for (const line of details) this.#lineDown(line, DETAIL, direction);
    this.#tags.end();
    this.#y += style.after;
  }

  #direction(text: string): "ltr" | "rtl" {
    const strong = /[\p{Script=Arabic}\p{Script=Hebrew}]|\p{L}/u.exec(text)?.[0];
    if (strong === undefined) return this.#given.direction;
    return /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(strong) ? "rtl" : "ltr";
  }

  #rule(): void {
    this.#room(16);
    this.#y += 8;
    const { left } = MARGIN;
    this.#doc.markContent("Artifact", { type: "Layout" });
    this.#doc
      .moveTo(left, this.#y)
      .lineTo(left + WIDTH, this.#y)
      .lineWidth(0.5)
      .stroke("#9a9a9a");
    this.#doc.endMarkedContent();
    this.#y += 8;
  }

  #room(height: number): void {
    if (this.#y + height <= BOTTOM) return;
    this.#tags.pause();
    this.#doc.addPage();
    this.#y = MARGIN.top;
    this.#tags.resume();
  }

  #lineDown(line: string, style: Style, direction: "ltr" | "rtl"): void {
    this.#room(style.size * style.lead);
    // The space keeps the last word apart from the next line's first for those who hear it read out.
    this.#line(direction === "ltr" && !/\p{Script=Han}$/u.test(line) ? `${line} ` : line, style, direction);
    this.#y += style.size * style.lead;
  }

  /** Sets one line, run by run from left to right. */
  #line(text: string, style: Style, direction: "ltr" | "rtl"): void {
    const runs = visualRuns(text, style.bold, direction);
    const widths = runs.map((run) => this.#width(run.text, run.face, style.size));
    const total = widths.reduce((sum, width) => sum + width, 0);
    let x = direction === "rtl" ? MARGIN.left + WIDTH - style.indent - total : MARGIN.left + style.indent;
    runs.forEach((run, index) => {
      this.#use(run.face, style.size)
        .fillColor(style.colour)
        .text(run.text, x, this.#y + (style.size * (style.lead - 1)) / 2 + style.size, {
          lineBreak: false,
          baseline: "alphabetic",
          ...(run.face.startsWith("arabic") ? { features: FEATURES } : {}),
        });
      x += widths[index] ?? 0;
    });
  }

  #use(face: Face, size: number): PDFKit.PDFDocument {
    if (!this.#known.has(face)) {
      this.#doc.registerFont(face, faceBytes(face));
      this.#known.add(face);
    }
    return this.#doc.font(face).fontSize(size);
  }

  #width(text: string, face: Face, size: number): number {
    return this.#use(face, size).widthOfString(text, face.startsWith("arabic") ? { features: FEATURES } : {});
  }

  #measure(text: string, style: Style): number {
    const key = `${style.size} ${style.bold} ${text}`;
    const known = this.#widths.get(key);
    if (known !== undefined) return known;
    if (this.#widths.size > WIDTHS_KEPT) this.#widths.clear();
    const width = this.#measured(text, style);
    this.#widths.set(key, width);
    return width;
  }

  #measured(text: string, style: Style): number {
    return faceRuns(text, style.bold).reduce(
      (sum, run) => sum + this.#width(run.text, run.face, style.size),
      0,
    );
  }

  /** Breaks a text into lines that fit. */
  #lines(text: string, style: Style): string[] {
    const room = WIDTH - style.indent;
    return text.split("\n").flatMap((paragraph) => {
      const lines: string[] = [];
      let line = "";
      let width = 0;
      for (const piece of paragraph.match(PIECES) ?? []) {
        for (const part of this.#fitting(piece, style, room)) {
          const more = this.#measure(part, style);
          if (width + more > room && line !== "" && part.trim() !== "") {
            lines.push(line.trimEnd());
            line = "";
            width = 0;
          }
          if (line === "" && part.trim() === "") continue;
          line += part;
          width += more;
        }
      }
      return [...lines, line.trimEnd()];
    });
  }

  /** A word that is wider than the page, in parts. */
  #fitting(piece: string, style: Style, room: number): string[] {
    if (piece.length < 30 || this.#measure(piece, style) <= room) return [piece];
    return piece.match(/.{1,20}/gsu) ?? [piece];
  }

  async end(): Promise<Buffer> {
    this.#tags.close();
    const doc = this.#doc;
    const { count } = doc.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      doc.switchToPage(page);
      doc.markContent("Artifact", { type: "Pagination" });
      this.#y = PAGE.height - MARGIN.bottom + 22;
      this.#line(
        this.#clipped(this.#given.footer, `  ·  ${page + 1} / ${count}`),
        { ...DETAIL, size: 7.5 },
        this.#given.direction,
      );
      doc.endMarkedContent();
    }
    doc.end();
    await this.#finished;
    return Buffer.concat(this.#chunks);
  }

  /** The foot in one line: what is too long loses its end. */
  #clipped(text: string, end: string): string {
    const style = { ...DETAIL, size: 7.5 };
    let kept = text;
    while (this.#measure(kept + end, style) > WIDTH && kept.length > 10)
      kept = `${kept.slice(0, -6).trimEnd()}…`;
    return kept + end;
  }
}

/** Given so that a run is laid out as a whole and not word by word, which would set Arabic words in the wrong order. */
const FEATURES: PDFKit.Mixins.OpenTypeFeatures[] = ["kern", "liga"];

/** The runs of one line from left to right, each in one face and one direction, its text as it is read. */
export function visualRuns(
  text: string,
  bold: boolean,
  direction: "ltr" | "rtl",
): { text: string; face: Face }[] {
  const { levels } = bidi.getEmbeddingLevels(text, direction);
  const pieces: { text: string; level: number }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const level = levels[at] ?? 0;
    const last = pieces.at(-1);
    if (last && last.level === level) last.text += text.charAt(at);
    else pieces.push({ text: text.charAt(at), level });
  }
  const ordered = reordered(pieces);
  return ordered.flatMap(({ text: piece, level }) => {
    if (level % 2 === 0) return faceRuns(piece, bold);
    return faceRuns(mirrored(piece), bold)
      .map((run) =>
        run.face.startsWith("arabic") ? run : { ...run, text: Array.from(run.text).reverse().join("") },
      )
      .reverse();
  });
}

/** Rule L2 of UAX #9 on pieces of equal level: from the highest level down, reverse what is at least as high. */
function reordered<T extends { level: number }>(pieces: readonly T[]): T[] {
  const result = [...pieces];
  const highest = Math.max(0, ...pieces.map(({ level }) => level));
  for (let level = highest; level >= 1; level -= 1) {
    for (let start = 0; start < result.length; start += 1) {
      if ((result[start]?.level ?? 0) < level) continue;
      let end = start;
      while (end < result.length && (result[end]?.level ?? 0) >= level) end += 1;
      result.splice(start, end - start, ...result.slice(start, end).reverse());
      start = end;
    }
  }
  return result;
}

function mirrored(text: string): string {
  return Array.from(text, (char) => bidi.getMirroredCharacter(char) ?? char).join("");
}
