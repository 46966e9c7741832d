/** Why we may write to a contact. */
export const LAWFUL_BASES = [
  "published_address",
  "legitimate_interest",
  "consent",
  "existing_relationship",
] as const;

/** One of the reasons. */
export type LawfulBasis = (typeof LAWFUL_BASES)[number];

/** How things stand with a contact. */
export const CONTACT_STATUSES = ["active", "wrong_person", "left", "address_invalid", "removed"] as const;

/** One of the standings. */
export type ContactStatus = (typeof CONTACT_STATUSES)[number];

/** The reason a text names, in our words or in those of other programs; undefined when it names none. */
export function resolveLawfulBasis(text: string): LawfulBasis | undefined {
  const folded = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  if ((LAWFUL_BASES as readonly string[]).includes(folded)) return folded as LawfulBasis;
  if (/consent|opt_?in/.test(folded)) return "consent";
  if (/contract|customer|client|relationship|performance/.test(folded)) return "existing_relationship";
  if (/legitimate/.test(folded)) return "legitimate_interest";
  if (/publi[cs]/.test(folded)) return "published_address";
  return undefined;
}

const ROLE_LOCAL_PARTS =
  /^(info|contact|office|press|media|policy|outreach|public-?affairs|government|govt?|relations|hello|mail|sales|support|admin|enquiries|inquiries|secretariat|communications?|pr)[.+_@-]/;

/** Whether an address belongs to a role at the organisation and not to a person. */
export function isRoleAddress(email: string): boolean {
  return ROLE_LOCAL_PARTS.test(email);
}
