/** What a secret link is for; a link of one purpose never opens another door. */
export type LinkPurpose =
  | "sign_in"
  | "invitation"
  | "confirm"
  | "attest"
  | "manage"
  | "draft"
  | "report"
  | "unsubscribe"
  | "preferences";

/** A link as it is kept: never the secret itself. */
export interface Link {
  id: string;
  purpose: LinkPurpose;
  subjectId: string;
  generation: number;
  expiresAt: Date | null;
  actedAt: Date | null;
  revokedAt: Date | null;
}

/** Whether a link may act at a moment, or why not. */
export type LinkVerdict = "usable" | "expired" | "revoked" | "used";

/** The address under which each purpose is answered. */
export const LINK_PATHS: Record<LinkPurpose, string> = {
  sign_in: "/console/sign-in",
  invitation: "/r",
  confirm: "/confirm",
  attest: "/attest",
  manage: "/manage",
  draft: "/drafts",
  report: "/reports",
  unsubscribe: "/unsubscribe",
  preferences: "/preferences",
};

const ACTS_ONCE: ReadonlySet<LinkPurpose> = new Set(["sign_in", "confirm", "attest", "report"]);

/** Judges a link at a moment. Acting links (sign_in, confirm, attest, report) act once; standing links last until revoked or expired. */
export function judgeLink(link: Link, at: Date): LinkVerdict {
  if (link.revokedAt) return "revoked";
  if (link.actedAt && ACTS_ONCE.has(link.purpose)) return "used";
  if (link.expiresAt && link.expiresAt.getTime() <= at.getTime()) return "expired";
  return "usable";
}

const PLACEHOLDER = /\[\[link:([0-9a-f-]{36})\]\]/g;

/** What stands in a stored mail instead of the secret of a link. */
export function linkPlaceholder(linkId: string): string {
  return `[[link:${linkId}]]`;
}

/** The ids of all links whose placeholders a text holds, each once. */
export function placeholdersIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))];
}

/** Puts addresses in the place of placeholders; one without an address is an error, since a hole must not go out. */
export function fillPlaceholders(text: string, addresses: ReadonlyMap<string, string>): string {
  return text.replaceAll(PLACEHOLDER, (_whole, id: string) => {
    const address = addresses.get(id);
    if (!address) throw new Error(`no address for link ${id}`);
    return address;
  });
}

/** A secret as `keys.token` makes it: 43 letters of base64url that stand by themselves, also behind a `/` written as %2F. */
const SECRET = /(?<![A-Za-z0-9_-])(2F)?([A-Za-z0-9_-]{43})(?![A-Za-z0-9_-])/g;

/**
 * A text without the secrets of links: mails that come back quote ours, with the links in them. Whatever has the length
 * and the letters of a secret goes, on whatever host: programs that guard mail wrap addresses into their own.
 */
export function withoutLinkSecrets(text: string): string {
  return text.replaceAll(SECRET, (whole, slash: string | undefined, word: string) =>
    /[A-Z]/.test(word) && /[a-z]/.test(word) ? `${slash ?? ""}[link]` : whole,
  );
}
