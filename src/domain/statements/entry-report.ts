import { isFreeMail, isOwnDomain, domainOf } from "../signatures/evidence.js";

/** What is known of who reports an entry. */
export interface Reporter {
  email: string;
  /** Whether they have pressed the button in the mail to that address. */
  confirmed: boolean;
}

/**
 * Whether a report suspends the entry by itself: only once it is confirmed from the organisation's own domain, as staff
 * or an import recorded it before. Everything else waits for a person (ruling 36).
 */
export function maySuspend({ email, confirmed }: Reporter, organisationDomain: string | null): boolean {
  return (
    confirmed &&
    organisationDomain !== null &&
    !isFreeMail(email) &&
    isOwnDomain(domainOf(email), organisationDomain)
  );
}
