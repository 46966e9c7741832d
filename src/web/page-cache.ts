import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Response } from "express";
import type { App } from "../app.js";
import { letterMark } from "../domain/publication/views.js";
import { MINUTE, SECOND } from "../platform/clock.js";
import type { ChangeFeed } from "./change-feed.js";
import { answerWith, etagOf, keptPage, type KeptPage } from "./kept-page.js";
import { markReader } from "./mark-reader.js";
import { publicAddress, type PublicAddress } from "./public-address.js";
import { staleCopy } from "./stale-page.js";

/** A public answer that may be kept. */
export interface PublicAnswer {
  type: string;
  body: string | Buffer;
  headers?: Record<string, string>;
}

interface Entry {
  page: KeptPage;
  /** What the feed said when it was rendered; undefined while nothing was heard. */
  version: string | undefined;
  /** The letter's change mark when it was rendered; undefined while the feed was live. */
  mark: string | undefined;
  keptAt: number;
  touchedAt: number;
}

/** How long a server that hears of no changes answers without asking for them, in milliseconds. */
export const PUBLIC_FRESH_FOR = SECOND;

/** An entry is made anew after this, in milliseconds, even if nothing changed: by one request, beside the rest. */
const LIFE = MINUTE;
/** The same while no changes are heard: some things change with time alone. */
const LIFE_UNHEARD = 5 * SECOND;
const MOST_BYTES = 128 * 1024 * 1024;
const LARGEST = 24 * 1024 * 1024;
/** How long others wait for the one that renders a page, in milliseconds, before they do it themselves. */
const PATIENCE = 5 * SECOND;
/** How long a request with a kept page at hand waits for the database, in milliseconds. */
const PATIENCE_WITH_MARK = SECOND;

/**
 * Browsers and caches in front may show a page for 4 s and then 3 s more while they ask again; with the 2 s in which we
 * may not hear of a change an invalidated entry is gone within 10 s (ruling 17), longer only for those who ask while we
 * are down.
 */
const CACHE_CONTROL = "public, max-age=4, s-maxage=4, stale-while-revalidate=3, stale-if-error=86400";

/** How a process learns of changes, and how long it may rely on what it knows without that. */
export interface KeepingOptions {
  feed?: ChangeFeed | undefined;
  freshFor?: number;
}

/**
 * Puts the kept public pages and lists in front of the web door (ruling 30: Express alone takes as long as the rest).
 * A kept page is answered before anything else runs: no template, no query. It stands until the feed says that its
 * letter changed; without a live feed each carries the change mark of its letter, which is read again once it is older
 * than `freshFor` milliseconds (0: at each request). One request renders what is missing, the others wait for it. While
 * the database is down what is kept goes on being answered, with a note.
 */
export function keepPublicPages(
  app: App,
  web: RequestListener,
  { feed, freshFor = PUBLIC_FRESH_FOR }: KeepingOptions = {},
): RequestListener {
  const store = entryStore();
  const rendering = new Map<string, Promise<void>>();
  const ctx = app.ctx({ kind: "public" });
  const marks = markReader((slug) => letterMark(ctx, slug), app.log, freshFor);

  /** Lets the web door render a page; whoever comes meanwhile for the same one waits. */
  function render(
    req: IncomingMessage,
    res: ServerResponse,
    key: string,
    mark: string | undefined,
    version: string | undefined,
  ): void {
    const done = new Promise<void>((resolve) => {
      res.once("close", resolve);
      slots.set(res, (page) => {
        store.keep(key, { page, version, mark, keptAt: performance.now(), touchedAt: performance.now() });
        resolve();
      });
    });
    rescues.set(res, (error) => serveStale(req, res, key, error));
    rendering.set(key, done);
    void done.then(() => rendering.get(key) === done && rendering.delete(key));
    web(req, res);
  }

  function serve(
    req: IncomingMessage,
    res: ServerResponse,
    { key, slug }: PublicAddress,
    mark: string | undefined,
    waited = false,
  ): void {
    const version = feed?.live ? feed.version(slug) : undefined;
    const entry = store.get(key);
    const now = performance.now();
    if (entry && isCurrent(entry, version, mark)) {
      const old = now - entry.keptAt >= (version === undefined ? LIFE_UNHEARD : LIFE);
      if (!old || rendering.has(key)) return answerWith(req, res, entry.page, () => store.weigh(key));
    }
    const running = rendering.get(key);
    if (!running || waited) return render(req, res, key, mark, version);
    void Promise.race([running, patience()]).then(() => serve(req, res, { key, slug }, mark, true));
  }

  let downUntil = -Infinity;

  /** Answers with what is kept, saying that it may be old; false where nothing is. */
  function serveStale(req: IncomingMessage, res: ServerResponse, key: string, error: unknown): boolean {
    const entry = store.get(key);
    if (!entry || res.headersSent) return false;
    sayStale(app, error);
    answerWith(req, res, staleCopy(app, entry.page));
    return true;
  }

  /** Asks for the mark of the letter first, and no longer than people wait where something old is at hand. */
  function serveUnheard(
    req: IncomingMessage,
    res: ServerResponse,
    address: PublicAddress,
    slug: string,
  ): void {
    const known = marks.recent(slug);
    if (known) return serve(req, res, address, known.value?.mark);
    const isKept = store.get(address.key) !== undefined;
    const asked = marks.read(slug);
    (isKept ? Promise.race([asked, after(PATIENCE_WITH_MARK)]) : asked).then(
      (read) => (read ? serve(req, res, address, read.mark) : web(req, res)),
      (error: unknown) => {
        downUntil = performance.now() + 2 * SECOND;
        if (!serveStale(req, res, address.key, error)) web(req, res);
      },
    );
  }

  return (req, res) => {
    const address = req.method === "GET" || req.method === "HEAD" ? publicAddress(req) : undefined;
    if (!address) return web(req, res);
    if (feed?.live) return serve(req, res, address, undefined);
    if (performance.now() < downUntil && serveStale(req, res, address.key, undefined)) return;
    if (address.slug === undefined) return serve(req, res, address, undefined);
    serveUnheard(req, res, address, address.slug);
  };
}

