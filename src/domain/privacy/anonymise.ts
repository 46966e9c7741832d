/** When the persons behind the signatures of a letter may be erased: six months after its end. */
const MONTHS = 6;

/** States of a letter that takes no answers any more. */
const ENDED = new Set([
  "closed",
  "delivered",
  "answered",
  "concluded",
  "archived",
  "rejected",
  "withdrawn_by_sponsor",
  "removed",
]);

/** From when on it may be done; null while the letter has not ended. */
export function anonymiseFrom(letter: { state: string; endedAt: Date | null }): Date | null {
  if (!ENDED.has(letter.state) || letter.endedAt === null) return null;
  const from = new Date(letter.endedAt);
  const day = from.getUTCDate();
  from.setUTCDate(1);
  from.setUTCMonth(from.getUTCMonth() + MONTHS);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 0)).getUTCDate();
  from.setUTCDate(Math.min(day, last));
  return from;
}
