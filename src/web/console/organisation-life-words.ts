import type { previewMerge } from "../../domain/merging/service.js";
import type { Metric } from "../../domain/organisations/figure.js";

/** What has been done, above the page. */
export const DONE: Record<string, string> = {
  names: "The names have been changed.",
  parent: "The group has been changed.",
  figures: "The figure has been recorded.",
  withdrawn: "The figure has been taken out. The one before it holds again.",
  merge: "The two are one. You can undo it below.",
  undone: "The merge has been undone.",
};

/** What is counted, in words. */
export const METRIC_WORDS: Record<Metric, string> = {
  active_satellites: "Active satellites",
  employees: "Employees",
  premium_volume: "Premium volume, in US dollars a year",
  launches: "Launches",
};

const MOVES = {
  contacts: "Contacts",
  invitations: "Personal links",
  signatures: "Signatures and pledges",
  declines: "Declines",
  tasks: "Tasks",
  messages: "Mails written",
  inbound_mails: "Mails received",
  enrolments: "Enrolments",
} as const;

type Counts = Awaited<ReturnType<typeof previewMerge>>["counts"];

/** What a merge would move, as lines. */
export function movedLines(counts: Counts): { label: string; value: number }[] {
  return (Object.keys(MOVES) as (keyof typeof MOVES)[]).map((key) => ({
    label: MOVES[key],
    value: counts[key],
  }));
}
