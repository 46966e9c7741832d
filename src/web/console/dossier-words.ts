import type { LetterStanding } from "../../domain/organisations/dossier-views.js";

/** A state as a template shows it: its shape and its words. */
export interface ShownState {
  kind: "ok" | "wait" | "info" | "bad" | "off";
  words: string;
}

const MESSAGE_KINDS: Record<string, ShownState["kind"]> = {
  sent: "ok",
  draft: "wait",
  approved: "wait",
  queued: "wait",
  claimed: "wait",
  sending: "wait",
  blocked: "info",
  uncertain: "bad",
  failed: "bad",
};

const SIGNATURE_KINDS: Record<string, ShownState["kind"]> = {
  accepted: "ok",
  published: "ok",
  submitted: "wait",
  email_confirmed: "wait",
  awaiting_authority: "wait",
  attested: "wait",
  in_review: "wait",
  held: "wait",
  standing: "wait",
  needs_information: "info",
  needs_reaffirmation: "info",
  disputed: "bad",
  rejected: "bad",
  invalidated: "bad",
};

/** A code as words: "needs_information" reads "Needs information". */
export function codeWords(code: string): string {
  const words = code.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A message's state in words, with its reason. */
export function messageState(state: string, reason: string | null): ShownState {
  const words =
    state === "uncertain" ? "Uncertain, never resent" : state === "claimed" ? "Queued" : codeWords(state);
  const why = reason === null || state === "sent" ? "" : `: ${reason.replaceAll("_", " ")}`;
  return { kind: MESSAGE_KINDS[state] ?? "off", words: `${words}${why}` };
}

/** A signature's state in words. */
export function signatureState(state: string): ShownState {
  const words = state === "submitted" ? "Confirm e-mail" : codeWords(state);
  return { kind: SIGNATURE_KINDS[state] ?? "off", words };
}

/** One step of the line of stages on a dossier. */
export interface StageStep {
  label: string;
  at: Date | null;
  done: boolean;
  current: boolean;
}

/** How far an organisation has come with a letter, as the line of stages; an organisation that said no ends with it. */
export function stageLine(identifiedAt: Date, standing: LetterStanding | undefined): StageStep[] {
  const declined = standing?.declined_at ?? null;
  const steps: [string, Date | null][] = [
    ["Identified", identifiedAt],
    ["Approached", standing?.approached_at ?? null],
    ["Answered", standing?.answered_at ?? null],
    ["In review", standing?.confirmed_at ?? null],
    ...(standing?.pledged_at ? [["Pledged", standing.pledged_at] as [string, Date]] : []),
    ...(declined && !standing?.published_at
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
