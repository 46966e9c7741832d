import table from "../../../data/legal-forms/legal-forms.json" with { type: "json" };
import { foldWords } from "./name-folding.js";

/** Broad kinds of legal form; two names that differ in kind name two entities. */
export type LegalKind = "LLC" | "JSC" | "LP" | "LLP" | "GP";

/** A name without its legal form: the words that are left, and what the form said. */
export interface WithoutForm {
  words: string[];
  /** Undefined when the name has no form, or one as vague as "Company". */
  kind: LegalKind | undefined;
}

interface Alias {
  words: string[];
  kind: LegalKind | undefined;
}

/** Words that stand like a legal form but say nothing of the kind. */
const VAGUE = ["Company", "Co", "Corporation", "Corp", "and Company", "and Co", "& Co", "Pty", "Pte", "Pvt"];

/** Short forms that also stand before a name ("OOO Orbita", "PT Satelit"); long ones of several words always may. */
const LEADING = new Set(
  "ooo oao zao pao jsc ojsc pjsc cjsc llc pt srl sarl too ооо оао зао пао ао тоо нао ат тов".split(" "),
);
const LEADING_LENGTH = 10;

/** Forms written without a space, as in Chinese, Japanese and Korean. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2,}$/u;

const aliases: Alias[] = [
  ...table.flatMap(({ kind, aliases }) =>
    aliases.map((alias) => ({ words: foldWords(alias), kind: kind as LegalKind })),
  ),
  ...VAGUE.map((alias) => ({ words: foldWords(alias), kind: undefined })),
].filter(({ words }) => words.length > 0);

const byLastWord = groupBy((alias) => alias.words.at(-1) ?? "");
const byFirstWord = groupBy((alias) => alias.words[0] ?? "", mayLead);
const unspaced = aliases
  .filter(({ words }) => words.length === 1 && UNSPACED.test(words[0] ?? ""))
  .sort((a, b) => (b.words[0]?.length ?? 0) - (a.words[0]?.length ?? 0));

function mayLead({ words }: Alias): boolean {
  return words.length === 1 ? LEADING.has(words[0] ?? "") : words.join(" ").length >= LEADING_LENGTH;
}

/** Longest forms first, so that "Co Ltd" goes before "Ltd". */
function groupBy(keyOf: (alias: Alias) => string, keep: (alias: Alias) => boolean = () => true) {
  const groups = new Map<string, Alias[]>();
  for (const alias of aliases.filter(keep)) {
    const key = keyOf(alias);
    groups.set(
      key,
      [...(groups.get(key) ?? []), alias].sort((a, b) => b.words.length - a.words.length),
    );
  }
  return groups;
}

/** Takes legal forms off the end and the beginning of folded words, as long as something is left. */
export function withoutLegalForm(folded: readonly string[]): WithoutForm {
  let words = [...folded];
  let kind: LegalKind | undefined;
  for (;;) {
    const found = trailing(words) ?? leading(words) ?? attached(words);
    if (!found) return { words, kind };
    words = found.rest;
    kind ??= found.kind;
  }
}

type Found = { rest: string[]; kind: LegalKind | undefined } | undefined;

function trailing(words: readonly string[]): Found {
  for (const alias of byLastWord.get(words.at(-1) ?? "") ?? []) {
    const start = words.length - alias.words.length;
    if (start > 0 && alias.words.every((word, index) => words[start + index] === word)) {
      return { rest: words.slice(0, start), kind: alias.kind };
    }
  }
  return undefined;
}

function leading(words: readonly string[]): Found {
  for (const alias of byFirstWord.get(words[0] ?? "") ?? []) {
    if (words.length > alias.words.length && alias.words.every((word, index) => words[index] === word)) {
      return { rest: words.slice(alias.words.length), kind: alias.kind };
    }
  }
  return undefined;
}

function attached(words: readonly string[]): Found {
  const [first, last] = [words[0] ?? "", words.at(-1) ?? ""];
  if (!UNSPACED.test(first) && !UNSPACED.test(last)) return undefined;
  for (const { words: form, kind } of unspaced) {
    const text = form[0] ?? "";
    if (last.endsWith(text) && last.length > text.length + 1) {
      return { rest: [...words.slice(0, -1), last.slice(0, -text.length)], kind };
    }
    if (first.startsWith(text) && first.length > text.length + 1) {
      return { rest: [first.slice(text.length), ...words.slice(1)], kind };
    }
  }
  return undefined;
}
