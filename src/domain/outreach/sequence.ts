/** A sequence: steps with delays in working days, and the rules that its enrolments keep from their first day on. */
import { addOpenDays, opensAt, windowFor, type Place, type SendWindow } from "./window.js";

/** What has become of a sequence. */
export const SEQUENCE_STATES = ["draft", "active", "stopped"] as const;

/** One of them. */
export type SequenceState = (typeof SEQUENCE_STATES)[number];

/** Whether a step's mails go out by themselves, or each after a person has looked at it. */
export const APPROVALS = ["automatic", "each"] as const;

/** One of them. */
export type Approval = (typeof APPROVALS)[number];

/** The rules of a version. What the law and the letter ask for (unsubscribed, signed, declined, dead) is no choice. */
export interface SequenceRules {
  /** `country`: the usual office hours there. Null: at any time. */
  window: SendWindow | "country" | null;
  /** One contact of an organisation at a time. */
  oneContactPerOrganisation: boolean;
  /** A colleague's reply or answer ends it. */
  colleagueEnds: boolean;
  /** Null: the mailbox of the settings. */
  mailboxId: string | null;
}

/** The rules unless others are chosen. */
export const DEFAULT_RULES: SequenceRules = {
  window: "country",
  oneContactPerOrganisation: true,
  colleagueEnds: true,
  mailboxId: null,
};

/** Rules as they are kept; what is not there reads as it was before there were rules: at any time. */
export interface KeptRules {
  window?: SendWindow | "country" | null;
  one_contact_per_organisation?: boolean;
  colleague_ends?: boolean;
  mailbox_id?: string | null;
}

/** The rules of a kept version. */
export function readRules(kept: KeptRules): SequenceRules {
  return {
    window: kept.window ?? null,
    oneContactPerOrganisation: kept.one_contact_per_organisation ?? true,
    colleagueEnds: kept.colleague_ends ?? true,
    mailboxId: kept.mailbox_id ?? null,
  };
}

/** Rules as they are kept. */
export function keepRules(rules: SequenceRules): KeptRules {
  return {
    window: rules.window,
    one_contact_per_organisation: rules.oneContactPerOrganisation,
    colleague_ends: rules.colleagueEnds,
    mailbox_id: rules.mailboxId,
  };
}

/** The hours in which a contact of this country is written to by these rules; null: at any time. */
export function windowOf(rules: Pick<SequenceRules, "window">, country: string | null): SendWindow | null {
  if (rules.window === "country") return windowFor(country);
  return rules.window;
}

/** When the first mail is due for somebody enrolled at `at`: when the window opens, after the step's own delay. */
export function firstDue(window: SendWindow | null, place: Place, at: Date, delayDays: number): Date {
  return delayDays > 0 ? addOpenDays(window, place, at, delayDays) : opensAt(window, place, at);
}

/** When a step is due after the one before it went out. */
export function nextDue(window: SendWindow | null, place: Place, sentAt: Date, delayDays: number): Date {
  return addOpenDays(window, place, sentAt, delayDays);
}

/** When all steps would be due if nothing held them up, each mail going out the moment it is due. */
export function dueTimes(
  window: SendWindow | null,
  place: Place,
  at: Date,
  delays: readonly number[],
): Date[] {
  const times: Date[] = [];
  for (const delay of delays) {
    const before = times.at(-1);
    times.push(before ? nextDue(window, place, before, delay) : firstDue(window, place, at, delay));
  }
  return times;
}
