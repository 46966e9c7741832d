/**
 * Promise 11 under fire: no mail goes twice and none is lost silently, whatever is killed. Real processes, a real
 * PostgreSQL that keeps what it acknowledges, a mail server that outlives everything. `--short` takes two minutes,
 * the full form (60 kills, 3,600 mails) about ten. `--signing` plays promise 1 instead (signing.ts). `--seed N` brings a run back as far as time allows.
 */
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { seeded, type Random } from "./random.js";
import { signUnderFire } from "./signing.js";
import { openScene, type CrashWorker, type Scene } from "./scene.js";
import { FAIR } from "./sink.js";
import { UNDER_WAY } from "../../src/worker/run.js";

const { values: asked } = parseArgs({
  options: {
    short: { type: "boolean" },
    seed: { type: "string" },
    only: { type: "string" },
    signing: { type: "boolean" },
  },
});
const rounds = Number(process.env["CRASH_ROUNDS"] ?? (asked.short ? 10 : 60));
const seed = Number(asked.seed ?? Date.now() % 1_000_000);
const MAILS_A_ROUND = 60;

/** One line of the table. */
interface Line {
  scenario: string;
  mails: number;
  copies: number;
  twice: number;
  lost: number;
  stops: number;
  inFlight: number;
  uncertain: number;
  byLog: number;
  byHand: number;
  left: number;
}

const faults: string[] = [];

function hold(condition: boolean, sentence: string): void {
  if (!condition) faults.push(sentence);
}

/** What happens at one stop: who was in flight, and how many became uncertain by it. */
interface Stops {
  count: number;
  inFlight: number;
}

interface Act {
  scene: Scene;
  random: Random;
  rounds: number;
  withLog: boolean;
}

type Scenario = (act: Act) => Promise<Stops>;

/**
 * Starts a worker with fresh mails and kills it at a random moment; now and then before it is up. The next one finds
 * what it left: no more may become uncertain than were in flight.
 */
async function killedRounds({ scene, random, rounds: times, withLog }: Act): Promise<Stops> {
  const stops: Stops = { count: 0, inFlight: 0 };
  let [inFlight, uncertain] = [0, 0];
  // One round ahead, so that a quick worker does not run out of mails before it is killed.
  await scene.queue(MAILS_A_ROUND);
  for (let round = 1; round <= times; round += 1) {
    if (round < times) await scene.queue(MAILS_A_ROUND);
    const worker = scene.startWorker({ withLog });
    const place = random.between(0, 20);
    if (place > 0) await worker.running;
    if (place > 4) await scene.untilInFlight();
    await pause(random.between(0, 700));
    await worker.kill();
    // What the dead process had sent to the database may still be carried out.
    await pause(50);
    const became = (await scene.everUncertain()) - uncertain;
    hold(became <= inFlight, `kill ${round}: ${became} became uncertain, ${inFlight} were in flight before`);
    inFlight = await scene.count("sending");
    uncertain += became;
    hold(inFlight <= UNDER_WAY, `kill ${round}: ${inFlight} in flight, more than a worker may have`);
    stops.count += 1;
    stops.inFlight += inFlight;
  }
  return stops;
}

/** Two machines send at once; one of them, or both, are killed. */
async function twoWorkers({ scene, random, rounds: times }: Act): Promise<Stops> {
  const stops: Stops = { count: 0, inFlight: 0 };
  for (let round = 0; round < times; round += 1) {
    await scene.queue(2 * MAILS_A_ROUND);
    const workers = ["one", "two"].map((name) => scene.startWorker({ name }));
    await Promise.all(workers.map((each) => each.running));
    await scene.untilInFlight();
    await pause(random.between(0, 700));
    await workers[0]?.kill();
    stops.count += 1;
    if (random.chance(0.5)) await pause(random.between(10, 500));
    await workers[1]?.kill();
    stops.count += 1;
    stops.inFlight += await scene.count("sending");
  }
  return stops;
}

