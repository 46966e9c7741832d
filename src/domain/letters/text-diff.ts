/** What changed between two texts, paragraph by paragraph and word by word, so that a reader sees it without colours. */
import { diffArrays, diffWordsWithSpace } from "diff";

/** A run of words that stayed, came in or went. */
export interface DiffPart {
  kind: "same" | "added" | "removed";
  text: string;
}

/** A paragraph, with what happened to its words. */
export interface DiffParagraph {
  parts: DiffPart[];
}

/** The words of a letter that are compared. */
export interface DiffedText {
  title: string;
  addressee: string;
  bodyMd: string;
}

/** Steps after which two texts count as wholly different: it bounds the time that long, strange texts take. */
const MOST_STEPS = 4000;

/** Below this part of words in common, a paragraph is shown as taken out and another as put in. */
const ALIKE = 0.3;

/** Only the paragraphs that changed, and how many stayed as they were between them. */
export type DiffEntry = DiffParagraph | { unchanged: number };

/** Compares title, addressee and text of two versions in one language. Empty when they say the same. */
export function diffTexts(before: DiffedText, after: DiffedText): DiffEntry[] {
  const steps = diffArrays(paragraphs(before), paragraphs(after));
  const entries: DiffEntry[] = [];
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index];
    if (!step) continue;
    const next = steps[index + 1];
    if (!step.added && !step.removed) {
      entries.push({ unchanged: step.value.length });
    } else if (next && (next.added || next.removed)) {
      const [gone, come] = step.removed ? [step.value, next.value] : [next.value, step.value];
      entries.push(...pairs(gone, come));
      index += 1;
    } else {
      const kind = step.added ? "added" : "removed";
      entries.push(...step.value.map((text) => ({ parts: [{ kind, text } as const] })));
    }
  }
  return entries.some((entry) => "parts" in entry) ? entries : [];
}

function paragraphs({ title, addressee, bodyMd }: DiffedText): string[] {
  const body = bodyMd
    .replaceAll("\r\n", "\n")
    .split(/\n\s*\n|\n(?=\s*(?:\d+[.)]|[-*+])\s)/u)
    .map((text) => text.trim())
    .filter(Boolean);
  return [title, addressee, ...body];
}

/** Paragraphs that stand in the place of others: compared word by word as long as they are alike. */
function pairs(gone: readonly string[], come: readonly string[]): DiffParagraph[] {
  const found: DiffParagraph[] = [];
  for (let index = 0; index < Math.max(gone.length, come.length); index += 1) {
    const [before, after] = [gone[index], come[index]];
    if (before !== undefined && after !== undefined) found.push(...wordsOf(before, after));
    else if (before !== undefined) found.push({ parts: [{ kind: "removed", text: before }] });
    else if (after !== undefined) found.push({ parts: [{ kind: "added", text: after }] });
  }
  return found;
}

function wordsOf(before: string, after: string): DiffParagraph[] {
  const changes = diffWordsWithSpace(before, after, { maxEditLength: MOST_STEPS });
  const parts = (changes ?? []).map(({ added, removed, value }): DiffPart => {
    return { kind: added ? "added" : removed ? "removed" : "same", text: value };
  });
  const kept = parts.reduce((sum, { kind, text }) => (kind === "same" ? sum + text.trim().length : sum), 0);
  if (kept >= ALIKE * Math.min(before.length, after.length)) return [{ parts: phrases(parts) }];
  return [{ parts: [{ kind: "removed", text: before }] }, { parts: [{ kind: "added", text: after }] }];
}

/** Words that changed one after the other as one phrase taken out and one put in: they are read aloud like that. */
function phrases(parts: readonly DiffPart[]): DiffPart[] {
  const found: DiffPart[] = [];
  let [gone, come] = ["", ""];
  const flush = () => {
    if (gone.trim()) found.push({ kind: "removed", text: gone });
    if (come.trim()) found.push({ kind: "added", text: come });
    if (!gone.trim() && !come.trim() && come) found.push({ kind: "same", text: come });
    [gone, come] = ["", ""];
  };
  for (const [index, { kind, text }] of parts.entries()) {
    const bridges = text.trim() === "" && gone + come !== "" && index < parts.length - 1;
    if (kind === "same" && !bridges) {
      flush();
      found.push({ kind, text });
    } else {
      if (kind !== "added") gone += text;
      if (kind !== "removed") come += text;
    }
  }
  flush();
  return found;
}
