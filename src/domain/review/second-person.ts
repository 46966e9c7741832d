/** More than this many at once needs a second person (decision 0007). */
export const ALONE_UP_TO = 50;

/** Whether an act on so many entries waits for a second person. */
export function needsSecondPerson(count: number): boolean {
  return count > ALONE_UP_TO;
}

/** Whether somebody may approve what others wrote and started; `alone`: there is nobody else who could. */
export function maySecond(given: {
  approver: string | null;
  made: readonly (string | null)[];
  othersMay: boolean;
}): "yes" | "alone" | "no" {
  if (given.approver === null) return "no";
  if (!given.made.includes(given.approver)) return "yes";
  return given.othersMay ? "no" : "alone";
}
