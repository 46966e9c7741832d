/** How long what lets us write to somebody holds (decision 16). */
import type { LawfulBasis } from "../organisations/contact.js";

/**
 * Months after which somebody has to look again; null: holds until it is taken back. An address "conspicuously
 * published" counts while it is published, concerns the role and has no note against it (CASL s. 10(9)(b)): no term in
 * the law, so that 24 months is our own rule, as for legitimate interest (GDPR art. 5(1)(d), 6(1)(f)). The consent
 * implied by an existing relationship ends after 24 months (CASL s. 10(10) and (13)).
 */
export const BASIS_MONTHS: Record<LawfulBasis, number | null> = {
  published_address: 24,
  legitimate_interest: 24,
  existing_relationship: 24,
  consent: null,
};

/** What is known of a contact's basis. */
export interface KnownBasis {
  basis: LawfulBasis;
  /** When somebody last looked whether it holds, or when it came to us. */
  checkedAt: Date;
  /** When it was found, or said, not to hold any more. */
  endedAt: Date | null;
}

/** Whether we may go on writing, as far as the basis goes. */
export type BasisVerdict =
  | { kind: "valid" }
  /** Holds until then, unless somebody looks again. */
  | { kind: "expires_on"; on: Date }
  | { kind: "expired"; since: Date };

/** Judges a basis at a moment. */
export function basisVerdict(known: KnownBasis, now: Date): BasisVerdict {
  if (known.endedAt && known.endedAt <= now) return { kind: "expired", since: known.endedAt };
  const months = BASIS_MONTHS[known.basis];
  if (months === null) return { kind: "valid" };
  const on = plusMonths(known.checkedAt, months);
  return on <= now ? { kind: "expired", since: on } : { kind: "expires_on", on };
}

/** How long before its end a basis is shown as ending, in days. */
export const ENDING_DAYS = 60;

/** A basis checked before this may end within the days named; the verdict itself decides. */
export function checkedBefore(now: Date, days: number): Date {
  return plusMonths(new Date(now.getTime() + (days + 2) * 86_400_000), -24);
}

/** A row of a contact as a basis. */
export function basisOf(row: {
  lawful_basis: LawfulBasis;
  source_at: Date;
  basis_checked_at: Date | null;
  basis_ended_at: Date | null;
}): KnownBasis {
  return {
    basis: row.lawful_basis,
    checkedAt: row.basis_checked_at ?? row.source_at,
    endedAt: row.basis_ended_at,
  };
}

/** A day that the month lacks runs over into the next one. */
function plusMonths(date: Date, months: number): Date {
  const later = new Date(date);
  later.setUTCMonth(later.getUTCMonth() + months);
  return later;
}
