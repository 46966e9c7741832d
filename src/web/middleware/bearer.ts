import type { RequestHandler } from "express";
import type { App } from "../../app.js";
import { tokenActor } from "../../domain/team/service.js";
import { DomainError } from "../../platform/errors.js";
import { ctxOf, setActor } from "../request.js";

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,200}=*)$/i;

/** Lets only requests with a valid bearer token pass (RFC 6750 §2.1: in the header, never in the address). */
export function requireBearer(app: App): RequestHandler {
  return async (req, res, next) => {
    const token = BEARER.exec(req.get("authorization") ?? "")?.[1];
    const actor = token && (await tokenActor(ctxOf(res), token));
    if (!actor) {
      const error = req.get("authorization") ? ', error="invalid_token"' : "";
      res.setHeader("WWW-Authenticate", `Bearer realm="countersign"${error}`);
      throw new DomainError("unauthenticated", token ? "api.wrong_token" : "api.no_token");
    }
    setActor(app, res, actor);
    next();
  };
}
