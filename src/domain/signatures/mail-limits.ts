/** How many mails a signature may cause before somebody of its organisation or of ours has decided something (ruling 12). */
import { DAY, HOUR, MINUTE } from "../../platform/clock.js";

/** How many mails that ask for something, or tell of a second entry, one signature may cause in all. */
export const MAILS_A_SIGNATURE = 5;

/** The mails that count: whoever fills in forms, or stays silent, can cause no others. */
export const COUNTED_MAILS = [
  "signature-confirm",
  "signature-officer",
  "signature-reminder",
  "signature-question",
  "signature-duplicate",
] as const;

/** How long after the first submission each further copy of the confirmation mail may go, in milliseconds. */
export const COPIES_AFTER: readonly number[] = [0, 10 * MINUTE, HOUR, DAY, 7 * DAY, 14 * DAY];

/** How many confirmations one address gets in 24 hours by the public page, whoever asks and for how many organisations. */
export const CONFIRMATIONS_A_DAY = 10;

/** Which copy of a confirmation mail is due; asking more often sends none. */
export function copyNumber(submittedAt: Date, at: Date): number {
  return COPIES_AFTER.filter((after) => at.getTime() - submittedAt.getTime() >= after).length;
}
