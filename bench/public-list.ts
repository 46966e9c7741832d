import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { createLetter } from "../src/domain/letters/service.js";
import { changeLetterState } from "../src/domain/letters/state-service.js";
import { currentText } from "../src/domain/letters/views.js";
import type { Ctx } from "../src/platform/context.js";
import { newId } from "../src/platform/ids.js";
import { keepPublicPages } from "../src/web/page-cache.js";
import { createWeb } from "../src/web/main.js";
import { withBenchApp } from "./bench-app.js";
import { median, type Figure } from "./figure.js";
import { pathTo } from "../tests/support/signature-path.js";

const SIGNATURES = 1000;
const ROUNDS = 9;
const MILLISECONDS = 600;
const PATH = "/letters/bench/signatories";

/** The public list of 1,000 signatures, as it is served, beside a bare server that answers the same bytes. */
export async function publicList(): Promise<Figure> {
  return withBenchApp(async (app) => {
    await fill(app.ctx({ kind: "system", name: "bench" }));
    const ours = await listen(keepPublicPages(app, createWeb(app)));
    const answer = await fetch(`http://127.0.0.1:${portOf(ours)}${PATH}`);
    const body = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok || !body.includes("1,000 signed"))
      throw new Error("the page of the bench is not the list");
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !HOP.has(name)));
    const bare = await listen((_req, res) => res.writeHead(200, headers).end(body));
    const [fast, plain]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      fast.push(await load(portOf(ours)));
      plain.push(await load(portOf(bare)));
    }
    ours.close();
    bare.close();
    return {
      what: `public page of ${SIGNATURES.toLocaleString("en")} signatures (${Math.round(body.length / 1024)} kB)`,
      unit: "pages",
      ours: median(fast),
      bare: median(plain),
      against: "a bare node:http server that answers the same bytes",
    };
  });
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
function load(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("public-load.js", import.meta.url), {
      workerData: { port, path: PATH, milliseconds: MILLISECONDS },
    });
    worker.once("message", (pages: number) => resolve((pages * 1000) / MILLISECONDS));
    worker.once("error", reject);
  });
}

/** An open letter with invented signatories. */
async function fill(ctx: Ctx): Promise<void> {
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
  const organisations = Array.from({ length: SIGNATURES }, (_, n) => ({
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
