import { createServer, request, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { changeLetterState } from "../../src/domain/letters/state-service.js";
import { buildApp, type App } from "../../src/app.js";
import { connect } from "../../src/platform/db.js";
import { createWeb } from "../../src/web/main.js";
import { databaseProxy, type DatabaseProxy } from "../support/database-proxy.js";
import { openChangeFeed, type OpenFeed } from "../../src/web/change-feed.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import { START, testApp, type TestApp } from "../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../support/letters.js";

const PAGE = `/letters/${LETTER.slug}`;
const LIST = `${PAGE}/signatories`;

let app: TestApp;
let letterId: string;
const running: { feed: OpenFeed; server: Server }[] = [];

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  ({ id: letterId } = await makeLetter(app.system));
});
afterEach(async () => {
  for (const { feed, server } of running.splice(0)) {
    await feed.close();
    server.closeAllConnections();
    server.close();
  }
});
afterAll(() => app.close());

interface Process {
  base: string;
  feed: OpenFeed;
  /** What got as far as the web door. */
  asked: string[];
}

/** A web process: its own feed, its own kept pages, its own port. */
async function webProcess(
  door: RequestListener = app.web,
  of: App = app,
  databaseUrl = app.database.appUrl,
): Promise<Process> {
  const asked: string[] = [];
  const noted: RequestListener = (req, res) => {
    asked.push(req.url ?? "");
    door(req, res);
  };
  const feed = openChangeFeed(databaseUrl, app.log);
  const server = createServer(keepPublicPages(of, noted, { feed }));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  running.push({ feed, server });
  await until(() => feed.live);
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, feed, asked };
}

/** Waits until something is so; a test that waits in vain is ended by the runner. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((next) => setTimeout(next, 20));
}

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** One request as it is sent: nothing is added to it, nothing is unpacked. */
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { connection: "close", ...headers } }, (res) => {
      const parts: Buffer[] = [];
      res.on("data", (part: Buffer) => parts.push(part));
      res.on("end", () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

const text = async (url: string) => (await ask(url)).body.toString("utf8");

describe("kept pages that hear of changes", () => {
  it("are rendered once per change, and every process shows a change", async () => {
    const [one, two] = [await webProcess(), await webProcess()];
    for (let times = 0; times < 3; times++) {
      expect(await text(one.base + LIST)).not.toContain("Halden");
      expect(await text(two.base + LIST)).not.toContain("Halden");
    }
    expect([one.asked, two.asked]).toEqual([[LIST], [LIST]]);
    const { id } = await insertSignature(app.system, { letterId, organisation: "Halden" });
    await until(async () => (await text(one.base + LIST)).includes("Halden"));
    await until(async () => (await text(two.base + LIST)).includes("Halden"));
    await app.db("signatures").where({ id }).update({ state: "invalidated" });
    await until(async () => !(await text(two.base + `${LIST}.json`)).includes("Halden"));
    await until(async () => !(await text(two.base + LIST)).includes("Halden"));
    await changeLetterState(app.system, LETTER.slug, { to: "removed" });
    await until(async () => (await ask(one.base + LIST)).status === 410);
  });

  it("are not rendered again for what no page shows", async () => {
    const { base, asked } = await webProcess();
    await text(base + LIST);
    await insertSignature(app.system, { letterId, state: "in_review" });
    await insertSignature(app.system, { letterId, visibility: "confidential" });
    const seen = await webProcess();
    await text(seen.base + LIST);
    await text(base + LIST);
    expect(asked).toEqual([LIST]);
  });

  it("count as changed after a lost connection, and hear again by themselves", async () => {
    const { base, feed } = await webProcess();
    await text(base + LIST);
    await app.database.adminDb.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign listener'",
    );
    await until(() => !feed.live);
    await insertSignature(app.system, { letterId, organisation: "Halden" });
    await until(async () => (await text(base + LIST)).includes("Halden"));
    await until(() => feed.live);
    await insertSignature(app.system, { letterId, organisation: "Nansen" });
    await until(async () => (await text(base + LIST)).includes("Nansen"));
  });

  it("are rendered by one request when a hundred come at once", async () => {
    const { base, asked } = await webProcess();
    const all = await Promise.all(Array.from({ length: 100 }, () => text(base + LIST)));
    expect(new Set(all).size).toBe(1);
    expect(asked).toEqual([LIST]);
  });

  it("are the same page whatever a query adds that nobody looks at, and in whatever order", async () => {
    const { base, asked } = await webProcess();
    await text(`${base}${LIST}?country=NO&q=a`);
    await text(`${base}${LIST}?q=a&country=NO`);
    await text(`${base}${LIST}?q=a&country=NO&utm_source=x&fbclid=1`);
    expect(asked).toHaveLength(1);
    await text(`${base}${LIST}?q=b&country=NO`);
    expect(asked).toHaveLength(2);
  });
});

describe("how a kept page is written", () => {
  it("comes in brotli, gzip or plain, each with a strong tag of its own, first time and later", async () => {
    const { base } = await webProcess();
    await insertSignature(app.system, { letterId, organisation: "Halden" });
    const tags = new Set<unknown>();
    const bodies = new Set<string>();
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync };
    for (let times = 0; times < 2; times++) {
      for (const encoding of ["br", "gzip"] as const) {
        const got = await ask(base + PAGE, { "accept-encoding": encoding });
        expect(got.headers["content-encoding"]).toBe(encoding);
        expect(Number(got.headers["content-length"])).toBe(got.body.length);
        tags.add(got.headers["etag"]);
        bodies.add(unpack[encoding](got.body).toString("utf8"));
      }
      const plain = await ask(base + PAGE);
      expect(plain.headers["content-encoding"]).toBeUndefined();
      expect(plain.headers["vary"]).toContain("Accept-Encoding");
      tags.add(plain.headers["etag"]);
      bodies.add(plain.body.toString("utf8"));
      expect((await ask(base + PAGE, { "accept-encoding": "br;q=0, gzip;q=0" })).body.length).toBe(
        plain.body.length,
      );
    }
    expect(bodies.size).toBe(1);
    expect(tags.size).toBe(3);
    for (const tag of tags) expect(tag).toMatch(/^"[\w-]+"$/);
  });

  it("is not sent again to those who have it, and HEAD says the same without it", async () => {
    const { base } = await webProcess();
    const first = await ask(base + PAGE, { "accept-encoding": "br" });
    const tag = String(first.headers["etag"]);
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const again = await ask(base + PAGE, { "accept-encoding": "br", "if-none-match": header });
      expect([again.status, again.body.length, again.headers["etag"]]).toEqual([304, 0, tag]);
    }
    const other = await ask(base + PAGE, { "accept-encoding": "br", "if-none-match": '"other"' });
    expect(other.status).toBe(200);
    const head = await ask(base + PAGE, { "accept-encoding": "br" }, "HEAD");
    expect([head.status, head.body.length]).toEqual([200, 0]);
    const { date: _date, ...headed } = head.headers;
    const { date: _first, "x-request-id": _id, ...got } = first.headers;
    expect(headed).toEqual(got);
  });
});

