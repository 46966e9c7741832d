/** When an entry should have been decided: so many working days after it was confirmed, not counting the time we wait for an answer. */
import { DAY, HOUR } from "../../platform/clock.js";

/** How many working days a letter's entries may wait, where nobody set another number. */
export const WORKING_DAYS = 2;

/** The last part of the time, in which an entry is nearly due. */
const NEARLY = 12 * HOUR;

/** A time in which we waited for the signatory; open while `until` is null. */
export interface Pause {
  from: Date;
  until: Date | null;
}

/** Whether an entry is late, nearly late or in time; `stopped` while we wait for the signatory. */
export type DueBand = "overdue" | "nearly" | "in_time" | "stopped";

/** The order in which bands are shown. */
export const DUE_BANDS: readonly DueBand[] = ["overdue", "nearly", "in_time", "stopped"];

function isWeekend(time: number): boolean {
  const weekday = new Date(time).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** A moment after so much working time: Saturdays and Sundays (UTC) do not count. Milliseconds. */
export function addWorkingTime(from: Date, milliseconds: number): Date {
  let at = from.getTime();
  let left = milliseconds;
  while (left > 0 || isWeekend(at)) {
    const midnight = (Math.floor(at / DAY) + 1) * DAY;
    if (isWeekend(at)) {
      at = midnight;
      continue;
    }
    const step = Math.min(left, midnight - at);
    at += step;
    left -= step;
    if (left === 0) break;
  }
  return new Date(at);
}

/** Working time between two moments, in milliseconds; none when `until` is earlier. */
export function workingTimeBetween(from: Date, until: Date): number {
  let at = from.getTime();
  let sum = 0;
  while (at < until.getTime()) {
    const end = Math.min((Math.floor(at / DAY) + 1) * DAY, until.getTime());
    if (!isWeekend(at)) sum += end - at;
    at = end;
  }
  return sum;
}

/** When an entry is due. An open pause counts up to `at`. */
export function dueAt(
  confirmedAt: Date,
  workingDays: number,
  pauses: readonly Pause[] = [],
  at: Date = confirmedAt,
): Date {
  const waited = pauses.reduce((sum, pause) => sum + workingTimeBetween(pause.from, pause.until ?? at), 0);
  return addWorkingTime(confirmedAt, workingDays * DAY + waited);
}

/** The band of an entry that is due at `due`. The last 12 working hours are "nearly". */
export function bandOf(due: Date, at: Date, stopped = false): DueBand {
  if (stopped) return "stopped";
  if (due.getTime() <= at.getTime()) return "overdue";
  return workingTimeBetween(at, due) <= NEARLY ? "nearly" : "in_time";
}
