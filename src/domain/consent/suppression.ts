/** Why an address is not written to again. */
export const SUPPRESSION_REASONS = [
  "unsubscribed",
  "declined",
  "wrong_person",
  "complaint",
  "staff",
] as const;

/** One of the reasons. */
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** Stops that belong to the person: nobody on staff takes them back. */
const OWN: ReadonlySet<SuppressionReason> = new Set(["unsubscribed", "complaint"]);

/** Whether a stop is the person's own: said by themselves, and theirs alone to take back. */
export function isOwnStop(reason: SuppressionReason): boolean {
  return OWN.has(reason);
}

/** A suppression as it counts: for one letter, or for every letter when `letterId` is null. */
export interface Scope {
  letterId: string | null;
}

/** Whether any of an address's suppressions reaches a letter. */
export function covers(scopes: readonly Scope[], letterId: string | null): boolean {
  return scopes.some((scope) => scope.letterId === null || scope.letterId === letterId);
}
