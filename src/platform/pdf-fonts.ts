/**
 * The typefaces of printed pages and which of them a character is set in. One family cannot hold every script, so a text
 * is cut into runs: Latin, Greek and Cyrillic in Noto Serif, Arabic in Noto Naskh, Han in Noto Sans Hans.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);

/** A typeface, by the name under which a document knows it. */
export type Face = "serif" | "serif-bold" | "arabic" | "arabic-bold" | "han" | "han-bold";

const FILES: Record<Face, () => string> = {
  serif: () => require.resolve("@expo-google-fonts/noto-serif/400Regular/NotoSerif_400Regular.ttf"),
  "serif-bold": () => require.resolve("@expo-google-fonts/noto-serif/700Bold/NotoSerif_700Bold.ttf"),
  arabic: () => inPackage("@embedpdf/fonts-arabic", "NotoNaskhArabic-Regular.ttf"),
  "arabic-bold": () => inPackage("@embedpdf/fonts-arabic", "NotoNaskhArabic-Bold.ttf"),
  han: () => inPackage("@embedpdf/fonts-sc", "NotoSansHans-Regular.otf"),
  "han-bold": () => inPackage("@embedpdf/fonts-sc", "NotoSansHans-Bold.otf"),
};

function inPackage(name: string, file: string): string {
  return path.join(path.dirname(require.resolve(name)), "..", "fonts", file);
}

const read = new Map<Face, Buffer>();

/** Where the file of a face lies. */
export function faceFile(face: Face): string {
  return FILES[face]();
}

/** The bytes of a face; read from its package once, when it is first needed. */
export function faceBytes(face: Face): Buffer {
  const bytes = read.get(face) ?? readFileSync(FILES[face]());
  read.set(face, bytes);
  return bytes;
}

const ARABIC = /[\p{Script=Arabic}\u060c\u061b\u061f]/u;
const HAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u;
/** What every face has, and takes that of the letter before it. */
const ANY = /[ \d.,:;!?()"'\-«»\p{M}\u200c\u200d]/u;
/** What the Arabic faces have of those; they have no Latin brackets and quotes. */
const ANY_IN_ARABIC = /[ .:!\p{M}\u200c\u200d]/u;

function scriptOf(char: string): "serif" | "arabic" | "han" | undefined {
  if (ARABIC.test(char)) return "arabic";
  if (HAN.test(char)) return "han";
  return ANY.test(char) ? undefined : "serif";
}

/** A piece of text in one face. */
export interface FaceRun {
  text: string;
  face: Face;
}

/** Cuts a text into pieces of one face each; joiners and combining marks stay with the letter before them. */
export function faceRuns(text: string, bold: boolean): FaceRun[] {
  const runs: FaceRun[] = [];
  for (const char of text) {
    const last = runs.at(-1);
    const face = faceOf(char, bold, last?.face);
    if (last && last.face === face) last.text += char;
    else runs.push({ text: char, face });
  }
  return runs;
}

function faceOf(char: string, bold: boolean, before: Face | undefined): Face {
  const script = scriptOf(char);
  const joins = before?.startsWith("arabic") ? ANY_IN_ARABIC.test(char) : script === undefined;
  if (script === undefined && before && joins) return before;
  const family = script ?? "serif";
  return bold ? `${family}-bold` : family;
}
