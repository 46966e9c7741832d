/** A reason for which staff may reject a signature. */
export interface RejectionReason {
  code: string;
  /** The signatory is told more than the code in words of the reviewer. */
  needsNote: boolean;
  /** Withdrawn from choice, kept for the signatures that carry it. */
  archived: boolean;
}

/** The structured reasons, in the order of choice. A code is never deleted once used, only archived. */
export const REJECTION_REASONS: readonly RejectionReason[] = [
  { code: "not_authorised", needsNote: false, archived: false },
  { code: "not_an_organisation", needsNote: false, archived: false },
  { code: "wrong_organisation", needsNote: false, archived: false },
  { code: "duplicate", needsNote: false, archived: false },
  { code: "unverifiable", needsNote: false, archived: false },
  { code: "out_of_scope", needsNote: false, archived: false },
  { code: "other", needsNote: true, archived: false },
];

/** The reasons staff may choose now. */
export function openRejectionReasons(): readonly RejectionReason[] {
  return REJECTION_REASONS.filter((reason) => !reason.archived);
}

/** The reason with this code, if it may be chosen. */
export function findRejectionReason(code: string): RejectionReason | undefined {
  return openRejectionReasons().find((reason) => reason.code === code);
}
