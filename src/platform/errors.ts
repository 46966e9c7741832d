/** How a request failed, in terms of the campaign; only the doors turn this into a status code. */
export type ErrorKind =
  "invalid" | "not_found" | "conflict" | "forbidden" | "unauthenticated" | "gone" | "limited" | "unavailable";

/**
 * A refusal with a reason. `code` reads `noun.problem` and has its sentence under `errors.<code>`;
 * `fields` maps the name of a form field to the key of the sentence that stands at it.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly fields: Record<string, string>;
  readonly detail: Record<string, unknown>;

  constructor(
    kind: ErrorKind,
    code: string,
    fields: Record<string, string> = {},
    detail: Record<string, unknown> = {},
  ) {
    super(code);
    this.name = "DomainError";
    this.kind = kind;
    this.code = code;
    this.fields = fields;
    this.detail = detail;
  }
}

/** What was asked is not acceptable as it stands; `fields` says where. */
export function invalid(code: string, fields: Record<string, string> = {}, detail = {}): DomainError {
  return new DomainError("invalid", code, fields, detail);
}

/** There is no such thing, or it is not for the asker to know of. */
export function notFound(code: string): DomainError {
  return new DomainError("not_found", code);
}

/** The state of things does not allow it now: a stale version, a second live signature, a taken name. */
export function conflict(code: string, fields: Record<string, string> = {}, detail = {}): DomainError {
  return new DomainError("conflict", code, fields, detail);
}

/** The actor's role does not hold this permission. */
export function forbidden(code: string): DomainError {
  return new DomainError("forbidden", code);
}

/** It was here once and is over: an expired link, a removed letter. */
export function gone(code: string, detail = {}): DomainError {
  return new DomainError("gone", code, {}, detail);
}