describe("while the database is down", () => {
  let way: DatabaseProxy;
  let far: App;

  beforeEach(async () => {
    way = await databaseProxy(app.database.appUrl);
    const db = connect(way.url, { log: app.log, max: 3 });
    far = buildApp(app.config, app.database, { clock: app.clock, log: app.log, db, mark: app.mark });
  });
  afterEach(async () => {
    await far.db.destroy();
    await way.close();
  });

  const OLD = "It shows what stood here last.";

  it("shows what it has and says so, and renews it afterwards", async () => {
    const { base, feed } = await webProcess(createWeb(far), far, way.url);
    await text(base + PAGE);
    const shown = await text(`${base}${LIST}.json`);
    way.cut();
    await until(() => !feed.live);
    const page = await ask(base + PAGE, { "accept-encoding": "br" });
    expect(page.status).toBe(200);
    expect(brotliDecompressSync(page.body).toString("utf8")).toContain(OLD);
    expect(page.headers["cache-control"]).toBe("no-store");
    const json = await ask(`${base}${LIST}.json`);
    expect([json.status, json.headers["countersign-stale"]]).toEqual([200, "1"]);
    expect(json.body.toString("utf8")).toBe(shown);
    const unknown = await ask(`${base}${LIST}.csv`);
    expect([unknown.status, unknown.headers["retry-after"]]).toEqual([503, "10"]);
    way.mend();
    await until(() => feed.live);
    await until(async () => !(await text(base + PAGE)).includes(OLD));
    await insertSignature(app.system, { letterId, organisation: "Halden" });
    await until(async () => (await text(base + LIST)).includes("Halden"));
  });

  it("does the same when the database hangs without hanging up", async () => {
    const { base, feed } = await webProcess(createWeb(far), far, way.url);
    await text(base + PAGE);
    way.hang();
    await until(() => !feed.live);
    expect(await text(base + PAGE)).toContain(OLD);
    way.mend();
    await until(async () => !(await text(base + PAGE)).includes(OLD));
  }, 60_000);
});
