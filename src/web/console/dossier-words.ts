import type { LetterStanding } from "../../domain/organisations/dossier-views.js";

/** A code as words: "needs_information" reads "Needs information". */
export function codeWords(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** One step of the line of stages on a dossier. */
export interface StageStep {
  label: string;
  at: Date | null;
  done: boolean;
  current: boolean;
}

/** How far an organisation has come with a letter, as the line of stages; one that said no ends with it, one whose parent signed for the group
 * with that. */
export function stageLine(identifiedAt: Date, standing: LetterStanding | undefined): StageStep[] {
  const declined = standing?.declined_at ?? null;
  const steps: [string, Date | null][] = [
    ["Identified", identifiedAt],
    ["Approached", standing?.approached_at ?? null],
    ["Answered", standing?.answered_at ?? null],
    ["In review", standing?.confirmed_at ?? null],
    ...(standing?.pledged_at ? [["Pledged", standing.pledged_at] as [string, Date]] : []),
    ...(standing?.covered_at && !standing.published_at
      ? [["Covered by parent", standing.covered_at] as [string, Date]]
      : declined && !standing?.published_at
        ? [["Declined", declined] as [string, Date]]
        : [["Signed", standing?.published_at ?? null] as [string, Date | null]]),
  ];
  const last = steps.findLastIndex(([, at]) => at !== null);
  return steps.map(([label, at], index) => ({
    label,
    at,
    done: at !== null && index < last,
    current: index === last,
  }));
}
