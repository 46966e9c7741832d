import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { Pool } from "pg";
import { newId } from "../src/platform/ids.js";
import { createWeb } from "../src/web/main.js";
import { withBenchApp, type BenchApp } from "./bench-app.js";
import { median, type Figure } from "./figure.js";
import type { SignAnswers, SignWish } from "./sign-wish.js";

const AT_ONCE = 32;
const ROUNDS = 3;
const SECONDS = 4;
const SLUG = "keep-orbit-usable";

/** A signing form that somebody filled in; `PLACE` stands for what no other form has. */
export const SIGN_FORM = {
  display_name: "Orbital PLACE Ltd",
  country: "KE",
  sector: "ground_segment",
  scope: "entity",
  appearance: "public",
  filled_by: "officer",
  signatory_name: "Grace Wanjiru",
  signatory_title: "Managing Director",
  signatory_email: "grace@oPLACE.example",
  authority: "on",
  privacy: "on",
  language: "en",
  step: "submit",
};

/**
 * Signing by the public page, from the form to rows on the disk (fsync on), beside bare `pg` sending the same
 * statements as often at once over as many connections.
 */
export async function signLetters(): Promise<Figure> {
  return withBenchApp(async (app) => {
    await openLetter(app);
    const server = await listen(app);
    try {
      const statements = await statementsOfOne(app, server);
      await load(app, server, { seconds: 3, connections: AT_ONCE });
      const ours: number[] = [];
      const bare: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const found = await load(app, server, { seconds: SECONDS, connections: AT_ONCE });
        mustBe(found.offered, found.stored, "forms that were sent one after the other were not all taken");
        ours.push(found.stored / found.seconds);
        bare.push(await bareSpeed(app, statements));
      }
      return {
        what: `signing, ${AT_ONCE} at once, to durable rows`,
        unit: "signatures",
        ours: median(ours),
        bare: median(bare),
        against: `bare pg sending the same ${statements.length} statements at the same concurrency`,
      };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

/**
 * A thousand signings a second offered by distinct organisations, whether or not they are answered; how many are
 * stored a second, beside the rate. Fails where one that was acknowledged has no row, or one was neither taken nor told
 * when to come back. Ten seconds, or as many as BENCH_SIGN_SECONDS says.
 */
export async function signBurst(): Promise<Figure> {
  return withBenchApp(async (app) => {
    await openLetter(app);
    const server = await listen(app);
    try {
      await load(app, server, { seconds: 3, connections: AT_ONCE });
      const before = await rows(app);
      const seconds = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 10);
      const found = await load(app, server, { seconds, connections: 2000, rate: 1000 });
      mustBe((await rows(app)) - before, found.stored, "acknowledged and stored differ");
      mustBe(found.offered, found.stored + found.comeBack, `others: ${JSON.stringify(found.other)}`);
      return {
        what: `signing, ${found.offered} offered in ${seconds} s, ${found.comeBack} told to come back`,
        unit: "signatures",
        ours: found.stored / found.seconds,
        bare: found.offered / seconds,
        against: "what was offered; none acknowledged was lost",
      };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

function mustBe(one: number, other: number, words: string): void {
  if (one !== other) throw new Error(`${words}: ${one} and ${other}`);
}

async function rows(app: BenchApp): Promise<number> {
  const found = (await app.db("signatures").count({ n: "*" })) as { n: string | number }[];
  return Number(found[0]?.n);
}

async function listen(app: BenchApp): Promise<Server> {
  const server = createServer(createWeb(app));
  // Else a connection that rested five seconds is closed just as the next form comes over it.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return server;
}

let threads = 0;

function load(
  app: BenchApp,
  server: Server,
  how: Pick<SignWish, "seconds" | "connections" | "rate">,
): Promise<SignAnswers> {
  threads += 1;
  const wish: SignWish = {
    port: (server.address() as AddressInfo).port,
    path: `/letters/${SLUG}/sign`,
    origin: app.config.publicUrl,
    body: new URLSearchParams(SIGN_FORM).toString(),
    mark: `t${threads}`,
    ...how,
  };
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL("./sign-load.js", import.meta.url), { workerData: wish });
    thread.once("message", resolve).once("error", reject);
  });
}

interface Statement {
  sql: string;
  bindings: unknown[];
}

/** The statements that one signing sends, as knex hands them to `pg`. */
async function statementsOfOne(app: BenchApp, server: Server): Promise<Statement[]> {
  const sent: Statement[] = [];
  const note = (query: { sql: string; bindings?: unknown[] }) =>
    void sent.push({ sql: query.sql, bindings: query.bindings ?? [] });
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/letters/${SLUG}`);
  app.db.on("query", note);
  const answer = await fetch(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/letters/${SLUG}/sign`,
    {
      method: "POST",
      redirect: "manual",
      headers: { origin: app.config.publicUrl },
      body: new URLSearchParams(
        JSON.parse(JSON.stringify(SIGN_FORM).replaceAll("PLACE", "first")) as typeof SIGN_FORM,
      ),
    },
  );
  app.db.removeListener("query", note);
  mustBe(answer.status, 303, "the form was not taken");
  return sent;
}

let number = 0;

async function bareSpeed(app: BenchApp, statements: readonly Statement[]): Promise<number> {
  const pool = new Pool({ connectionString: app.urls.appUrl, max: AT_ONCE });
  let done = 0;
  const start = performance.now();
  const past = (): number => (performance.now() - start) / 1000;
  const keepOn = async (): Promise<void> => {
    const client = await pool.connect();
    try {
      while (past() < SECONDS) {
        number += 1;
        for (const { sql, bindings } of statements) {
          const [first] = bindings as (string | undefined)[];
          const text = first ?? "";
          const takesIn = sql.startsWith("\nwith given");
          const values = takesIn ? [another(app, text, number)] : bindings;
          await client.query(takesIn ? { name: "take-in", text: sql, values } : { text: sql, values });
        }
        done += 1;
      }
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, keepOn));
  const speed = done / past();
  await pool.end();
  return speed;
}

/** The same submission by another organisation: every id, hash and name is a new one. */
function another(app: BenchApp, text: string, number: number): string {
  const ids = new Map<string, string>();
  const known = /"(?:id|event_id)":"([0-9a-f-]{36})"/g;
  for (const [, id] of text.matchAll(known)) ids.set(id ?? "", newId(app.clock));
  let changed = text.replaceAll("ofirst.example", `bare${number}.example`);
  changed = changed
    .replaceAll("Orbital first", `Orbital bare ${number}`)
    .replaceAll("orbital first", `orbital bare ${number}`);
  for (const [id, fresh] of ids) changed = changed.replaceAll(id, fresh);
  const hash = number.toString(16).padStart(64, "0");
  return changed
    .replace(/("token_hash":")[^"]+/, `$1\\\\x${hash}`)
    .replace(/("address_hash":")[^"]+/, `$1\\\\x${hash}`);
}

async function openLetter(app: BenchApp): Promise<void> {
  const at = app.clock.now();
  const ids = { letter: newId(app.clock), version: newId(app.clock) };
  await app.db("letters").insert({
    id: ids.letter,
    slug: SLUG,
    state: "open",
    default_language: "en",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Quay Street, Bergen 5003, Norway",
    sponsor_email: "team@forum.example",
    created_at: at,
  });
  await app
    .db("letter_versions")
    .insert({ id: ids.version, letter_id: ids.letter, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: ids.version,
    language: "en",
    title: "Keep low orbit usable",
    addressee: "To the heads of state",
    body_md: "1. Stop.",
    content_hash: Buffer.alloc(32),
  });
}