/** SIGTERM with sends in flight, some of them answered by silence before the body, some after the dot. */
async function terminated({ scene, random, rounds: times }: Act): Promise<Stops> {
  const stops: Stops = { count: 0, inFlight: 0 };
  scene.sink.behave({ ...FAIR, silentAfterDot: 0.1, silentAtRcpt: 0.1 });
  for (let round = 0; round < times; round += 1) {
    await scene.queue(MAILS_A_ROUND);
    const worker = scene.startWorker();
    await worker.running;
    await scene.untilInFlight(5);
    await pause(random.between(0, 300));
    const before = await scene.count("sending");
    const { status, took } = await worker.terminate();
    stops.count += 1;
    stops.inFlight += before;
    hold(status === 0, `SIGTERM ${round + 1}: ended with ${status}`);
    hold(took < 10_000, `SIGTERM ${round + 1}: took ${Math.round(took)} ms`);
    const under = await scene.count("claimed", "sending");
    hold(under === 0, `SIGTERM ${round + 1}: ${under} were left without a word`);
  }
  scene.sink.behave(FAIR);
  return stops;
}

/** PostgreSQL stops at once in the middle of sending, and comes back. */
async function databaseCrashes({ scene, random, rounds: times }: Act): Promise<Stops> {
  const stops: Stops = { count: 0, inFlight: 0 };
  const worker: CrashWorker = scene.startWorker();
  await worker.running;
  for (let round = 0; round < times; round += 1) {
    await scene.queue(MAILS_A_ROUND);
    await scene.untilInFlight();
    await pause(random.between(0, 300));
    stops.inFlight += await scene.count("sending");
    await scene.crashDatabase();
    stops.count += 1;
  }
  await pause(1000);
  await worker.kill();
  return stops;
}

/** The mail server accepts and resets the connection, or falls silent; then the worker is killed. */
async function rudeServer({ scene, random, rounds: times }: Act): Promise<Stops> {
  const stops: Stops = { count: 0, inFlight: 0 };
  scene.sink.behave({ ...FAIR, resetAfterDot: 0.2, silentAfterDot: 0.05, laterAfterDot: 0.1 });
  for (let round = 0; round < times; round += 1) {
    await scene.queue(MAILS_A_ROUND);
    const worker = scene.startWorker();
    await worker.running;
    await scene.untilInFlight(5);
    await pause(random.between(0, 700));
    stops.inFlight += await scene.count("sending");
    await worker.kill();
    stops.count += 1;
  }
  scene.sink.behave(FAIR);
  return stops;
}

/** Plays a scenario to its end, and holds the rows against what the mail server has. */
async function play(scenario: string, act: Scenario, times: number, withLog = true): Promise<Line> {
  const random = seeded(seed);
  const scene = await openScene(seed);
  try {
    const stops = await act({ scene, random, rounds: times, withLog });
    await scene.drain({ withLog });
    const first = await scene.judge();
    const name = (fault: string): string => `${scenario}: ${fault}`;
    hold(first.unaccounted.length === 0, name(`${first.unaccounted.length} are neither settled nor shown`));
    hold(first.lost.length === 0, name(`${first.lost.length} count as sent and were never accepted`));
    hold(first.denied.length === 0, name(`${first.denied.length} were accepted and could go out again`));
    hold(first.unknown.length === 0, name(`${first.unknown.length} were accepted that nobody wrote`));
    const ever = await scene.everUncertain();
    const settled = withLog ? first.uncertain.filter(({ accepted }) => accepted).length : 0;
    hold(settled === 0, name(`${settled} stand in the mail server's log and are still uncertain`));
    await scene.letLeasesEnd();
    const byHand = await scene.settleByHand();
    await scene.drain({ withLog });
    const last = await scene.judge();
    const rows = await scene.rows();
    const copies = scene.sink.copies().length;
    hold(last.duplicates.length === 0, name(`${last.duplicates.length} went out twice`));
    hold(last.uncertain.length === 0, name(`${last.uncertain.length} are uncertain in the end`));
    const unsent = rows.filter((row) => row.state !== "sent").length;
    hold(unsent === 0, name(`${unsent} did not go out in the end`));
    hold(
      stops.count > 0 && stops.inFlight > 0,
      name("nothing was in flight at any stop: this shows nothing"),
    );
    return {
      scenario,
      mails: rows.length,
      copies,
      twice: last.duplicates.length,
      lost: first.lost.length,
      stops: stops.count,
      inFlight: stops.inFlight,
      uncertain: ever,
      byLog: ever - first.uncertain.length,
      byHand,
      left: last.uncertain.length,
    };
  } finally {
    await scene.close();
  }
}

