import type { Request, RequestHandler, Response } from "express";
import { createHash } from "node:crypto";
import type { App } from "../app.js";
import { letterMark, type LetterMark } from "../domain/publication/views.js";
import { SECOND } from "../platform/clock.js";

/** A public answer that may be kept. */
export interface PublicAnswer {
  type: string;
  body: string;
  headers?: Record<string, string>;
}

interface Entry {
  mark: string;
  keptAt: number;
  headers: Record<string, string>;
  body: Buffer;
}

const ADDRESS = /^\/letters\/([a-z0-9-]{1,80})(?:\/signatories(?:\.[a-z]{3,4})?)?(?:\?|$)/;
/** An entry is made anew after this, in milliseconds, even if nothing seems to have changed. */
const LIFE = 5 * SECOND;
const MOST_BYTES = 64 * 1024 * 1024;
const LARGEST = 4 * 1024 * 1024;

/**
 * Browsers and caches in front may show a page for 4 s and then 4 s more while they ask again, so that with the second
 * in which we do not look ourselves an invalidated entry is gone within 10 s (ruling 17); longer only when we are down.
 */
const CACHE_CONTROL = "public, max-age=4, stale-while-revalidate=4, stale-if-error=86400";

/**
 * Keeps public pages and lists of letters in memory, each with the change mark of its letter. A kept page is answered
 * before anything else runs: no template, no query, except one for the mark when the last is older than `freshFor`
 * milliseconds (0: at each request). Keyed by address and wished languages.
 */
export function publicPageCache(app: App, freshFor: number): RequestHandler {
  const entries = new Map<string, Entry>();
  const marks = markReader(app, freshFor);
  let bytes = 0;

  function drop(key: string): void {
    bytes -= entries.get(key)?.body.length ?? 0;
    entries.delete(key);
  }
  function keep(key: string, entry: Entry): void {
    drop(key);
    if (entry.body.length > LARGEST) return;
    entries.set(key, entry);
    bytes += entry.body.length;
    for (const oldest of entries.keys()) {
      if (bytes <= MOST_BYTES) break;
      drop(oldest);
    }
  }

  return (req, res, next) => {
    const slug = req.method === "GET" ? ADDRESS.exec(req.url)?.[1] : undefined;
    if (slug === undefined) return next();
    const key = `${req.url}\n${req.headers["accept-language"] ?? ""}`;
    const serve = (current: LetterMark | undefined): void => {
      const entry = entries.get(key);
      const fresh = entry?.mark === current?.mark && performance.now() - (entry?.keptAt ?? 0) < LIFE;
      if (entry && fresh) return answer(req, res, entry);
      if (current) {
        slots.set(res, (headers, body) =>
          keep(key, { mark: current.mark, keptAt: performance.now(), headers, body }),
        );
      }
      next();
    };
    const known = marks.recent(slug);
    if (known) return serve(known.value);
    marks.read(slug).then(serve, next);
  };
}

/** Where the answer to a request may be kept, if it may. */
const slots = new WeakMap<Response, (headers: Record<string, string>, body: Buffer) => void>();

function answer(req: Request, res: Response, entry: Entry): void {
  if (req.headers["if-none-match"] === entry.headers["etag"]) {
    const { "content-length": _length, "content-type": _type, ...headers } = entry.headers;
    res.writeHead(304, headers).end();
    return;
  }
  res.writeHead(200, entry.headers).end(entry.body);
}

interface Read {
  value: LetterMark | undefined;
  at: number;
}

/** Reads the change marks of letters, one query at a time for each, and remembers them for `freshFor` ms. */
function markReader(app: App, freshFor: number) {
  const ctx = app.ctx({ kind: "public" });
  const reads = new Map<string, Read>();
  const running = new Map<string, Promise<LetterMark | undefined>>();
  return {
    recent(slug: string): Read | undefined {
      const read = reads.get(slug);
      return read && performance.now() - read.at < freshFor ? read : undefined;
    },
    async read(slug: string): Promise<LetterMark | undefined> {
      if (freshFor === 0) return letterMark(ctx, slug);
      const under = running.get(slug);
      if (under) return under;
      const at = performance.now();
      const query = letterMark(ctx, slug).finally(() => running.delete(slug));
      running.set(slug, query);
      const value = await query;
      if (value) reads.set(slug, { value, at });
      return value;
    },
  };
}

/** Answers with a public page or list, says how long it may be kept, and keeps it where it may be. */
export function sendPublic(res: Response, given: PublicAnswer): void {
  const body = Buffer.from(given.body, "utf8");
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  res.set({
    "Content-Type": given.type,
    "Cache-Control": CACHE_CONTROL,
    ETag: etag,
    Vary: "Accept-Language",
    ...given.headers,
  });
  const headers = Object.fromEntries(
    Object.entries(res.getHeaders())
      .filter(([name]) => name !== "x-request-id")
      .map(([name, value]) => [name, String(value)]),
  );
  slots.get(res)?.({ ...headers, "content-length": String(body.length) }, body);
  res.send(body);
}
