import { createHash } from "node:crypto";

/** What an organisation signs. */
export interface LetterText {
  /** BCP 47. */
  language: string;
  title: string;
  addressee: string;
  bodyMd: string;
}

/**
 * The exact bytes that a signature is pinned to: a JSON array of the form's name, language, title, addressee and
 * Markdown text, in UTF-8 and Unicode normal form C, line ends as LF, no space at line ends or around the whole.
 */
export function canonicalText(text: LetterText): string {
  const parts = [text.language, text.title, text.addressee, text.bodyMd];
  return JSON.stringify(["countersign-letter-1", ...parts.map(tidy)]);
}

/** SHA-256 of the canonical text, 32 bytes. */
export function contentHash(text: LetterText): Buffer {
  return createHash("sha256").update(canonicalText(text), "utf8").digest();
}

function tidy(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .trim();
}
