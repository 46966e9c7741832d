import type { ErrorRequestHandler, Response } from "express";
import type { App } from "../../app.js";
import type { DomainError, ErrorKind } from "../../platform/errors.js";
import { asDomainError, logFault, setRetryAfter, statusOf } from "../errors.js";

/** A refusal as the API words it (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** For programs: `noun.problem`, never reworded. */
  code: string;
  /** The fields that do not fit, each with a sentence. */
  errors: { field: string; message: string }[];
}

/** The media type of problems. */
export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** Words a refusal; the same refusal always gives the same bytes. */
export function problemOf(app: App, error: DomainError): Problem {
  return {
    ...heading(app, error.kind),
    status: statusOf(error),
    detail: sentence(app, `errors.${error.code}`, error.detail),
    code: codeOf(error),
    errors: Object.entries(error.fields).map(([field, key]) => ({
      field,
      message: sentence(app, key, error.detail),
    })),
  };
}

/** Answers with a refusal. */
export function sendProblem(app: App, res: Response, error: DomainError): void {
  setRetryAfter(res, error);
  if (error.kind === "unauthenticated" && !res.hasHeader("WWW-Authenticate")) {
    res.setHeader("WWW-Authenticate", 'Bearer realm="countersign"');
  }
  const problem = problemOf(app, error);
  res.status(problem.status).setHeader("Content-Type", PROBLEM_TYPE);
  res.end(JSON.stringify(problem));
}

/** The last stop for every error of the API: a problem for the script, the details of a fault in the log only. */
export function apiErrors(app: App): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const refusal = asDomainError(error);
    if (!refusal) logFault(app, error, req, res);
    if (res.headersSent) return next(error);
    if (refusal) return sendProblem(app, res, refusal);
    const fault: Problem = {
      ...heading(app, "fault"),
      status: 500,
      detail: sentence(app, "errors.api.fault"),
      code: "service.fault",
      errors: [],
    };
    res.status(500).setHeader("Content-Type", PROBLEM_TYPE);
    res.end(JSON.stringify(fault));
  };
}

/** `page.not_found.sentence` is what people read; programs get `service.not_found`. */
function codeOf({ code }: DomainError): string {
  return code.replace(/^page\.(\w+)\.sentence$/, "service.$1");
}

function heading(app: App, kind: ErrorKind | "fault"): Pick<Problem, "type" | "title"> {
  return {
    type: `${app.config.publicUrl}/api/docs#${kind}`,
    title: app.messages.t("en", `api.problem.${kind}`),
  };
}

/** The English sentence of a key. A key without one is our omission and must not turn a refusal into a fault. */
function sentence(app: App, key: string, args: Record<string, unknown> = {}): string {
  const known = app.messages.has("en", key) ? key : "errors.form.invalid";
  if (known !== key) app.log.warn({ key }, "a refusal has no sentence");
  return app.messages.t("en", known, args);
}
