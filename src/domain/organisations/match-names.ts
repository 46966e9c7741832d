import { nameParts, nameSkeleton } from "./name-key.js";

/** What comparing two names says; only "same" may ever merge without a person. */
export interface NameMatch {
  verdict: "same" | "suggest" | "different";
  /** 0 to 1; 1 only for equal keys. */
  score: number;
  why: "same_key" | "legal_form_differs" | "look_alike" | "spacing" | "word_order" | "similar" | "different";
}

/** Pairs at or above this similarity are shown to a person (tuned on the labelled pairs in the tests). */
const SUGGEST_AT = 0.88;

/** Compares two names of organisations. "same" needs equal keys and no clash of legal forms. */
export function matchNames(a: string, b: string): NameMatch {
  const [left, right] = [nameParts(a), nameParts(b)];
  if (left.key === right.key) {
    const clash = left.kind !== undefined && right.kind !== undefined && left.kind !== right.kind;
    return clash
      ? { verdict: "suggest", score: 0.95, why: "legal_form_differs" }
      : { verdict: "same", score: 1, why: "same_key" };
  }
  if (left.key.replaceAll(" ", "") === right.key.replaceAll(" ", "")) {
    return { verdict: "suggest", score: 0.98, why: "spacing" };
  }
  if (nameSkeleton(a) === nameSkeleton(b)) return { verdict: "suggest", score: 0.97, why: "look_alike" };
  if (sortedWords(left.key) === sortedWords(right.key))
    return { verdict: "suggest", score: 0.96, why: "word_order" };
  const score = left.key < right.key ? similarity(left.key, right.key) : similarity(right.key, left.key);
  return score >= SUGGEST_AT
    ? { verdict: "suggest", score, why: "similar" }
    : { verdict: "different", score, why: "different" };
}

function sortedWords(key: string): string {
  return key.split(" ").sort().join(" ");
}

/** Similarity of two keys: Jaro-Winkler of the whole, held down by the least alike of the paired words. */
function similarity(a: string, b: string): number {
  const whole = jaroWinkler(a, b);
  const [short, long] = [a.split(" "), b.split(" ")].sort((x, y) => x.length - y.length) as [
    string[],
    string[],
  ];
  const best = short.map((word) => Math.max(...long.map((other) => jaroWinkler(word, other))));
  const weakest = Math.min(...best);
  const missing = long.length - short.length;
  const value = 0.5 * whole + 0.5 * weakest - 0.06 * missing;
  return Math.round(Math.max(0, Math.min(0.94, value)) * 1000) / 1000;
}

/** Jaro-Winkler similarity, 0 to 1 (Winkler 1990), prefix weight 0.1 over at most four letters. */
export function jaroWinkler(a: string, b: string): number {
  const jaro = jaroSimilarity(a, b);
  let prefix = 0;
  while (prefix < 4 && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * 0.1 * (1 - jaro);
}

function jaroSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = Array.from({ length: b.length }, () => false);
  const left: string[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
      if (taken[j] || a[i] !== b[j]) continue;
      taken[j] = true;
      left.push(a.charAt(i));
      break;
    }
  }
  if (left.length === 0) return 0;
  const right = Array.from(b).filter((_, index) => taken[index]);
  const moved = left.filter((letter, index) => letter !== right[index]).length / 2;
  return (left.length / a.length + left.length / b.length + (left.length - moved) / left.length) / 3;
}