/** The oracle bites: who queues again what a dead worker was sending, as many programs do, sends twice. */
async function sabotage(): Promise<Line> {
  const scene = await openScene(seed);
  const stops: Stops = { count: 0, inFlight: 0 };
  try {
    for (let round = 0; round < 3; round += 1) {
      await scene.queue(2 * MAILS_A_ROUND);
      const worker = scene.startWorker({ withLog: false });
      await worker.running;
      await scene.untilInFlight(10);
      await worker.kill();
      stops.count += 1;
      stops.inFlight += await scene.count("sending");
      await scene
        .db("messages")
        .whereIn("state", ["sending", "uncertain"])
        .update({ state: "queued", claim_token: null, lease_until: null });
    }
    await scene.drain({ withLog: false });
    const judgement = await scene.judge();
    hold(
      judgement.duplicates.length > 0,
      "sabotage: the checker found no duplicate where there must be some",
    );
    return {
      scenario: "sabotage (must send twice)",
      mails: (await scene.rows()).length,
      copies: scene.sink.copies().length,
      twice: judgement.duplicates.length,
      lost: judgement.lost.length,
      stops: stops.count,
      inFlight: stops.inFlight,
      uncertain: await scene.everUncertain(),
      byLog: 0,
      byHand: 0,
      left: judgement.uncertain.length,
    };
  } finally {
    await scene.close();
  }
}

function table(lines: readonly Line[]): string {
  const heads: [keyof Line, string][] = [
    ["scenario", "scenario"],
    ["stops", "stops"],
    ["mails", "mails"],
    ["copies", "copies"],
    ["twice", "twice"],
    ["lost", "lost"],
    ["inFlight", "in flight"],
    ["uncertain", "uncertain"],
    ["byLog", "by log"],
    ["byHand", "by hand"],
    ["left", "left"],
  ];
  const cells = [
    heads.map(([, head]) => head),
    ...lines.map((line) => heads.map(([key]) => String(line[key]))),
  ];
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    )
    .join("\n");
}

const few = Math.max(2, Math.ceil(rounds / 12));
const scenarios: [string, () => Promise<Line>][] = [
  ["kill", () => play("one worker, kill -9", killedRounds, rounds)],
  ["blind", () => play("the same without a log", killedRounds, few, false)],
  ["two", () => play("two workers, kill -9", twoWorkers, few)],
  ["term", () => play("SIGTERM amid sends", terminated, few)],
  ["database", () => play("PostgreSQL stops at once", databaseCrashes, few)],
  ["rude", () => play("reset or silence after the dot", rudeServer, few)],
  ["sabotage", sabotage],
];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function playMails(): Promise<void> {
  const started = performance.now();
  say(`Crash suite, seed ${seed}, ${rounds} rounds`);
  const lines: Line[] = [];
  for (const [name, run] of scenarios) {
    if (asked.only !== undefined && asked.only !== name) continue;
    lines.push(await run());
    say(`  ${name}: ${Math.round((performance.now() - started) / 1000)} s`);
  }
  say(`\n${table(lines)}\n`);
}

async function playSigning(): Promise<void> {
  const signing = asked.short ? { rounds: 3, acks: 1500 } : { rounds: 12, acks: 2600 };
  say(`Crash suite, signing, seed ${seed}, ${signing.rounds} rounds`);
  for (const sentence of await signUnderFire({ ...signing, seed }, say)) hold(false, sentence);
}

await (asked.signing ? playSigning() : playMails());
for (const fault of faults) say(`FAULT  ${fault}`);
if (faults.length === 0)
  say(
    asked.signing
      ? "Nothing that was acknowledged is lost."
      : "Nothing went twice, nothing was lost, nothing is left uncertain.",
  );
process.exitCode = faults.length === 0 ? 0 : 1;
