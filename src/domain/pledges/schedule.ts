/** When pledges are evaluated and bands are published: at set times, so that no act shows in the moment of another. */
import { DAY, HOUR } from "../../platform/clock.js";

/** How long before its end a letter's pledges are evaluated for the last time (ruling 18), in milliseconds. */
export const LAST_EVALUATION = 72 * HOUR;

/** How long a pledger has to say yes once more where a letter does not say otherwise, in hours. */
export const REAFFIRM_HOURS = 72;

/** The hour of the day (UTC) of evaluations and bands. */
const AT_HOUR = 6 * HOUR;

/** 1 January 1970 was a Thursday; bands come out on Mondays. */
const FIRST_MONDAY = 4 * DAY;

/** The latest set time of a daily evaluation, at or before a moment. */
function dailySlot(at: number): number {
  return Math.floor((at - AT_HOUR) / DAY) * DAY + AT_HOUR;
}

/**
 * The evaluation that is due at a moment: the latest of the daily times (6:00 UTC), the last one 72 hours before the
 * letter's end. Undefined once the letter has ended.
 */
export function evaluationSlot(at: Date, closesAt: Date | null): Date | undefined {
  const today = dailySlot(at.getTime());
  if (!closesAt) return new Date(today);
  if (at >= closesAt) return undefined;
  const last = closesAt.getTime() - LAST_EVALUATION;
  return new Date(at.getTime() < last ? today : last);
}

/** When the next evaluation comes; undefined where none comes any more. */
export function nextEvaluation(at: Date, closesAt: Date | null): Date | undefined {
  const next = dailySlot(at.getTime()) + DAY;
  if (!closesAt) return new Date(next);
  const last = closesAt.getTime() - LAST_EVALUATION;
  return at.getTime() >= last ? undefined : new Date(Math.min(next, last));
}

/** The weekly time of bands at or before a moment: Mondays, 6:00 UTC. */
export function bandSlot(at: Date): Date {
  const week = 7 * DAY;
  const first = FIRST_MONDAY + AT_HOUR;
  return new Date(Math.floor((at.getTime() - first) / week) * week + first);
}

/** Until when pledgers can reaffirm whose condition was met at a moment: never beyond the letter's end. */
export function reaffirmUntil(at: Date, hours: number, closesAt: Date | null): Date {
  const end = at.getTime() + hours * HOUR;
  return new Date(closesAt ? Math.min(end, closesAt.getTime()) : end);
}

/** When a pledger who has not answered is reminded: half-way through the window. */
export function reminderAt(triggeredAt: Date, until: Date): Date {
  return new Date((triggeredAt.getTime() + until.getTime()) / 2);
}

/** Whether a pledge's own deadline, a day of which all of it counts, is over. `deadline` is YYYY-MM-DD. */
export function isPast(deadline: string | null, at: Date): boolean {
  return deadline !== null && deadline < at.toISOString().slice(0, 10);
}
