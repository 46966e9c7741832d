/**
 * Promise 1 under fire: a signature that was acknowledged is never lost, whatever is killed. Companies send the form of
 * the public page to a real web process; it is killed, or PostgreSQL is stopped at once, or both, in the middle of it.
 * In the end each acknowledged one must be there whole: entry, history, link, mail and record.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { packageRoot } from "../../src/platform/config.js";
import { newId } from "../../src/platform/ids.js";
import { openScene, type Scene } from "./scene.js";

const SLUG = "signing-crash";
const AT_ONCE = 32;

/** How long a run is. */
export interface SigningRun {
  rounds: number;
  /** Acknowledgements before something is killed, in each round. */
  acks: number;
  seed: number;
}

/** Runs it and says what came of it; answers the sentences of what is wrong. */
export async function signUnderFire(run: SigningRun, say: (text: string) => void): Promise<string[]> {
  const scene = await openScene(run.seed);
  const folder = await mkdtemp(path.join(tmpdir(), "countersign-crash-web-"));
  const acknowledged: string[] = [];
  const unanswered = { count: 0 };
  try {
    await addOpenLetter(scene);
    const port = await freePort();
    let web = await startWeb(scene, folder, port);
    for (let round = 0; round < run.rounds; round += 1) {
      const load = startLoad(port, acknowledged, unanswered);
      const goal = acknowledged.length + run.acks;
      await until(() => acknowledged.length >= goal, "no more signatures were acknowledged");
      const what = ["process", "database", "both"][round % 3];
      if (what !== "database") web.kill("SIGKILL");
      if (what !== "process") await scene.crashDatabase();
      await load.stop();
      if (what !== "database") {
        await pause(100);
        web = await startWeb(scene, folder, port);
      }
      say(`  round ${round + 1}, ${what} killed: ${acknowledged.length} acknowledged so far`);
    }
    web.kill("SIGKILL");
    return await judgeSignatures(scene, acknowledged, unanswered.count, say);
  } finally {
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function judgeSignatures(
  scene: Scene,
  acknowledged: readonly string[],
  unanswered: number,
  say: (text: string) => void,
): Promise<string[]> {
  const emails = (await scene.db("signatures").pluck("signatory_email")) as string[];
  const kept = new Set(emails);
  const lost = acknowledged.filter((email) => !kept.has(email));
  const { rows } = await scene.db.raw<{ rows: { halves: number }[] }>(
    `select count(*)::int as halves from signatures s where not (
       exists (select 1 from signature_history h where h.signature_id = s.id)
       and exists (select 1 from links l where l.subject_id = s.id and l.purpose = 'confirm')
       and exists (select 1 from messages m where m.to_email = s.signatory_email and m.template = 'signature-confirm')
       and exists (select 1 from activity a where a.subject_id = s.id))`,
  );
  const halves = rows[0]?.halves ?? 0;
  say(
    `signing: ${acknowledged.length} acknowledged, ${emails.length} kept, ${lost.length} lost, ${halves} in halves, ` +
      `${unanswered} without an answer of success`,
  );
  return [
    ...(lost.length > 0 ? [`${lost.length} acknowledged signatures are lost`] : []),
    ...(halves > 0 ? [`${halves} signatures are there in halves`] : []),
    ...(new Set(emails).size === emails.length ? [] : ["some signatures are there twice"]),
    ...(unanswered === 0 ? ["nothing was under way when something was killed: this shows nothing"] : []),
  ];
}

let sent = 0;

function startLoad(port: number, acknowledged: string[], unanswered: { count: number }) {
  const end = new AbortController();
  const one = async (): Promise<void> => {
    while (!end.signal.aborted) {
      sent += 1;
      const email = `officer@crash-${sent}.example`;
      const status = await sendForm(port, sent, email);
      if (status === 303) acknowledged.push(email);
      else {
        unanswered.count += 1;
        await pause(20);
      }
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, one));
  return {
    stop: async () => {
      end.abort();
      await all;
    },
  };
}

/** Sends one form in; 0 where no answer came. */
async function sendForm(port: number, number: number, email: string): Promise<number> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/letters/${SLUG}/sign`, {
      method: "POST",
      redirect: "manual",
      headers: { "Sec-Fetch-Site": "same-origin" },
      signal: AbortSignal.timeout(20_000),
      body: new URLSearchParams({
        display_name: `Orbital ${number} Works Ltd`,
        country: "NO",
        sector: "ground_segment",
        scope: "entity",
        signatory_name: "Ada Park",
        signatory_title: "Managing Director",
        signatory_email: email,
        appearance: "public",
        filled_by: "officer",
        authority: "on",
        privacy: "on",
        step: "submit",
      }),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

async function startWeb(scene: Scene, folder: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [path.join(packageRoot, "bin", "countersign.js"), "web"], {
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: scene.app.config.databaseUrl,
      SECRET_KEY: scene.app.config.secretKey,
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_RATE_LIMITS: "0",
      PORT: String(port),
      LOG_LEVEL: "silent",
    },
    stdio: "ignore",
  });
  const ended = once(child, "exit").then(() => true);
  for (let n = 0; n < 300; n += 1) {
    const lives = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (lives) return child;
    if (await Promise.race([ended, pause(100, false)])) break;
  }
  throw new Error("the web process did not come up");
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  const end = performance.now() + 180_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(otherwise);
    await pause(10);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function addOpenLetter({ app }: Scene): Promise<void> {
  const [id, version, at] = [newId(app.clock), newId(app.clock), app.clock.now()];
  await app.db("letters").insert({
    id,
    slug: SLUG,
    state: "open",
    default_language: "en",
    sponsor_name: "Low Orbit Stewardship Forum",
    sponsor_address: "12 Quay Street, Bergen 5003, Norway",
    sponsor_email: "team@forum.example",
    created_at: at,
  });
  await app.db("letter_versions").insert({ id: version, letter_id: id, number: 1, created_at: at });
  await app.db("letter_translations").insert({
    version_id: version,
    language: "en",
    title: "Keep low orbit usable",
    addressee: "To the heads of state",
    body_md: "1. Stop.",
    content_hash: Buffer.alloc(32),
  });
}
