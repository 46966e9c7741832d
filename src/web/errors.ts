import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import multer from "multer";
import type { App } from "../app.js";
import { isDatabaseDown } from "../platform/db.js";
import { DomainError, invalid, notFound, type ErrorKind } from "../platform/errors.js";
import { answerWithOldPage } from "./page-cache.js";
import { languageOf, page } from "./pages.js";
import { loggedPath } from "./middleware/request-log.js";
import { requestIdOf } from "./request.js";

/** The only place that knows status codes. */
export const STATUS: Record<ErrorKind, number> = {
  invalid: 422,
  not_found: 404,
  conflict: 409,
  forbidden: 403,
  unauthenticated: 401,
  gone: 410,
  limited: 429,
  unavailable: 503,
};

/** Whatever was thrown, as a refusal with a reason; undefined when it is a fault of ours. */
export function asDomainError(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isDatabaseDown(error))
    return new DomainError("unavailable", "service.unavailable", {}, { retryAfter: 10 });
  if (error instanceof multer.MulterError) return invalid("form.upload", { file: "errors.form.upload" });
  const type = (error as { type?: unknown }).type;
  const status = (error as { status?: unknown }).status;
  if (isUnstorable(error)) return new DomainError("invalid", "form.unreadable", {}, { status: 400 });
  if (isNoIdentifier(error)) return notFound("page.not_found.sentence");
  if (type === "entity.too.large") return new DomainError("invalid", "form.too_large", {}, { status: 413 });
  if (typeof status === "number" && status >= 400 && status < 500) {
    return new DomainError("invalid", "form.unreadable", {}, { status });
  }
  return undefined;
}

/** A text that no database text can be, such as one with a zero byte (PostgreSQL's class 22021, appendix A). */
function isUnstorable(error: unknown): boolean {
  return (error as { code?: unknown }).code === "22021";
}

/** A text in the place of an identifier or a time that it cannot be (PostgreSQL's classes 22P02 and 22007, appendix A). */
function isNoIdentifier(error: unknown): boolean {
  return ["22P02", "22007", "22008"].includes(String((error as { code?: unknown }).code));
}

/** The status for a refusal. */
export function statusOf(error: DomainError): number {
  const given = error.detail["status"];
  return typeof given === "number" ? given : STATUS[error.kind];
}

/** Answers what no route took. */
export function unknownAddress(): RequestHandler {
  return (_req, _res, next) => next(notFound("page.not_found.sentence"));
}

/** The last stop for every error of a page: a clear page for people, the details in the log only. */
export function errorPages(app: App): ErrorRequestHandler {
  return (error: unknown, req: Request, res: Response, next) => {
    const refusal = asDomainError(error);
    if (!refusal) logFault(app, error, req, res);
    if (res.headersSent) return next(error);
    if ((!refusal || refusal.kind === "unavailable") && answerWithOldPage(res, error)) return;
    const status = refusal ? statusOf(refusal) : 500;
    setRetryAfter(res, refusal);
    showError(app, req, res, status, refusal);
  };
}

/** Writes a fault of ours to the log, with the request's name and the error itself. */
export function logFault(app: App, error: unknown, req: Request, res: Response): void {
  app.log.error(
    { err: error, request: requestIdOf(res), method: req.method, path: loggedPath(req.originalUrl) },
    "request failed",
  );
}

/** Says when to come back, where the refusal knows it. */
export function setRetryAfter(res: Response, refusal: DomainError | undefined): void {
  const seconds = refusal?.detail["retryAfter"];
  if (typeof seconds === "number") res.setHeader("Retry-After", String(Math.max(1, Math.ceil(seconds))));
}

/** Which words of `errors.page.*` stand on the page for each kind of refusal. */
const PAGES: Record<ErrorKind, string> = {
  invalid: "invalid",
  not_found: "not_found",
  conflict: "conflict",
  forbidden: "forbidden",
  unauthenticated: "sign_in",
  gone: "gone",
  limited: "limited",
  unavailable: "unavailable",
};

function showError(
  app: App,
  req: Request,
  res: Response,
  status: number,
  refusal: DomainError | undefined,
): void {
  const lang = languageOf(app, req);
  const words = `errors.page.${refusal ? PAGES[refusal.kind] : "failed"}`;
  const own =
    refusal && app.messages.has("en", `errors.${refusal.code}`) ? `errors.${refusal.code}` : undefined;
  const heading = app.messages.t(lang, `${words}.heading`);
  res.setHeader("Cache-Control", "no-store");
  const view = {
    title: heading,
    heading,
    sentence: app.messages.t(lang, own ?? `${words}.sentence`),
    links: [{ href: "/", label: app.messages.t(lang, "errors.page.home") }],
    ...(refusal ? {} : { reference: requestIdOf(res) }),
  };
  page(app, req, res, "error/page", view, { status, lang });
}
