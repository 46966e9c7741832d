/**
 * More mail than people write. All of it is kept and shown, and what asks us to stop is obeyed; but it fills neither the
 * list of tasks nor the disk.
 */
import { knowsOurMail, type Match } from "./match.js";

/** Mails of one sender, and of senders we don't know, that make tasks and are kept whole; within 24 hours. */
const LIMITS = { sender: 20, unknown: 200 };

/** How much of a flood's text is kept, in characters. */
export const FLOOD_TEXT = 4000;

/** What came in the 24 hours before a mail, itself included. */
export interface DayBefore {
  /** From the same address. */
  sender: number;
  /** From whoever, about nobody we know. */
  unknown: number;
}

/** Whether a mail is one too many. A report that knows our mail never is: our own server sends many of those. */
export function isFlood(day: DayBefore, mail: { match: Match | undefined }): boolean {
  if (knowsOurMail(mail.match)) return false;
  return day.sender > LIMITS.sender || (mail.match === undefined && day.unknown > LIMITS.unknown);
}
