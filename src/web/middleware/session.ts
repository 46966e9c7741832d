import { parseCookie, stringifySetCookie } from "cookie";
import type { Request, RequestHandler, Response } from "express";
import type { App } from "../../app.js";
import { sessionActor } from "../../domain/team/service.js";
import { ctxOf, setActor } from "../request.js";

/** The cookie's name: bound to this host and to https, where there is https. */
export function sessionCookieName(app: App): string {
  return isSecure(app) ? "__Host-countersign" : "countersign";
}

function isSecure(app: App): boolean {
  return app.config.publicUrl.startsWith("https:");
}

/** Finds out who is signed in, if anybody. */
export function readSession(app: App): RequestHandler {
  return async (req, res, next) => {
    const cookie = parseCookie(req.get("cookie") ?? "")[sessionCookieName(app)];
    if (cookie) {
      const found = await sessionActor(ctxOf(res), cookie);
      if (found) setActor(app, res, found.actor, found.sessionId);
    }
    next();
  };
}

/** Lets only staff pass; others are asked to sign in and come back to where they wanted to go. */
export function requireSession(): RequestHandler {
  return (req: Request, res, next) => {
    if (ctxOf(res).actor.kind === "staff") return next();
    const back = req.method === "GET" ? `?next=${encodeURIComponent(req.originalUrl)}` : "";
    res.redirect(303, `/console/sign-in${back}`);
  };
}

/** Hands the browser its session secret; `maxAge` in milliseconds. */
export function setSessionCookie(app: App, res: Response, secret: string, maxAge: number): void {
  res.append("Set-Cookie", sessionCookie(app, secret, Math.floor(maxAge / 1000)));
}

/** Takes the session secret back from the browser. */
export function clearSessionCookie(app: App, res: Response): void {
  res.append("Set-Cookie", sessionCookie(app, "", 0));
}

function sessionCookie(app: App, value: string, maxAge: number): string {
  return stringifySetCookie({
    name: sessionCookieName(app),
    value,
    httpOnly: true,
    secure: isSecure(app),
    sameSite: "lax",
    path: "/",
    maxAge,
  });
}
