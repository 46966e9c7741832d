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

/** A suppression as it counts: for one letter, or for every letter when `letterId` is null. */
export interface Scope {
  letterId: string | null;
}

/** Whether any of an address's suppressions reaches a letter. */
export function covers(scopes: readonly Scope[], letterId: string | null): boolean {
  return scopes.some((scope) => scope.letterId === null || scope.letterId === letterId);
}
