import type { Request, RequestHandler } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import type { App } from "../../app.js";
import { MINUTE } from "../../platform/clock.js";
import { DomainError } from "../../platform/errors.js";

/** How many requests of one network count as too many. */
export interface Limit {
  /** Per window; an office behind one address has to fit in. */
  limit: number;
  windowMinutes: number;
}

/** The limit on public forms. */
export const PUBLIC_POSTS: Limit = { limit: 60, windowMinutes: 10 };
/** The limit on sending a public signing form in: each mails an address that the sender chose. */
export const PUBLIC_SUBMISSIONS: Limit = { limit: 12, windowMinutes: 10 };
/** The limit on handing in pictures: each is decoded in a process of its own. */
export const PICTURE_UPLOADS: Limit = { limit: 20, windowMinutes: 10 };
/** The limit on one-click unsubscribing: large mail providers send everybody's from few addresses (RFC 8058). */
export const UNSUBSCRIBE_POSTS: Limit = { limit: 6000, windowMinutes: 10 };
/** The limit on asking for sign-in links. */
export const SIGN_IN_POSTS: Limit = { limit: 20, windowMinutes: 10 };
/** The limit on reading proofs, leaves and tiles of a log: each is worked out anew; what anybody asks for first is kept. */
export const LOG_READS: Limit = { limit: 600, windowMinutes: 1 };
/** The limit on requests with a bearer token, right or wrong. */
export const API_REQUESTS: Limit = { limit: 1200, windowMinutes: 1 };

/**
 * Answers 429 once a network has sent more than its share; IPv6 is counted per /56. Reading is never limited here.
 * Counts live in this process: with several web processes each has its own (docs/operating.md).
 */
export function limitPosts(app: App, limit: Limit): RequestHandler {
  return limitAll(app, limit, (req) => req.method === "GET" || req.method === "HEAD");
}

/** The same for reading what costs more than a page. */
export function limitReads(app: App, limit: Limit): RequestHandler {
  return limitAll(app, limit, () => false);
}

function limitAll(
  app: App,
  { limit, windowMinutes }: Limit,
  skip: (req: Request) => boolean,
): RequestHandler {
  if (!app.config.rateLimits) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: windowMinutes * MINUTE,
    limit,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    skip,
    keyGenerator: networkOf,
    handler: (_req, res, next) => {
      const reset = Number(res.getHeader("Retry-After") ?? windowMinutes * 60);
      next(new DomainError("limited", "form.limited", {}, { retryAfter: reset }));
    },
  });
}

function networkOf(req: Request): string {
  return ipKeyGenerator(req.ip ?? "unknown", 56);
}

/** How many wrong bearer tokens of one network are borne. */
const WRONG_TOKENS: Limit = { limit: 60, windowMinutes: 10 };

/** Answers 429 once a network has tried too many wrong tokens; requests with a right one are not counted. */
export function limitWrongTokens(app: App): RequestHandler {
  if (!app.config.rateLimits) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: WRONG_TOKENS.windowMinutes * MINUTE,
    limit: WRONG_TOKENS.limit,
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_req, res) => res.statusCode !== 401,
    keyGenerator: networkOf,
    handler: (_req, _res, next) => {
      const retryAfter = WRONG_TOKENS.windowMinutes * 60;
      next(new DomainError("limited", "page.limited.sentence", {}, { retryAfter }));
    },
  });
}

/** How many wrong site passwords of one network are borne. */
const WRONG_PASSWORDS: Limit = { limit: 60, windowMinutes: 10 };

/** Answers 429 once a network has tried too many wrong site passwords; requests with the right one are not counted. */
export function limitWrongPasswords(app: App): RequestHandler {
  if (!app.config.rateLimits || app.config.sitePassword === undefined) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: WRONG_PASSWORDS.windowMinutes * MINUTE,
    limit: WRONG_PASSWORDS.limit,
    standardHeaders: false,
    legacyHeaders: false,
    skipSuccessfulRequests: true,
    skip: (req) => !/^Basic /i.test(req.get("authorization") ?? ""),
    requestWasSuccessful: (_req, res) => res.statusCode !== 401,
    keyGenerator: networkOf,
    handler: (_req, res) => {
      res
        .status(429)
        .set({ "Retry-After": String(WRONG_PASSWORDS.windowMinutes * 60), "Cache-Control": "no-store" });
      res.type("text").send("Too many wrong passwords. Try again later.\n");
    },
  });
}
