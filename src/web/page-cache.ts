import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Response } from "express";
import type { App } from "../app.js";
import { letterMark, type LetterMark } from "../domain/publication/views.js";
import { SECOND } from "../platform/clock.js";

/** A public answer that may be kept. */
export interface PublicAnswer {
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

interface Entry {
  mark: string;
  keptAt: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** How long a running server answers without asking whether something changed, in milliseconds. */
export const PUBLIC_FRESH_FOR = SECOND;

const ADDRESS = /^\/letters\/([a-z0-9-]{1,80})(?:\/signatories(?:\.[a-z]{3,4})?|\/letter\.pdf)?(?:\?|$)/;
/** An entry is made anew after this, in milliseconds, even if nothing seems to have changed: by one request, beside the rest. */
const LIFE = 5 * SECOND;
const MOST_BYTES = 64 * 1024 * 1024;
const LARGEST = 4 * 1024 * 1024;

/**
 * Browsers and caches in front may show a page for 4 s and then 3 s more while they ask again; with the 2 s in which we
 * may not look ourselves an invalidated entry is gone within 10 s (ruling 17), longer only for those who ask while we
 * are down.
 */
const CACHE_CONTROL = "public, max-age=4, stale-while-revalidate=3, stale-if-error=86400";

/**
 * Puts the kept public pages and lists of letters in front of the web door (ruling 30: Express alone takes as long as
 * the rest). A kept page is answered before anything else runs: no template, no query. Each carries the change mark of
 * its letter, which is read again once it is older than `freshFor` milliseconds, and waited for only at twice that age
 * (0: at each request). Kept by address and wished languages.
 */
export function keepPublicPages(
  app: App,
  web: RequestListener,
  freshFor = PUBLIC_FRESH_FOR,
): RequestListener {
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

  return (req, res) => {
    const slug = req.method === "GET" ? ADDRESS.exec(req.url ?? "")?.[1] : undefined;
    if (slug === undefined) return web(req, res);
    const key = `${req.url}\n${req.headers["accept-language"] ?? ""}`;
    const serve = (current: LetterMark | undefined): void => {
      const entry = entries.get(key);
      if (entry && entry.mark === current?.mark) {
        const now = performance.now();
        if (now - entry.keptAt < LIFE) return answer(req, res, entry);
        entry.keptAt = now;
      }
      if (current) {
        slots.set(res, (headers, body) =>
          keep(key, { mark: current.mark, keptAt: performance.now(), headers, body }),
        );
      }
      web(req, res);
    };
    const known = marks.recent(slug);
    if (known) return serve(known.value);
    marks.read(slug).then(serve, () => web(req, res));
  };
}

/** Where the answer to a request may be kept, if it may. */
const slots = new WeakMap<ServerResponse, (headers: Record<string, string>, body: Buffer) => void>();

function answer(req: IncomingMessage, res: ServerResponse, entry: Entry): void {
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

/**
 * Reads the change marks of letters, one query at a time for each. A mark older than `freshFor` milliseconds is read
 * again beside the requests it still answers; one of twice that age answers nothing any more.
 */
function markReader(app: App, freshFor: number) {
  const ctx = app.ctx({ kind: "public" });
  const reads = new Map<string, Read>();
  const running = new Map<string, Promise<LetterMark | undefined>>();

  async function query(slug: string): Promise<LetterMark | undefined> {
    const at = performance.now();
    const value = await letterMark(ctx, slug);
    if (value) reads.set(slug, { value, at });
    return value;
  }
  function read(slug: string): Promise<LetterMark | undefined> {
    if (freshFor === 0) return letterMark(ctx, slug);
    const found = running.get(slug) ?? query(slug).finally(() => running.delete(slug));
    running.set(slug, found);
    return found;
  }
  function recent(slug: string): Read | undefined {
    const known = reads.get(slug);
    const age = known ? performance.now() - known.at : Infinity;
    if (age >= 2 * freshFor) return undefined;
    if (age >= freshFor) read(slug).catch((error: unknown) => app.log.warn({ err: error }, "no change mark"));
    return known;
  }
  return { read, recent };
}

/** Answers with a public page or list, says how long it may be kept, and keeps it where it may be. */
export function sendPublic(res: Response, given: PublicAnswer): void {
  const body = typeof given.body === "string" ? Buffer.from(given.body, "utf8") : given.body;
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
