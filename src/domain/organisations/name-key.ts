import { withoutLegalForm, type LegalKind } from "./legal-form.js";
import { foldWords } from "./name-folding.js";

/** What a name is compared by. */
export interface NameParts {
  key: string;
  kind: LegalKind | undefined;
}

const LEADING_ARTICLES = new Set(["the"]);

/** A list asks for the same name many times within a batch of rows: the last few thousand answers are kept. */
const REMEMBERED = 4000;
const remembered = new Map<string, NameParts>();

/** The key of a name together with the kind of its legal form. */
export function nameParts(name: string): NameParts {
  const known = remembered.get(name);
  if (known) return known;
  const parts = computeParts(name);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(name, parts);
  return parts;
}

function computeParts(name: string): NameParts {
  const folded = foldWords(name);
  const named = folded.length > 1 && LEADING_ARTICLES.has(folded[0] ?? "") ? folded.slice(1) : folded;
  const { words, kind } = withoutLegalForm(named);
  return { key: words.join(" ") || name.normalize("NFC").trim().toLowerCase(), kind };
}

/**
 * The key by which two spellings of one name are equal: case, accents, punctuation, a leading "The" and the legal
 * form folded, bracketed text kept. Never empty for a name that is not.
 */
export function nameKey(name: string): string {
  return nameParts(name).key;
}

/** Look-alikes of Latin letters in Cyrillic, Greek, Armenian and Cherokee-like letters (after Unicode UTS #39). */
const LOOK_ALIKES: Record<string, string> = {
  а: "a",
  в: "b",
  с: "c",
  ԁ: "d",
  е: "e",
  ё: "e",
  ғ: "f",
  ԍ: "g",
  һ: "h",
  н: "h",
  і: "l",
  ї: "l",
  ј: "j",
  к: "k",
  ӏ: "l",
  м: "m",
  п: "n",
  о: "o",
  р: "p",
  ԛ: "q",
  г: "r",
  ѕ: "s",
  т: "t",
  у: "y",
  ѵ: "v",
  ԝ: "w",
  х: "x",
  з: "3",
  ь: "b",
  α: "a",
  β: "b",
  ε: "e",
  η: "n",
  ι: "l",
  κ: "k",
  μ: "u",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ω: "w",
  γ: "y",
  σ: "o",
  օ: "o",
  ո: "n",
  ս: "u",
  հ: "h",
  ց: "g",
  ա: "w",
  զ: "q",
  ɑ: "a",
  ɡ: "g",
  ɩ: "l",
  ʟ: "l",
  ꞁ: "l",
  i: "l",
  "1": "l",
  "|": "l",
  "0": "o",
};

/** Greek capitals that are drawn like Latin ones; their small letters are not (`Η` and `η`), so they come before folding. */
const GREEK_CAPITALS: Record<string, string> = {
  Α: "A",
  Β: "B",
  Ε: "E",
  Ζ: "Z",
  Η: "H",
  Ι: "I",
  Κ: "K",
  Μ: "M",
  Ν: "N",
  Ο: "O",
  Ρ: "P",
  Τ: "T",
  Υ: "Y",
  Χ: "X",
};

/** Words of Latin letters and those capitals: a word with other Greek letters in it is Greek, and is left alone. */
const CAPITAL_WORD =
  /(?<!\p{L})[\p{Script=Latin}ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]*[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ][\p{Script=Latin}ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]*(?!\p{L})/gu;

function latinCapitals(word: string): string {
  return Array.from(word, (letter) => GREEK_CAPITALS[letter] ?? letter).join("");
}

/**
 * What a name looks like: its key with letters that are easily taken for each other made equal. Two different keys
 * with one skeleton are a pair for a person to look at (Unicode UTS #39 §4, with a small table of our own).
 */
export function nameSkeleton(name: string): string {
  const key = nameKey(name.replace(CAPITAL_WORD, latinCapitals));
  return Array.from(key, (letter) => LOOK_ALIKES[letter] ?? letter)
    .join("")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w");
}
