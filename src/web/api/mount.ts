import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import express, { Router, type Request, type RequestHandler, type Response } from "express";
import type { App } from "../../app.js";
import { once, type Answer } from "../../domain/team/idempotency-service.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { csvFile } from "../../platform/csv.js";
import { DomainError, notFound } from "../../platform/errors.js";
import { ctxOf } from "../request.js";
import type { ApiMethod, ApiRoute } from "./frame.js";
import { PROBLEM_TYPE, problemOf } from "./problems.js";

const BODY_LIMIT = "256kb";

/** The paths of the API below `/api/v1`: each route, then 405 for a wrong verb and 404 for a wrong path. */
export function mountApi(app: App, routes: readonly ApiRoute[]): Router {
  const router = Router({ caseSensitive: true });
  for (const route of routes) {
    router[route.method](expressPath(route.path), allowed(route), ...readBody(route), serve(app, route));
  }
  for (const [path, methods] of methodsByPath(routes)) router.all(expressPath(path), wrongMethod(methods));
  router.use((_req, _res, next) => next(notFound("api.unknown_path")));
  return router;
}

/** `/letters/{slug}` as Express writes it: `/letters/:slug`. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{([a-z_]+)\}/g, ":$1");
}

function methodsByPath(routes: readonly ApiRoute[]): Map<string, ApiMethod[]> {
  const byPath = new Map<string, ApiMethod[]>();
  for (const { path, method } of routes) byPath.set(path, [...(byPath.get(path) ?? []), method]);
  return byPath;
}

function wrongMethod(methods: readonly ApiMethod[]): RequestHandler {
  const allow = methods.flatMap((method) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));
  return (_req, res, next) => {
    res.setHeader("Allow", allow.join(", "));
    next(new DomainError("invalid", "api.wrong_method", {}, { status: 405 }));
  };
}

/** The scope is asked for before a body is even read; the use case asks again, for every door. */
function allowed(route: ApiRoute): RequestHandler {
  return (_req, res, next) => {
    try {
      requirePermission(ctxOf(res), route.permission);
    } catch (error) {
      res.setHeader(
        "WWW-Authenticate",
        `Bearer realm="countersign", error="insufficient_scope", scope="${route.permission}"`,
      );
      return next(error);
    }
    next();
  };
}

const bodyHashes = new WeakMap<object, Buffer>();

const readJson = express.json({
  limit: BODY_LIMIT,
  type: (req) => isJson(req.headers["content-type"]),
  verify: (req, _res, bytes) => {
    bodyHashes.set(req, createHash("sha256").update(bytes).digest());
  },
});

function isJson(type: string | undefined): boolean {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type ?? "");
}

function readBody(route: ApiRoute): RequestHandler[] {
  if (route.upload) return [route.upload];
  return route.body ? [requireJson, readJson] : [];
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers["transfer-encoding"] !== undefined || Number(req.get("content-length") ?? 0) > 0;
  if (!hasBody || isJson(req.get("content-type"))) return next();
  next(new DomainError("invalid", "api.not_json", {}, { status: 415 }));
};

function serve(app: App, route: ApiRoute): RequestHandler {
  return async (req, res) => {
    try {
      send(res, await answerTo(app, route, req, res));
    } finally {
      const upload = (req.file as { path?: string } | undefined)?.path;
      if (upload) await rm(upload, { force: true });
    }
  };
}

async function answerTo(
  app: App,
  route: ApiRoute,
  req: Request,
  res: Response,
): Promise<Answer & { type?: string }> {
  const ctx = ctxOf(res);
  const work = async (inner: Ctx): Promise<Answer & { type?: string }> => {
    const answer = await route.run(inner, req);
    if (route.csv && req.accepts(["json", "csv"]) === "csv") {
      const { columns, rows } = route.csv(answer);
      return { status: route.status, type: "text/csv; charset=utf-8", body: csvFile(columns, rows) };
    }
    return { status: route.status, body: route.answer ? JSON.stringify(answer) : "" };
  };
  const key = req.get("idempotency-key");
  if (route.method !== "post" || key === undefined) return work(ctx);
  const request = { key, requestHash: await hashRequest(req) };
  const answer = await once(ctx, request, work, (error) => refusalAnswer(app, error));
  if (answer.repeated) res.setHeader("Idempotency-Replayed", "true");
  return answer;
}

function refusalAnswer(app: App, error: DomainError): Answer {
  const problem = problemOf(app, error);
  return { status: problem.status, body: JSON.stringify(problem) };
}

function send(res: Response, { status, body, type }: Answer & { type?: string }): void {
  res.status(status);
  if (body === "") return void res.end();
  res.setHeader("Content-Type", type ?? (status >= 400 ? PROBLEM_TYPE : "application/json; charset=utf-8"));
  res.send(Buffer.from(body));
}

/** What makes two requests the same: verb, address, and the bytes of the body or of the uploaded file. */
async function hashRequest(req: Request): Promise<Buffer> {
  const hash = createHash("sha256").update(`${req.method} ${req.originalUrl}\n`);
  const bytes = bodyHashes.get(req);
  if (bytes) hash.update(bytes);
  if (req.file) {
    hash.update(JSON.stringify({ fields: req.body as unknown, name: req.file.originalname }));
    const { path, buffer } = req.file as { path?: string; buffer?: Buffer };
    if (path) await pipeline(createReadStream(path), hash, { end: false });
    else if (buffer) hash.update(buffer);
  }
  return hash.digest();
}
