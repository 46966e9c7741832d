/** The officers of a signature: who is asked to attest by a link of their own, and to whom that may be handed on. */

/** Where an officer who was asked stands. */
export const OFFICER_STATES = [
  "asked",
  /** Named by an officer, at an address that no confirmed domain vouches for. */
  "waits_for_staff",
  "attested",
  "delegated",
  "refused",
  "turned_down",
] as const;

/** Where an officer who was asked stands. */
export type OfficerState = (typeof OFFICER_STATES)[number];

/** How often the question may be handed on (ruling 14 counts forwardings the same way). */
export const DELEGATIONS = 2;

/** How long an officer's link lasts, in days. */
export const ATTEST_LINK_DAYS = 21;

/** What the link of an officer may do now, or why it may not. */
export type OfficerVerdict =
  | "usable"
  | "attested"
  | "delegated"
  | "waiting"
  | "refused"
  | "expired"
  /** The entry was decided, withdrawn or sent in again in the meantime. */
  | "over";

/** States of an entry in which its officers may answer; one that is parked looks to them like any that waits. */
const OFFICER_WAITS: ReadonlySet<string> = new Set(["awaiting_authority", "parked"]);

/**
 * What the holder of an attest link meets: the link's own end, then where the officer stands, then where the signature
 * stands. What the officer did stays visible whatever becomes of the entry.
 */
export function judgeOfficer(
  officer: { state: OfficerState },
  link: "usable" | "used" | "expired" | "revoked",
  signatureState: string,
): OfficerVerdict {
  if (officer.state === "attested") return "attested";
  if (officer.state === "refused") return "refused";
  if (officer.state === "delegated") return "delegated";
  if (officer.state !== "asked") return officer.state === "waits_for_staff" ? "waiting" : "over";
  if (!OFFICER_WAITS.has(signatureState) || link === "revoked" || link === "used") return "over";
  return link === "expired" ? "expired" : "usable";
}

/** Whether an officer may hand the question on once more. */
export function mayDelegate(officer: { delegation: number }): boolean {
  return officer.delegation < DELEGATIONS;
}
