import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import type { Figure } from "./figure.js";
import { BENCH_LETTER, withServedApp } from "./public-list.js";
import { SIGN_FORM } from "./sign.js";
import type { SignAnswers, SignWish } from "./sign-wish.js";
import type { ViewAnswers, ViewWish } from "./view-wish.js";
import type { BenchApp } from "./bench-app.js";

const SIGNATURES = 1000;
const SECONDS = 15;
const VIEWS = 1000;
const SIGNINGS = 50;
const LIMIT_MS = 100;

/**
 * How long readers of the public list wait while fifty organisations a second sign and an entry a second is touched,
 * so that the page is rendered anew again and again. Fails where a page was not answered, or a signing not taken.
 */
export async function viewsWhileSigning(): Promise<Figure> {
  return withServedApp(SIGNATURES, async (app, server) => {
    const { port } = server.address() as AddressInfo;
    const path = `/letters/${BENCH_LETTER}/signatories`;
    await thread<ViewAnswers>("view-load", {
      port,
      path,
      connections: 8,
      seconds: 2,
      rate: VIEWS,
    } satisfies ViewWish);
    const before = process.memoryUsage().rss;
    const publishing = setInterval(() => void touchAnEntry(app), 1000);
    const [seen, signed] = await Promise.all([
      thread<ViewAnswers>("view-load", {
        port,
        path,
        connections: 64,
        seconds: SECONDS,
        rate: VIEWS,
      } satisfies ViewWish),
      thread<SignAnswers>("sign-load", signWish(app, server)),
    ]).finally(() => clearInterval(publishing));
    if (seen.errors > 0) throw new Error(`${seen.errors} pages were not answered`);
    if (signed.stored !== signed.offered)
      throw new Error(`of ${signed.offered} signings ${signed.stored} were taken`);
    const times = seen.times.toSorted((one, other) => one - other);
    const p99 = times[Math.floor(times.length * 0.99)] ?? 0;
    const grown = Math.round((process.memoryUsage().rss - before) / 1024 / 1024);
    return {
      what: `${times.length} views while ${signed.stored} sign, p99 ${p99.toFixed(1)} ms, memory ${grown >= 0 ? "+" : ""}${grown} MiB`,
      unit: "views, one after the other at p99",
      ours: 1000 / p99,
      bare: 1000 / LIMIT_MS,
      against: `the limit of ${LIMIT_MS} ms (at least 1)`,
    };
  });
}

/** Touches an entry on the list, so that its pages have to be rendered anew. */
async function touchAnEntry(app: BenchApp): Promise<void> {
  await app
    .db("signatures")
    .where({ id: app.db("signatures").where({ state: "published" }).limit(1).select("id") })
    .update({ row_version: app.db.raw("row_version + 1") });
}

function signWish(app: BenchApp, server: Server): SignWish {
  return {
    port: (server.address() as AddressInfo).port,
    path: `/letters/${BENCH_LETTER}/sign`,
    origin: app.config.publicUrl,
    body: new URLSearchParams(SIGN_FORM).toString(),
    mark: "v",
    connections: 64,
    seconds: SECONDS,
    rate: SIGNINGS,
  };
}

function thread<T>(file: string, wish: ViewWish | SignWish): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`./${file}.js`, import.meta.url), { workerData: wish });
    worker.once("message", resolve).once("error", reject);
  });
}
