/** The one source of time: rules, use cases and SQL parameters all take their "now" from here. */
export interface Clock {
  now(): Date;
  /** The machine's own clock, for which the database's stands in where several machines have to agree. */
  readonly isSystem?: true;
}

/** The clock of the running system. */
export function systemClock(): Clock {
  return { now: () => new Date(), isSystem: true };
}

/** A clock that a test moves by hand; it starts at `start` and stands still otherwise. */
export interface FixedClock extends Clock {
  /** Moves the clock by `milliseconds`, backwards when negative. */
  advance(milliseconds: number): void;
  set(time: Date | string): void;
}

/** A clock that only moves when told to. */
export function fixedClock(start: Date | string): FixedClock {
  let current = new Date(start).getTime();
  return {
    now: () => new Date(current),
    advance: (milliseconds) => {
      current += milliseconds;
    },
    set: (time) => {
      current = new Date(time).getTime();
    },
  };
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
