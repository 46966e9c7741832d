/**
 * Pictures that social media show beside a link: 1200 × 630 pixels, set in our own faces by sharp's text input, in all
 * four scripts and both directions. Texts of strangers are escaped: the input reads Pango's markup.
 */
import type { OverlayOptions, Sharp } from "sharp";
import { faceFile, type Face } from "./pdf-fonts.js";

/** Edges of a card in pixels. */
export const CARD_WIDTH = 1200;
export const CARD_HEIGHT = 630;

/** What stands on a card. */
export interface Card {
  sponsor: string;
  title: string;
  /** Empty while there is nothing to count. */
  number: string;
  /** Stands beside the number. */
  words: string;
  direction: "ltr" | "rtl";
}

/** Of tokens.css in the light: paper, ink, ink-2, rule, accent. */
const PAPER = "#ffffff";
const INK = "#14201c";
const QUIET = "#485650";
const RULE = "#d3dbd7";
const ACCENT = "#0b5a49";

const MARGIN = 72;
const WIDTH = CARD_WIDTH - 2 * MARGIN;
const TITLE_TOP = 150;
const TITLE_HEIGHT = 280;
/** Sizes of the title in pixels; the largest that fits is taken. */
const TITLE_SIZES = [68, 60, 52, 46, 40];
const FOOT_TOP = 470;
const FOOT_MIDDLE = 545;
/** Longer texts are cut before they are set, in characters as people see them. */
const LONGEST = 400;

const FACES: readonly Face[] = ["serif-bold", "arabic-bold", "han-bold"];
/** The names of these faces inside their files; the first that has a letter sets it. */
const FAMILIES = "Noto Serif, Noto Naskh Arabic, Noto Sans S Chinese";

/** Draws a card as PNG; one at a time, outside the thread that answers requests. The same card is the same bytes. */
export function drawCard(card: Card): Promise<Buffer> {
  const drawn = queue.then(() => draw(card));
  queue = drawn.catch(() => undefined);
  return drawn;
}

let queue: Promise<unknown> = Promise.resolve();

type Sharpen = (typeof import("sharp"))["default"];

/** The library, with our faces known to it: a text names one file, but what it was once given it goes on knowing. */
function library(): Promise<Sharpen> {
  loading ??= load();
  return loading;
}

let loading: Promise<Sharpen> | undefined;

async function load(): Promise<Sharpen> {
  const { default: sharp } = await import("sharp");
  for (const face of FACES) {
    const text = { text: "A", fontfile: faceFile(face), font: `${FAMILIES} bold 12`, dpi: 72 };
    await sharp({ text }).png().toBuffer();
  }
  return sharp;
}

/** A piece of text as a picture. */
interface Piece {
  input: Buffer;
  width: number;
  height: number;
}

interface Look {
  size: number;
  colour: string;
  width: number;
}

async function draw(card: Card): Promise<Buffer> {
  const sharp = await library();
  const set = (text: string, look: Look): Promise<Piece> => setText(sharp, text, look);
  const rtl = card.direction === "rtl";
  const place = (piece: Piece, from: number, top: number): OverlayOptions => ({
    input: piece.input,
    left: rtl ? CARD_WIDTH - MARGIN - from - piece.width : MARGIN + from,
    top: Math.round(top),
  });
  const middle = (piece: Piece, from: number, at: number) => place(piece, from, at - piece.height / 2);
  const sponsor = await oneLine(set, card.sponsor, { size: 30, colour: QUIET, width: WIDTH - 80 });
  const title = await fittingTitle(set, card.title);
  const number = card.number ? await set(card.number, { size: 96, colour: ACCENT, width: WIDTH }) : undefined;
  const beside = number ? number.width + 32 : 0;
  const words = await oneLine(set, card.words, { size: 34, colour: INK, width: WIDTH - beside });
  return blank(sharp, rtl)
    .composite([
      middle(sponsor, 80, 92),
      place(title, 0, TITLE_TOP),
      ...(number ? [middle(number, 0, FOOT_MIDDLE)] : []),
      middle(words, beside, FOOT_MIDDLE),
    ])
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Paper with the mark (two strokes, as in favicon.svg) and the rule above the number. */
function blank(sharp: Sharpen, rtl: boolean): Sharp {
  const flip = rtl ? ` transform="translate(${CARD_WIDTH} 0) scale(-1 1)"` : "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_WIDTH}" height="${CARD_HEIGHT}">
<rect width="100%" height="100%" fill="${PAPER}"/><g${flip}><rect width="100%" height="16" fill="${ACCENT}"/>
<svg x="${MARGIN}" y="64" width="56" height="56" viewBox="0 0 32 32"><rect width="32" height="32" fill="${ACCENT}"/>
<path d="M5 13h22M11 21h16" fill="none" stroke="${PAPER}" stroke-width="3.5"/></svg>
<path d="M${MARGIN} ${FOOT_TOP}h${WIDTH}" stroke="${RULE}" stroke-width="2"/></g></svg>`;
  return sharp(Buffer.from(svg));
}

/** The title in the largest size in which it fits; one that fits in none loses its end. */
async function fittingTitle(set: Setting, title: string): Promise<Piece> {
  for (const size of TITLE_SIZES) {
    const piece = await set(title, titleLook(size));
    if (fits(piece)) return piece;
  }
  return shortened(set, title, titleLook(TITLE_SIZES.at(-1) ?? 40), fits);
}

function titleLook(size: number): Look {
  return { size, colour: INK, width: WIDTH };
}

function fits({ width, height }: Piece): boolean {
  return width <= WIDTH && height <= TITLE_HEIGHT;
}

type Setting = (text: string, look: Look) => Promise<Piece>;

async function oneLine(set: Setting, text: string, look: Look): Promise<Piece> {
  const isOne = (piece: Piece): boolean => piece.width <= look.width && piece.height <= look.size * 1.6;
  const piece = await set(text, look);
  return isOne(piece) ? piece : shortened(set, text, look, isOne);
}

/** As much of a text's beginning as passes, with an ellipsis; found by halving. */
async function shortened(
  set: Setting,
  text: string,
  look: Look,
  passes: (piece: Piece) => boolean,
): Promise<Piece> {
  const characters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  let kept = await set("…", look);
  let [least, most] = [0, Math.min(characters.length, LONGEST)];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    const piece = await set(`${characters.slice(0, middle).join("").trimEnd()}…`, look);
    if (passes(piece)) [kept, least] = [piece, middle];
    else most = middle - 1;
  }
  return kept;
}

async function setText(sharp: Sharpen, text: string, look: Look): Promise<Piece> {
  const { data, info } = await sharp({
    text: {
      text: `<span foreground="${look.colour}">${pangoText(text)}</span>`,
      font: `${FAMILIES} bold ${look.size}`,
      fontfile: faceFile("serif-bold"),
      rgba: true,
      dpi: 72,
      width: look.width,
      wrap: "word-char",
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  return { input: data, width: info.width, height: info.height };
}

/** What markup means and what XML 1.0 §2.2 has no place for. */
const UNFIT = /[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const MARKUP: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** A text of anybody's as Pango markup that says just this text; never empty, which could not be drawn. */
export function pangoText(text: string): string {
  const plain = text
    .slice(0, LONGEST * 4)
    .replaceAll(UNFIT, " ")
    .trim();
  return plain.replaceAll(/[&<>"']/g, (sign) => MARKUP[sign] ?? sign) || "…";
}
