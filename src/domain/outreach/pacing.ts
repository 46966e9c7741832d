/**
 * How often people are written to, whatever the letter. Both rules hold for the steps of sequences only, which go by
 * themselves: a mailing that somebody has written and approved goes when they said. What is counted is every outreach
 * mail but those of the same enrolment, whose delays somebody chose: a mailing of today keeps tomorrow's step away.
 */
import { DAY, MINUTE } from "../../platform/clock.js";

/** The rules as set. */
export interface PacingRules {
  /** At most one outreach mail to an address in so many days; null: no distance. */
  contactDistanceDays: number | null;
  /** One person of an organisation at a time about one letter. */
  oneContactEach: boolean;
}

/** What is known of a step of a sequence that is due. */
export interface PacingFacts {
  /** When the last outreach mail of another enrolment to the address went out, or may have gone out. */
  lastMailAt: Date | null;
  /** A colleague whose turn came first is being written to about the letter. */
  colleagueFirst: boolean;
  /** Another mail to the address is about to go in the same batch. */
  goesWithBatch: boolean;
}

/** A step that waits: why, and until when it is not worth asking again. */
export interface Pause {
  go: false;
  to: "later";
  reason: "contact_distance" | "colleague_first";
  until: Date;
}

/** Whether a step has to wait; undefined: it may go. */
export function pacingVerdict(facts: PacingFacts, rules: PacingRules, now: Date): Pause | undefined {
  if (rules.contactDistanceDays !== null) {
    const distance = rules.contactDistanceDays * DAY;
    const last = facts.lastMailAt;
    if (last && last.getTime() + distance > now.getTime()) return pause("contact_distance", last, distance);
    // The other one may still find no room under a cap, so this is settled when the batch is.
    if (facts.goesWithBatch) return pause("contact_distance", now, MINUTE);
  }
  return rules.oneContactEach && facts.colleagueFirst ? pause("colleague_first", now, DAY) : undefined;
}

function pause(reason: Pause["reason"], from: Date, wait: number): Pause {
  return { go: false, to: "later", reason, until: new Date(from.getTime() + wait) };
}
