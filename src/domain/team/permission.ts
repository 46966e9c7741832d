import type { Actor } from "../../platform/context.js";

/** Everything staff or a token may be allowed to do. A token's scopes are these same words. */
export const PERMISSIONS = [
  "letters:read",
  "letters:write",
  "letters:publish",
  "site:manage",
  "organisations:read",
  "organisations:write",
  "contacts:export",
  "imports:write",
  "templates:write",
  "outreach:write",
  "messages:read",
  "mailboxes:manage",
  "sending:arm",
  "invitations:write",
  "signatures:read",
  "signatures:review",
  "declines:read",
  "declines:write",
  "suppressions:write",
  "sending:stop",
  "sending:resume",
  "privacy:manage",
  "tasks:write",
  "reports:read",
  "audit:read",
  "staff:manage",
  "tokens:manage",
] as const;

/** One thing an actor may do. */
export type Permission = (typeof PERMISSIONS)[number];

/** The roles of product.md §8. */
export const ROLES = ["admin", "editor", "outreach", "reviewer", "viewer"] as const;

/** What a staff member is. */
export type Role = (typeof ROLES)[number];

const READ: Permission[] = [
  "letters:read",
  "organisations:read",
  "messages:read",
  "signatures:read",
  "declines:read",
  "reports:read",
];

/** The one table of who may do what. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  admin: PERMISSIONS,
  editor: [...READ, "letters:write", "letters:publish", "site:manage", "templates:write", "tasks:write"],
  outreach: [
    ...READ,
    "organisations:write",
    "contacts:export",
    "imports:write",
    "templates:write",
    "outreach:write",
    "invitations:write",
    "declines:write",
    "suppressions:write",
    "sending:stop",
    "tasks:write",
  ],
  reviewer: [...READ, "contacts:export", "signatures:review", "declines:write", "tasks:write", "audit:read"],
  viewer: READ,
};

/** What acts on all letters at once; whoever is there for some letters only never holds these (decision 0031). */
const OF_ALL_LETTERS: ReadonlySet<Permission> = new Set([
  "site:manage",
  "imports:write",
  "mailboxes:manage",
  "sending:arm",
  "sending:resume",
  "privacy:manage",
  "staff:manage",
  "tokens:manage",
]);

/** Whether an actor holds a permission. The system itself may do everything; companies and the public nothing of this. */
export function mayDo(actor: Actor, permission: Permission): boolean {
  if ("letters" in actor && actor.letters && OF_ALL_LETTERS.has(permission)) return false;
  switch (actor.kind) {
    case "system":
      return true;
    case "staff":
      return isRole(actor.role) && ROLE_PERMISSIONS[actor.role].includes(permission);
    case "token":
      return actor.scopes.includes(permission);
    case "company":
    case "public":
      return false;
  }
}

/** Whether a text names a role. */
export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}
