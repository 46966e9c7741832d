import type { FirstContact } from "../../domain/consent/first-contact.js";
import type { BasisVerdict } from "../../domain/consent/lawful-basis.js";
import type { SuppressionReason } from "../../domain/consent/suppression.js";
import type { ShownState } from "./mail-words.js";

/** What a country allows, in words. */
export const FIRST_CONTACT_WORDS: Record<FirstContact, ShownState> = {
  allowed: { kind: "ok", words: "Goes out by itself" },
  approve_each: { kind: "wait", words: "A person approves each" },
  forbidden: { kind: "bad", words: "Not without consent" },
};

const REASONS: Record<SuppressionReason, string> = {
  unsubscribed: "Stopped by the person",
  complaint: "Reported as unwanted",
  declined: "The organisation declined",
  wrong_person: "Not the right person",
  staff: "Stopped by staff",
};

/** Why an address is not written to, in words. */
export function stopReasonWords(reason: SuppressionReason): string {
  return REASONS[reason];
}

const DAY_FORMAT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

/** How long the basis of a contact holds, as a state; undefined where nothing needs saying. */
export function basisWords(verdict: BasisVerdict): ShownState {
  switch (verdict.kind) {
    case "valid":
      return { kind: "ok", words: "Holds until taken back" };
    case "expires_on":
      return { kind: "ok", words: `Check again by ${DAY_FORMAT.format(verdict.on)}` };
    case "expired":
      return { kind: "bad", words: `Not written to since ${DAY_FORMAT.format(verdict.since)}: check again` };
  }
}