/** What can be answered instead of an error, by request. */
const rescues = new WeakMap<ServerResponse, (error: unknown) => boolean>();

/** Answers a request that failed for a fault of ours with the page as it last was, if it is kept; false where it is not. */
export function answerWithOldPage(res: ServerResponse, error: unknown): boolean {
  return rescues.get(res)?.(error) ?? false;
}

function isCurrent(entry: Entry, version: string | undefined, mark: string | undefined): boolean {
  return version === undefined ? entry.mark !== undefined && entry.mark === mark : entry.version === version;
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE).unref());
}

function after(milliseconds: number): Promise<never> {
  return new Promise((_resolve, reject) =>
    setTimeout(() => reject(new Error("the database takes too long")), milliseconds).unref(),
  );
}

let saidAt = -Infinity;

/** Says in the log that old pages are being answered, at most once in ten seconds. */
function sayStale(app: App, error: unknown): void {
  const now = performance.now();
  if (now - saidAt < 10 * SECOND) return;
  saidAt = now;
  app.log.warn({ err: error }, "the database does not answer: public pages are answered as they last were");
}

/** Entries by address and language, the ones that nobody asked for longest thrown out first. */
function entryStore() {
  const entries = new Map<string, Entry>();
  const sizes = new Map<string, number>();
  let bytes = 0;

  function drop(key: string): void {
    bytes -= sizes.get(key) ?? 0;
    sizes.delete(key);
    entries.delete(key);
  }
  /** Counts what an entry takes, as it is kept and again when it grew by compressing, and throws out what is too much. */
  function weigh(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    bytes += entry.page.bytes - (sizes.get(key) ?? 0);
    sizes.set(key, entry.page.bytes);
    for (const oldest of entries.keys()) {
      if (bytes <= MOST_BYTES) break;
      drop(oldest);
    }
  }
  function get(key: string): Entry | undefined {
    const entry = entries.get(key);
    const now = performance.now();
    if (entry && now - entry.touchedAt > SECOND) {
      entry.touchedAt = now;
      entries.delete(key);
      entries.set(key, entry);
    }
    return entry;
  }
  function keep(key: string, entry: Entry): void {
    drop(key);
    if (entry.page.bytes > LARGEST) return;
    entries.set(key, entry);
    weigh(key);
  }
  return { get, keep, weigh };
}

/** Where the answer to a request may be kept, if it may. */
const slots = new WeakMap<ServerResponse, (page: KeptPage) => void>();

/** Answers with a public page or list, says how long it may be kept, and keeps it where it may be. */
export function sendPublic(res: Response, given: PublicAnswer): void {
  const body = typeof given.body === "string" ? Buffer.from(given.body, "utf8") : given.body;
  res.set({
    "Content-Type": given.type,
    "Cache-Control": CACHE_CONTROL,
    ETag: etagOf(body),
    Vary: "Accept-Language, Accept-Encoding",
    ...given.headers,
  });
  const headers = Object.fromEntries(
    Object.entries(res.getHeaders())
      .filter(([name]) => name !== "x-request-id")
      .map(([name, value]) => [name, String(value)]),
  );
  const page = keptPage(body, headers);
  slots.get(res)?.(page);
  for (const name of Object.keys(headers)) res.removeHeader(name);
  answerWith(res.req, res, page);
}
