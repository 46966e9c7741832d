import { createServer, get, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { createLetter } from "../src/domain/letters/service.js";
import { changeLetterState } from "../src/domain/letters/state-service.js";
import { currentText } from "../src/domain/letters/views.js";
import type { Ctx } from "../src/platform/context.js";
import { newId } from "../src/platform/ids.js";
import { openChangeFeed } from "../src/web/change-feed.js";
import { keepPublicPages } from "../src/web/page-cache.js";
import { createWeb } from "../src/web/main.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { median, type Figure } from "./figure.js";
import { pathTo } from "../tests/support/signature-path.js";

const ROUNDS = 9;
const MILLISECONDS = 600;
/** The letter that the bench fills. */
export const BENCH_LETTER = "bench";

const PATH = `/letters/${BENCH_LETTER}/signatories`;

/** The public list of 1,000 signatures, as it is served, beside a bare server that answers the same bytes. */
export async function publicList(): Promise<Figure> {
  return besideBare("public page of 1,000 signatures", "");
}

/** The same as browsers get it, compressed. */
export async function publicListCompressed(): Promise<Figure> {
  return besideBare("public page of 1,000 signatures in brotli", "Accept-Encoding: br\r\n");
}

async function besideBare(what: string, headers: string): Promise<Figure> {
  return withServed(1000, async (port) => {
    const answer = await rawAnswer(port, headers);
    const bare = await listen((_req, res) => res.writeHead(200, answer.headers).end(answer.body));
    const [ours, plain] = await inTurns(
      () => load(port, headers),
      () => load(portOf(bare), headers),
    );
    bare.close();
    const size = Math.round(answer.body.length / 1024);
    return {
      what: `${what} (${size} kB)`,
      unit: "pages",
      ours,
      bare: plain,
      against: "a bare node:http server that answers the same bytes (at least 0.8)",
    };
  });
}

/** Telling somebody that they have the page already, beside sending it. */
export async function notModified(): Promise<Figure> {
  return withServed(1000, async (port) => {
    const { headers } = await rawAnswer(port, "");
    const [ours, bare] = await inTurns(
      () => load(port, `If-None-Match: ${headers["etag"]}\r\n`),
      () => load(port, ""),
    );
    return {
      what: "304 for a page that is known",
      unit: "answers",
      ours,
      bare,
      against: "the whole page (at least 1)",
    };
  });
}

/** The public list of 50,000 signatures beside the same of 100. */
export async function publicListLarge(): Promise<Figure> {
  return withServed(50_000, async (large) =>
    withServed(100, async (small) => {
      const [ours, bare] = await inTurns(
        () => load(large, ""),
        () => load(small, ""),
      );
      return {
        what: "public page of 50,000 signatures",
        unit: "pages",
        ours,
        bare,
        against: "the page of 100 (about 1)",
      };
    }),
  );
}

/** Serves the list as it is served, with so many signatures. */
export async function withServed<T>(signatures: number, work: (port: number) => Promise<T>): Promise<T> {
  return withServedApp(signatures, (_app, server) => work(portOf(server)));
}

/** The same, with the application and its server. */
export async function withServedApp<T>(
  signatures: number,
  work: (app: BenchApp, server: Server) => Promise<T>,
): Promise<T> {
  return withBenchApp(async (app) => {
    await fill(app.ctx({ kind: "system", name: "bench" }), signatures);
    const feed = openChangeFeed(app.urls.appUrl, app.log);
    while (!feed.live) await new Promise((next) => setTimeout(next, 20));
    const server = await listen(keepPublicPages(app, createWeb(app), { feed }));
    const { body } = await rawAnswer(portOf(server), "");
    if (!body.includes(`${signatures.toLocaleString("en")} signed`))
      throw new Error("the page of the bench is not the list");
    try {
      return await work(app, server);
    } finally {
      server.close();
      await feed.close();
    }
  });
}

/** What is really sent, neither unpacked nor with what each server sets by itself. */
function rawAnswer(port: number, more: string): Promise<{ body: Buffer; headers: Record<string, string> }> {
  const encoding = /^Accept-Encoding: (\w+)/.exec(more)?.[1];
  const headers = { "Accept-Language": "en", ...(encoding ? { "Accept-Encoding": encoding } : {}) };
  return new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", path: PATH, headers, agent: false }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => parts.push(part));
      res.on("end", () => {
        const kept = Object.entries(res.headers).filter(([name]) => !HOP.has(name));
        const body = Buffer.concat(parts);
        resolve({ body, headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])) });
      });
    }).on("error", reject);
  });
}

/** The middle of several rounds of each, taken in turns. */
async function inTurns(one: () => Promise<number>, other: () => Promise<number>): Promise<[number, number]> {
  const [ones, others]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ones.push(await one());
    others.push(await other());
  }
  return [median(ones), median(others)];
}

/** What each server sets by itself. */
const HOP = new Set(["date", "connection", "keep-alive", "x-request-id"]);

async function listen(handler: RequestListener): Promise<Server> {
  const server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Pages a second, asked for by a thread of its own, so that asking takes nothing from answering. */
function load(port: number, headers: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("public-load.js", import.meta.url), {
      workerData: { port, path: PATH, milliseconds: MILLISECONDS, headers },
    });
    worker.once("message", (pages: number) => resolve((pages * 1000) / MILLISECONDS));
    worker.once("error", reject);
  });
}

/** An open letter with invented signatories. */
async function fill(ctx: Ctx, count: number): Promise<void> {
  const { id: letterId } = await createLetter(ctx, {
    slug: "bench",
    title: "Keep orbit usable",
    addressee: "all states",
    body_md: "1. One.\n2. Two.",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Harbour Street, Amsterdam",
    sponsor_email: "letters@forum.example",
  });
  for (const to of ["in_review", "approved", "open"] as const) await changeLetterState(ctx, letterId, { to });
  const text = await currentText(ctx, letterId);
  const at = ctx.clock.now();
  const countries = ["NO", "JP", "BR", "IN", "FR", "KE", "MX", "DE"];
  const sectors = ["satellite_operator", "ground_segment", "insurer", "launch_provider"];
  const organisations = Array.from({ length: count }, (_, n) => ({
    id: newId(ctx.clock),
    name: `Organisation ${n} Orbital Ltd`,
    name_key: `organisation ${n} orbital`,
    country: countries[n % 8],
    sector: sectors[n % 4],
    created_at: at,
    updated_at: at,
  }));
  await ctx.db.batchInsert("organisations", organisations, 500);
  const signatures = organisations.map(({ id, name, country, sector }) => ({
    id: newId(ctx.clock),
    letter_id: letterId,
    version_id: text?.versionId,
    content_hash: text?.contentHash,
    organisation_id: id,
    kind: "signature",
    visibility: "public",
    state: "submitted",
    scope: "entity",
    display_name: name,
    country,
    sector,
    signatory_name: "Sigrid Aune",
    signatory_title: "Managing Director",
    signatory_email: "sigrid@private.example",
    language: "en",
    submitted_at: at,
    confirmed_at: at,
    accepted_at: at,
    published_at: at,
  }));
  await ctx.db.batchInsert("signatures", signatures, 500);
  for (const state of pathTo("published"))
    await ctx.db("signatures").where({ letter_id: letterId }).update({ state });
}
