import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { takeInMail } from "../../src/domain/inbound/take-in-service.js";
import { DAY } from "../../src/platform/clock.js";
import { packageRoot } from "../../src/platform/config.js";
import { MailParser } from "../../src/platform/mail-parser.js";
import { signedIn, testApp, type TestApp } from "../support/app.js";
import { inboundRow, takeIn } from "../support/inbound.js";

const folder = path.join(packageRoot, "tests/fixtures/bounces/mails");
const parser = new MailParser();
let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(async () => {
  await parser.close();
  await app.close();
});

/** A small generator of numbers (xorshift), so that a failure can be played again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A mail with bytes changed, lost, doubled or put in from elsewhere. */
function mangled(raw: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(raw);
  const at = () => Math.floor(random() * bytes.length);
  switch (Math.floor(random() * 6)) {
    case 0:
      for (let n = 0; n < 40; n += 1) bytes[at()] = Math.floor(random() * 256);
      return bytes;
    case 1:
      return bytes.subarray(0, at());
    case 2:
      return Buffer.concat([bytes.subarray(at()), bytes]);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at()),
        Buffer.from("\0\ufffe\ud800 =?utf-8?Q?=00=ED=A0=80?= "),
        bytes.subarray(at()),
      ]);
    case 4:
      return Buffer.from(
        bytes.toString("latin1").replaceAll(/boundary="?[^"\r\n]+"?/gi, 'boundary=""'),
        "latin1",
      );
    default:
      return Buffer.from(
        bytes.toString("latin1").replaceAll(/^(\S+):/gm, () => (random() < 0.2 ? ":" : "$1:")),
        "latin1",
      );
  }
}

test("every mail of the corpus, whole and mangled, is taken in; none stops the others", async () => {
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(200);
  const random = numbers(20_270_301);
  let taken = 0;
  for (const file of files) {
    const raw = readFileSync(path.join(folder, file));
    for (const each of [raw, mangled(raw, random), mangled(raw, random)]) {
      const { isNew } = await takeInMail(app.system, parser, { raw: each, mailboxId: null });
      if (isNew) taken += 1;
    }
  }
  const kept = (await app.db("inbound_mails").select("class", "actions", "match_kind")) as {
    class: string;
    actions: unknown[];
    match_kind: string | null;
  }[];
  expect(kept).toHaveLength(taken);
  expect(taken).toBeGreaterThan(2 * files.length);
  expect(kept.every(({ actions }) => actions.length > 0)).toBe(true);
  // None of them knows a mail of ours, so none of them may have changed a contact or stopped anything.
  expect(kept.filter(({ match_kind: kind }) => kind !== null)).toEqual([]);
}, 240_000);

test("what can't be read is kept as not understood, and shown to staff without effect", async () => {
  // After the flood of the test above is over.
  app.clock.advance(2 * DAY);
  const staff = await signedIn(app);
  const script = "<script>alert(1)</script><img src=x onerror=alert(2)>";
  const raws = [
    Buffer.from(`From: "${script}" <x@y.example>\r\nSubject: ${script}\r\nX: \0\r\n\r\n${script}`),
    Buffer.from(
      `Subject: =?utf-8?Q?=3Cscript=3Ealert(3)=3C/script=3E?=\r\nContent-Type: text/html\r\n\r\n<b>${script}</b>`,
    ),
  ];
  for (const raw of raws) {
    const row = await inboundRow(app, await takeIn(app, raw));
    for (const address of [`/console/inbox/${row.id}`, "/console/inbox", "/console/inbox?heap=all"]) {
      const { text } = await staff.get(address).expect(200);
      expect(text).not.toMatch(/<script|<img src=x/i);
    }
    const source = await staff.get(`/console/inbox/${row.id}/source`).expect(200);
    expect(source.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(source.headers["content-disposition"]).toContain("attachment");
    const explained = await staff
      .post("/console/inbox/explain")
      .field("mail", raw.toString("latin1"))
      .expect(200);
    expect(explained.text).not.toMatch(/<script|<img src=x/i);
    expect(explained.text).toContain("&lt;script&gt;");
  }
  const broken = { parse: async () => ({ ok: false as const, why: "the mail took too long to parse" }) };
  const unread = await takeInMail(app.system, broken, { raw: Buffer.from("x"), mailboxId: null });
  expect(unread.class).toBe("unclassified");
  const { text } = await staff.get(`/console/inbox/${unread.id}`).expect(200);
  expect(text).toContain("Not understood");
  expect(text).toContain("the mail took too long to parse");
});
