/** Time that jumps: leases, due times and caps can't be trusted until somebody has looked. */
import { MINUTE } from "../../platform/clock.js";

/** How far two readings may differ from what has really passed. */
export const TOLERANCE = 2 * MINUTE;

/** What is kept of the time. */
export interface TimeMemory {
  /** The latest reading at which time was in order. */
  mark: Date | null;
  /** The reading to which it jumped; null while it is in order. */
  pausedAt: Date | null;
  /** How far it jumped, in milliseconds, negative backwards. */
  step: number | null;
}

/** `back`: it had jumped, and is in line again by itself. */
export type TimeVerdict =
  { kind: "steady" } | { kind: "paused" } | { kind: "back" } | { kind: "stepped"; by: number };

/**
 * Judges a reading by the readings before it, and by what the worker's monotonic clock leads to expect. Without an
 * expectation (a worker that has just begun) a leap forwards can't be told from a long standstill, and is none.
 */
export function judgeTime(memory: TimeMemory, reading: Date, expected: Date | undefined): TimeVerdict {
  const at = reading.getTime();
  const mark = memory.mark?.getTime() ?? -Infinity;
  if (memory.pausedAt) {
    const undone = (memory.step ?? 0) < 0 || at < memory.pausedAt.getTime() - TOLERANCE;
    return undone && at >= mark - TOLERANCE ? { kind: "back" } : { kind: "paused" };
  }
  if (at < mark - TOLERANCE) return { kind: "stepped", by: at - mark };
  if (expected && Math.abs(at - expected.getTime()) > TOLERANCE) {
    return { kind: "stepped", by: at - expected.getTime() };
  }
  return { kind: "steady" };
}

/** The expectation of one worker: the last reading, and what its monotonic clock says has passed since. */
export interface TimeWatch {
  expected(): Date | undefined;
  /** Takes a reading as the next one's ground. */
  saw(reading: Date): void;
}

/** A watch on a monotonic clock that counts milliseconds. */
export function timeWatch(monotonic: () => number): TimeWatch {
  let last: { reading: Date; at: number } | undefined;
  return {
    expected: () => last && new Date(last.reading.getTime() + monotonic() - last.at),
    saw: (reading) => {
      last = { reading, at: monotonic() };
    },
  };
}
