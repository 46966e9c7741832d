/** Letters that Unicode does not take apart into a base letter and a mark. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ħ: "h",
  ı: "i",
  ŋ: "n",
  ŧ: "t",
  ƒ: "f",
  ə: "e",
  "&": " and ",
  "+": " plus ",
  ـ: "",
};
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");

/** Marks on Latin, Greek and Cyrillic letters, and the vowel signs that Arabic and Hebrew text may leave out. */
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]/gu;
const INVISIBLE = /[\p{Cf}\p{Cc}]/gu;
const APOSTROPHES = /['’‘ʼʻ`´ʹ′"“”„«»‹›]/gu;

/** "S.A.", "J.P." and "p.l.c." are one word each. */
const INITIALS = /(?<![\p{L}\p{N}])(?:\p{L}\.){1,}\p{L}(?![\p{L}\p{N}])/gu;

/**
 * The words of a name folded for comparison: lower case, no accents, no punctuation, initials joined, "&" spelled
 * out, in any script. Bracketed text stays.
 */
export function foldWords(name: string): string[] {
  return name
    .replace(APOSTROPHES, "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(MARKS, "")
    .replace(SPECIAL, (letter) => LETTERS[letter] ?? letter)
    .normalize("NFC")
    .replace(INVISIBLE, "")
    .replace(INITIALS, (initials) => initials.replaceAll(".", ""))
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, " ")
    .trim()
    .split(" ")
    .filter((word) => word !== "");
}
