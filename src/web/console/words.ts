import type { Permission, Role } from "../../domain/team/permission.js";
import { PERMISSIONS, ROLES } from "../../domain/team/permission.js";

/** What each role is for, as the staff page explains it. */
export const ROLE_WORDS: Record<Role, { label: string; hint: string }> = {
  admin: {
    label: "Administrator",
    hint: "Everything, also staff, mailboxes, API tokens and the audit trail.",
  },
  editor: { label: "Editor", hint: "Writes letters and templates, opens letters." },
  outreach: { label: "Outreach", hint: "Organisations, imports, mails, declines, tasks." },
  reviewer: {
    label: "Reviewer",
    hint: "Accepts or rejects signatures, records declines, reads the audit trail.",
  },
  viewer: { label: "Viewer", hint: "Reads, changes nothing." },
};

const SCOPE_WORDS: Record<Permission, string> = {
  "letters:read": "Read letters",
  "letters:write": "Write letters",
  "letters:publish": "Open, pause and close letters",
  "site:manage": "Pause all signing, close the public site",
  "organisations:read": "Read organisations and contacts",
  "organisations:write": "Change organisations and contacts",
  "contacts:export": "Take contacts’ addresses along in exports",
  "imports:write": "Import lists",
  "templates:write": "Write templates of mails",
  "outreach:write": "Write and approve mails",
  "messages:read": "Read messages",
  "mailboxes:manage": "Manage mailboxes",
  "sending:arm": "Let a database send, after a restore or a move",
  "invitations:write": "Make invitations",
  "signatures:read": "Read signatures",
  "signatures:review": "Accept and reject signatures",
  "declines:read": "Read declines",
  "declines:write": "Record declines",
  "suppressions:write": "Stop mail to an address",
  "sending:stop": "Stop all outreach",
  "sending:resume": "Let outreach go on",
  "privacy:manage": "Set country rules, lift stops, erase persons",
  "tasks:write": "Make and finish tasks",
  "reports:read": "Read reports",
  "audit:read": "Read the audit trail",
  "staff:manage": "Manage staff",
  "tokens:manage": "Manage API tokens",
};

/** The roles as choices of a form. */
export const ROLE_OPTIONS = ROLES.map((role) => ({ value: role, ...ROLE_WORDS[role] }));

/** For which letters somebody is there, as choices of a form. */
export const REACH_OPTIONS = [
  { value: "all", label: "All letters" },
  { value: "listed", label: "Only the letters ticked below" },
];

/** The scopes as choices of a form. */
export const SCOPE_OPTIONS = PERMISSIONS.map((scope) => ({ value: scope, label: SCOPE_WORDS[scope] }));

/** The name of a role; a word that is none stays as it is. */
export function roleName(role: string): string {
  return role in ROLE_WORDS ? ROLE_WORDS[role as Role].label : role;
}

/** `signature.accepted` → "Signature accepted". */
export function actName(action: string): string {
  const words = action.replaceAll(/[._]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Who acted, in words. */
export function actorName(kind: string, name: string | null): string {
  switch (kind) {
    case "company":
      return "The organisation";
    case "public":
      return "A visitor";
    case "token":
      return `${name ?? "A token"} (API)`;
    case "system":
      return "The system";
    default:
      return name ?? "Somebody";
  }
}
