import type { Request, RequestHandler, Response } from "express";
import type { App } from "../../app.js";
import { mayDo, type Permission } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { SwitchState } from "../../domain/mail/switch-views.js";
import type { ConsoleLayoutView, ConsoleNavItem } from "../../platform/layout-view.js";
import { page, type PageOptions } from "../pages.js";
import { ctxOf } from "../request.js";

interface Page {
  href: string;
  label: string;
  permission: Permission;
  /** Further addresses that belong here without a place of their own in the line. */
  also?: readonly string[];
}

interface Room extends Page {
  /** The pages of this part of the console, shown below the bar while one of them is open. */
  pages?: readonly Page[];
}

const ROOMS: readonly Room[] = [
  { href: "/console", label: "Today", permission: "reports:read" },
  { href: "/console/inbox", label: "Inbox", permission: "messages:read" },
  {
    href: "/console/review",
    label: "Review",
    permission: "signatures:read",
    pages: [
      { href: "/console/review", label: "Queue", permission: "signatures:read" },
      { href: "/console/signatures", label: "All entries", permission: "signatures:read" },
      { href: "/console/statements", label: "Statements", permission: "signatures:read" },
      { href: "/console/bulk", label: "Bulk invalidation", permission: "signatures:read" },
      { href: "/console/screening", label: "Lists", permission: "signatures:review" },
      { href: "/console/reasons", label: "Reasons", permission: "signatures:read" },
    ],
    also: ["/console/signer-mails"],
  },
  { href: "/console/tasks", label: "Tasks", permission: "organisations:read" },
  {
    href: "/console/organisations",
    label: "Organisations",
    permission: "organisations:read",
    pages: [
      { href: "/console/organisations", label: "Organisations", permission: "organisations:read" },
      { href: "/console/consent", label: "Consent", permission: "organisations:read" },
      { href: "/console/countries", label: "Countries", permission: "organisations:read" },
      { href: "/console/suppressions", label: "Never write again", permission: "suppressions:write" },
    ],
    also: ["/console/contacts"],
  },
  {
    href: "/console/outreach",
    label: "Outreach",
    permission: "messages:read",
    pages: [
      { href: "/console/outreach", label: "Mailings", permission: "messages:read" },
      {
        href: "/console/sequences",
        label: "Sequences",
        permission: "messages:read",
        also: ["/console/segments"],
      },
      { href: "/console/approvals", label: "Approvals", permission: "messages:read" },
      { href: "/console/templates", label: "Templates", permission: "messages:read" },
      { href: "/console/holds", label: "Paused", permission: "messages:read" },
      {
        href: "/console/messages",
        label: "Messages",
        permission: "messages:read",
        also: ["/console/mail"],
      },
      { href: "/console/mailboxes", label: "Mailboxes", permission: "messages:read" },
      {
        href: "/console/sending",
        label: "Sending",
        permission: "messages:read",
        also: ["/console/sending-safety"],
      },
    ],
  },
  { href: "/console/letters", label: "Letters", permission: "letters:read", also: ["/console/site"] },
  { href: "/console/imports", label: "Imports", permission: "imports:write" },
  { href: "/console/staff", label: "Staff", permission: "staff:manage" },
  { href: "/console/tokens", label: "API tokens", permission: "tokens:manage" },
  { href: "/console/audit", label: "Audit", permission: "audit:read" },
];

function isAt(path: string, href: string): boolean {
  if (href === "/console") return path === href || path === "/console/";
  return path === href || path.startsWith(`${href}/`);
}

function isOn(path: string, { href, also = [] }: Page): boolean {
  return [href, ...also].some((each) => isAt(path, each));
}

function isIn(path: string, room: Room): boolean {
  return isOn(path, room) || (room.pages ?? []).some((page) => isOn(path, page));
}

/** Answers with a console page: the bar shows what this person may open, and where they are. */
export function consolePage(
  app: App,
  req: Request,
  res: Response,
  template: string,
  view: Record<string, unknown>,
  options: PageOptions = {},
): void {
  const { actor } = ctxOf(res);
  const path = req.originalUrl.split("?")[0] ?? "";
  const open = ROOMS.filter((room) => mayDo(actor, room.permission));
  const nav = open.map((room): ConsoleNavItem => ({
    href: room.href,
    label: room.label,
    current: isIn(path, room),
  }));
  const pages = open.find((room) => isIn(path, room))?.pages ?? [];
  const rooms = pages
    .filter(({ permission }) => mayDo(actor, permission))
    .map((page): ConsoleNavItem => ({ href: page.href, label: page.label, current: isOn(path, page) }));
  const staff = actor.kind === "staff" ? { name: actor.name, role: actor.role } : { name: "" };
  page(
    app,
    req,
    res,
    template,
    {
      nav,
      rooms:
        rooms.length > 1
          ? { label: open.find((room) => isIn(path, room))?.label ?? "", items: rooms }
          : undefined,
      staff,
      search: { action: "/console/organisations" },
      signOut: "/console/sign-out",
      noindex: true,
      ...stopOf(res, mayDo(actor, "messages:read")),
      ...view,
    },
    { lang: "en", ...options },
  );
}

/** What the banner says while all outreach is stopped; read for each request by `readSwitch`. */
function stopOf(res: Response, mayLook: boolean): Pick<ConsoleLayoutView, "sendingStop"> {
  const stop = res.locals["sendingStop"] as SwitchState | undefined;
  if (!stop?.stoppedAt) return {};
  const { stoppedAt: since, stoppedBy, reason } = stop;
  return {
    sendingStop: {
      since,
      by: stoppedBy ?? "",
      reason: reason ?? "",
      href: mayLook ? "/console/sending" : "",
    },
  };
}

/** Keeps a form from those who may not send it; the use case behind it asks again. */
export function onlyFor(permission: Permission): RequestHandler {
  return (_req, res, next) => {
    requirePermission(ctxOf(res), permission);
    next();
  };
}
