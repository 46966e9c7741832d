import type { Response } from "express";
import type { App } from "../app.js";
import type { Actor, Ctx } from "../platform/context.js";

/** What the doors keep on a response while a request is answered. */
export interface RequestState {
  /** The context of the request; its actor is set by the door. */
  ctx: Ctx;
  /** Names the request in the log and on error pages. */
  requestId: string;
  /** The console session, once signed in. */
  sessionId?: string;
}

function state(res: Response): RequestState {
  return res.locals as RequestState;
}

/** Starts the state of a request. */
export function beginRequest(res: Response, ctx: Ctx, requestId: string): void {
  Object.assign(res.locals, { ctx, requestId });
}

/** The context of this request, with the actor that the door has found. */
export function ctxOf(res: Response): Ctx {
  return state(res).ctx;
}

/** The name of this request in the log. */
export function requestIdOf(res: Response): string {
  return state(res).requestId;
}

/** Says who acts in this request; from here on it sees the database that this one may see. */
export function setActor(app: App, res: Response, actor: Actor, sessionId?: string): void {
  const current = state(res);
  current.ctx = { ...current.ctx, db: app.ctx(actor).db, actor };
  if (sessionId !== undefined) current.sessionId = sessionId;
}

/** The console session of this request, if somebody is signed in. */
export function sessionIdOf(res: Response): string | undefined {
  return state(res).sessionId;
}
