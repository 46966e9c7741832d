/** The encodings that a list may come in. */
export type TextEncodingName = "utf-8" | "utf-8-damaged" | "utf-16le" | "utf-16be" | "windows-1252";

/** Code points that windows-1252 has at 0x80 to 0x9f (WHATWG Encoding, index windows-1252). */
const WINDOWS_1252 =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

/** Decodes windows-1252; own table because some Node versions decode it as Latin-1. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char);
}

/** The encoding that a byte order mark names, or undefined; UTF-32 is not spoken here. */
export function encodingOfMark(head: Uint8Array): TextEncodingName | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return undefined;
}

/** UTF-16 without a mark: most of every second byte is zero, as text in Latin letters has it. */
export function encodingOfZeros(head: Uint8Array): TextEncodingName | undefined {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] !== 0) continue;
    if (i % 2 === 0) even++;
    else odd++;
  }
  const half = head.length / 2;
  if (head.length >= 4 && odd > half * 0.4 && even < half * 0.05) return "utf-16le";
  if (head.length >= 4 && even > half * 0.4 && odd < half * 0.05) return "utf-16be";
  return undefined;
}

/** Turns chunks of bytes into text, keeping characters whole that a chunk border cuts. */
export function textDecoder(encoding: TextEncodingName): (bytes?: Uint8Array) => string {
  if (encoding === "windows-1252") return (bytes) => (bytes ? decodeWindows1252(bytes) : "");
  const decoder = new TextDecoder(encoding === "utf-8-damaged" ? "utf-8" : encoding);
  return (bytes) => (bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode());
}

/** Watches bytes go by and says in the end whether they were UTF-8, damaged UTF-8, or no UTF-8 at all. */
export class Utf8Check {
  private readonly strict = new TextDecoder("utf-8", { fatal: true });
  private readonly lenient = new TextDecoder("utf-8");
  private failed = false;
  private whole = 0;
  private broken = 0;

  /** Takes the next bytes (none at the end) and returns them as text, damaged places as U+FFFD. */
  text(bytes?: Uint8Array): string {
    this.checkStrictly(bytes);
    const text = bytes ? this.lenient.decode(bytes, { stream: true }) : this.lenient.decode();
    for (const char of text.match(/[^\u0000-\u007f]/g) ?? []) {
      if (char === "\ufffd") this.broken++;
      else this.whole++;
    }
    return text;
  }

  /**
   * The verdict after the last byte: strict UTF-8; else UTF-8 with damaged places when whole characters beyond ASCII
   * outnumber the broken ones; else windows-1252.
   */
  verdict(): TextEncodingName {
    if (!this.failed) return "utf-8";
    return this.whole > this.broken ? "utf-8-damaged" : "windows-1252";
  }

  private checkStrictly(bytes: Uint8Array | undefined): void {
    if (this.failed) return;
    try {
      if (bytes) this.strict.decode(bytes, { stream: true });
      else this.strict.decode();
    } catch {
      this.failed = true;
    }
  }
}
