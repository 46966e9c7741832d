/**
 * Answers 404 to whoever is there for some letters only and names something of another letter, in the address or in a
 * form. The database that they see would not find it either; this makes the answer the same everywhere, before a role
 * or a form is looked at, so that nothing tells a letter that exists from one that does not (ruling 28).
 */
import type { Request, RequestHandler } from "express";
import { isOfOtherLetters } from "../../domain/team/views.js";
import { notFound } from "../../platform/errors.js";
import { ctxOf } from "../request.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAMES_A_LETTER = /^(letter|letters|letter_slug|letter_id|slug)$/;

/** Keeps what is about other letters out of reach; comes right after the actor is known. */
export function ownLettersOnly(): RequestHandler {
  return async (req, res, next) => {
    const ctx = ctxOf(res);
    if ("letters" in ctx.actor && ctx.actor.letters && (await isOfOtherLetters(ctx, namedIn(req)))) {
      throw notFound("page.unknown");
    }
    next();
  };
}

/** Every id, and every slug of a letter, that a request names. */
function namedIn(req: Request): { ids: string[]; slugs: string[] } {
  const ids: string[] = [];
  const slugs: string[] = [];
  const parts = req.path.split("/").map(decoded);
  parts.forEach((part, at) => {
    if (UUID.test(part)) ids.push(part);
    else if (["letters", "review-times", "pledges"].includes(parts[at - 1] ?? "")) slugs.push(part);
  });
  for (const fields of [req.query, req.body as unknown]) {
    if (typeof fields !== "object" || fields === null) continue;
    for (const [name, value] of Object.entries(fields)) {
      for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (typeof each !== "string") continue;
        if (UUID.test(each)) ids.push(each);
        else if (NAMES_A_LETTER.test(name)) slugs.push(each);
      }
    }
  }
  return { ids, slugs: slugs.filter((slug) => !slug.includes("\0")) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
