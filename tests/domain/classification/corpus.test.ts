import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Classification } from "../../../src/domain/classification/classification.js";
import { classify } from "../../../src/domain/classification/classify.js";
import { MailParser } from "../../../src/platform/mail-parser.js";
import { realReports, type RealReport } from "../../support/bounces.js";

jest.setTimeout(120_000);

const parser = new MailParser();
const reports = realReports();
const answers = new Map<string, Classification>();

async function classified(raw: Uint8Array): Promise<Classification | undefined> {
  const parsed = await parser.parse(raw);
  return parsed.ok ? classify(parsed.mail) : undefined;
}

beforeAll(async () => {
  for (const { file, raw } of reports) {
    const answer = await classified(raw);
    if (answer) answers.set(file, answer);
  }
});
afterAll(() => parser.close());

interface Figures {
  recognised: number;
  reasons: number;
  deadFound: number;
  liveDead: number;
  /** Live addresses marked dead although the fault was our authentication, PTR or content, or a quota. */
  faultsDead: number;
}

const NEVER_DEAD = new Set([
  "authfailure",
  "requireptr",
  "spamdetected",
  "mailboxfull",
  "exceedlimit",
  "blocked",
  "badreputation",
]);

function figures(some: readonly RealReport[]): Figures {
  const pairs = some.flatMap(({ file, expected }) =>
    expected.map((each, index) => {
      const recipients = answers.get(file)?.recipients ?? [];
      return { expected: each, got: recipients[index] ?? recipients[0], answer: answers.get(file) };
    }),
  );
  const share = (part: typeof pairs, whole: typeof pairs): number => part.length / whole.length;
  const about = pairs.filter(({ expected }) => expected.reason !== "vacation");
  const [dead, live] = [
    about.filter(({ expected }) => expected.hard),
    about.filter(({ expected }) => !expected.hard),
  ];
  const recognised = pairs.filter(({ expected, got, answer }) =>
    expected.reason === "vacation" ? answer?.class === "auto_reply" : got !== undefined,
  );
  return {
    recognised: share(recognised, pairs),
    reasons: share(
      about.filter(({ expected, got }) => got?.reason === expected.reason),
      about,
    ),
    deadFound: share(
      dead.filter(({ got }) => got?.hard),
      dead,
    ),
    liveDead: share(
      live.filter(({ got }) => got?.hard),
      live,
    ),
    faultsDead: live.filter(({ expected, got }) => got?.hard && NEVER_DEAD.has(expected.reason)).length,
  };
}

describe("real reports", () => {
  it("are recognised, and dead addresses are told from live ones, over the whole corpus", () => {
    expect(reports.length).toBe(253);
    const all = figures(reports);
    expect(all.recognised).toBeGreaterThanOrEqual(0.98);
    expect(all.reasons).toBeGreaterThanOrEqual(0.9);
    expect(all.deadFound).toBeGreaterThanOrEqual(0.9);
    expect(all.liveDead).toBeLessThanOrEqual(0.03);
    expect(all.faultsDead).toBe(0);
  });

  it("are understood nearly as well where nobody looked while writing the rules", () => {
    const unseen = figures(reports.filter(({ heldOut }) => heldOut));
    expect(unseen.recognised).toBeGreaterThanOrEqual(0.98);
    expect(unseen.reasons).toBeGreaterThanOrEqual(0.85);
    expect(unseen.deadFound).toBeGreaterThanOrEqual(0.9);
    expect(unseen.liveDead).toBeLessThanOrEqual(0.03);
    expect(unseen.faultsDead).toBe(0);
  });

  it("never blame the contact for a fault that the rules lay on us", () => {
    const blamed = [...answers.values()].flatMap(({ recipients }) =>
      recipients.filter(({ hard, ours }) => hard && ours),
    );
    expect(blamed).toEqual([]);
  });

  it("mean the same with CR, LF and CRLF line ends", async () => {
    const differing: string[] = [];
    for (const { file, raw } of reports) {
      const lines = raw.toString("latin1").replace(/\r\n?/g, "\n");
      const twins = [lines, lines.replaceAll("\n", "\r\n"), lines.replaceAll("\n", "\r")];
      const read = await Promise.all(twins.map((twin) => classified(Buffer.from(twin, "latin1"))));
      const said = new Set(read.map((each) => JSON.stringify(each)));
      if (said.size !== 1 || read[0] === undefined) differing.push(file);
    }
    expect(differing).toEqual([]);
  });

  it("stay harmless when they are mangled on the way", async () => {
    const wanted = Number(process.env["MANGLED_MAILS"] ?? 2000);
    const random = seeded(20_261_125);
    let refused = 0;
    for (let count = 0; count < wanted; count++) {
      const report = reports[Math.floor(random() * reports.length)];
      if (!report) continue;
      const parsed = await parser.parse(mangled(report.raw, random));
      if (parsed.ok) expect(classify(parsed.mail).class).toBeTruthy();
      else refused += 1;
    }
    expect(refused).toBeLessThan(wanted / 50);
  });
});

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The mail with one to six places overwritten, cut out, doubled, or filled with something that breaks parsers. */
function mangled(raw: Buffer, random: () => number): Buffer {
  const filler = [
    "\0\0\0",
    "\r",
    "--",
    "=?utf-8?B?////?=",
    "<<<<>>>>",
    "\u00ff\u00fe",
    "Content-Type: multipart/mixed; boundary=",
    "::::",
    '"'.repeat(50),
    "(".repeat(200),
  ];
  let bytes = raw;
  for (let turn = 0; turn < 1 + Math.floor(random() * 6); turn++) {
    const at = Math.floor(random() * bytes.length);
    const to = Math.min(bytes.length, at + Math.floor(random() * 200));
    const piece = [
      Buffer.from(filler[Math.floor(random() * filler.length)] ?? "", "latin1"),
      Buffer.alloc(0),
      Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]),
      Buffer.from(bytes.subarray(at, to).map((byte) => byte ^ (1 << Math.floor(random() * 8)))),
    ][Math.floor(random() * 4)];
    bytes = Buffer.concat([bytes.subarray(0, at), piece ?? Buffer.alloc(0), bytes.subarray(to)]);
  }
  return bytes;
}
