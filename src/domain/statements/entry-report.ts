import { ownDomainOf, type ConfirmedDomain } from "../organisations/organisation-domain.js";

/** What is known of who reports an entry. */
export interface Reporter {
  email: string;
  /** Whether they have pressed the button in the mail to that address. */
  confirmed: boolean;
  at: Date;
}

/**
 * Whether a report suspends the entry by itself: only once it is confirmed from a domain of the organisation that staff
 * or an import recorded before. Everything else waits for a person (ruling 36).
 */
export function maySuspend({ email, confirmed, at }: Reporter, domains: readonly ConfirmedDomain[]): boolean {
  return confirmed && ownDomainOf(email, domains, at) !== undefined;
}
