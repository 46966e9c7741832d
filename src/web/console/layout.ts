import type { Request, RequestHandler, Response } from "express";
import type { App } from "../../app.js";
import { mayDo, type Permission } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { ConsoleNavItem } from "../../platform/layout-view.js";
import { page, type PageOptions } from "../pages.js";
import { ctxOf } from "../request.js";

/** `also`: further addresses that belong to the same part of the console. */
const NAV: readonly { href: string; label: string; permission: Permission; also?: readonly string[] }[] = [
  { href: "/console", label: "Today", permission: "reports:read" },
  {
    href: "/console/organisations",
    label: "Organisations",
    permission: "organisations:read",
    also: ["/console/contacts"],
  },
  { href: "/console/review", label: "Review", permission: "signatures:read" },
  { href: "/console/tasks", label: "Tasks", permission: "organisations:read" },
  { href: "/console/inbox", label: "Inbox", permission: "messages:read" },
  {
    href: "/console/outreach",
    label: "Outreach",
    permission: "messages:read",
    also: ["/console/messages", "/console/mail", "/console/mailboxes"],
  },
  { href: "/console/letters", label: "Letters", permission: "letters:read" },
  { href: "/console/imports", label: "Imports", permission: "imports:write" },
  { href: "/console/staff", label: "Staff", permission: "staff:manage" },
  { href: "/console/tokens", label: "API tokens", permission: "tokens:manage" },
  { href: "/console/audit", label: "Audit", permission: "audit:read" },
];

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
  const nav: ConsoleNavItem[] = NAV.filter((item) => mayDo(actor, item.permission)).map(
    ({ href, label, also = [] }) => ({
      href,
      label,
      current:
        href === "/console"
          ? path === href || path === "/console/"
          : [href, ...also].some((each) => path === each || path.startsWith(`${each}/`)),
    }),
  );
  const staff = actor.kind === "staff" ? { name: actor.name, role: actor.role } : { name: "" };
  page(
    app,
    req,
    res,
    template,
    {
      nav,
      staff,
      search: { action: "/console/organisations" },
      signOut: "/console/sign-out",
      noindex: true,
      ...view,
    },
    { lang: "en", ...options },
  );
}

/** Keeps a form from those who may not send it; the use case behind it asks again. */
export function onlyFor(permission: Permission): RequestHandler {
  return (_req, res, next) => {
    requirePermission(ctxOf(res), permission);
    next();
  };
}
