/** When people whose entry waits for them are reminded, and when the entry ends without them (ruling 12). */
import { addDays, isPublicHoliday, weekdayOf } from "../../platform/calendar.js";
import { DAY } from "../../platform/clock.js";

/** States in which an entry waits for its own people. */
export const STUCK_STATES = ["submitted", "awaiting_authority", "needs_information"] as const;

/** A state in which an entry waits for its own people. */
export type StuckState = (typeof STUCK_STATES)[number];

/** After how many working days each reminder goes out, and after how many the entry ends. */
export const REMIND_AFTER = [3, 7] as const;
export const EXPIRE_AFTER = 12;

/** How many working days (no Saturday, Sunday or public holiday of the country) lie after the day of `since`, up to `at`, in UTC. */
export function workingDaysSince(since: Date, at: Date, country: string): number {
  const last = at.toISOString().slice(0, 10);
  let day = since.toISOString().slice(0, 10);
  let count = 0;
  while (day < last && count <= EXPIRE_AFTER) {
    day = addDays(day, 1);
    if (weekdayOf(day) >= 1 && weekdayOf(day) <= 5 && !isPublicHoliday(country, day)) count += 1;
  }
  return count;
}

/** What is due for an entry that waits: a reminder with its number, its end, or nothing before `lookAgainAt`. */
export type ReminderVerdict =
  { due: "reminder"; number: 1 | 2 } | { due: "end" } | { due: "nothing"; lookAgainAt: Date };

/**
 * Judges an entry that has waited since a moment and was reminded so often. Reminders are never made up for: one a day at
 * most, and the end comes no sooner than both have gone out and five more working days have passed.
 */
export function judgeWaiting(
  waiting: { since: Date; country: string; reminded: number; remindedAt: Date | null },
  at: Date,
): ReminderVerdict {
  const days = workingDaysSince(waiting.since, at, waiting.country);
  const lookAgainAt = new Date(at.getTime() + DAY / 4);
  const next = REMIND_AFTER[waiting.reminded];
  if (next !== undefined) {
    const rested = waiting.remindedAt === null || at.getTime() - waiting.remindedAt.getTime() >= DAY;
    if (days < next || !rested) return { due: "nothing", lookAgainAt };
    return { due: "reminder", number: waiting.reminded === 0 ? 1 : 2 };
  }
  const since = waiting.remindedAt ?? waiting.since;
  const after = workingDaysSince(since, at, waiting.country);
  const over = days >= EXPIRE_AFTER && after >= EXPIRE_AFTER - REMIND_AFTER[1];
  return over ? { due: "end" } : { due: "nothing", lookAgainAt };
}
