import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Writable } from "node:stream";
import { createLog } from "../../src/platform/log.js";
import { startWorker } from "../../src/worker/main.js";
import { staffCtx, testApp, type TestApp } from "../support/app.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  unsubscribeToken,
  type TestContact,
} from "../support/mailing.js";
import { smtpSink, type SmtpSink } from "../support/smtp-sink.js";

let sink: SmtpSink;
let app: TestApp;
let contacts: TestContact[];
let lines = "";

beforeAll(async () => {
  sink = await smtpSink();
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines += chunk.toString();
      done();
    },
  });
  app = await testApp({ config: { smtpUrl: sink.url }, log: createLog("trace", destination) });
});
afterAll(async () => {
  await app.mailer.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  lines = "";
  sink.mails.length = 0;
  sink.behave("accept");
  contacts = [];
  for (let n = 0; n < 45; n += 1) contacts.push(await aContact(app));
  await aMailing(await staffCtx(app), await aLetter(app), contacts);
});

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 400 && !(await condition()); n += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
}

const states = (): Promise<string[]> => app.db("messages").distinct("state").orderBy("state").pluck("state");

describe("the worker", () => {
  test("sends everything that is due, once, also when two workers run", async () => {
    const workers = [startWorker(app), startWorker(app)];
    await until(() => sink.mails.length >= 45);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(await states()).toEqual(["sent"]);
    expect(new Set(sink.mails.map((mail) => mail.to[0])).size).toBe(45);
    expect(sink.mails).toHaveLength(45);
  });

  test("stops cleanly: what has not been committed stays queued, what has been is settled", async () => {
    const worker = startWorker(app);
    await until(() => sink.mails.length >= 5);
    await worker.stop();
    const sent = sink.mails.length;
    expect(await app.db("messages").whereIn("state", ["claimed", "sending"])).toEqual([]);
    expect(await app.db("messages").where({ state: "sent" })).toHaveLength(sent);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sink.mails).toHaveLength(sent);
  });

  test("stops within ten seconds while a server is silent: before the body queued, after it uncertain", async () => {
    const [before, after] = [contacts[0]!.email, contacts[1]!.email];
    sink.behave((to) => (to === before ? "silent_at_rcpt" : to === after ? "silent_after_dot" : "accept"));
    const worker = startWorker(app);
    await until(() => sink.mails.length >= 44);
    const start = performance.now();
    await worker.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await messageTo(app, contacts[0]!)).toMatchObject({
      state: "queued",
      state_reason: "interrupted",
    });
    expect(await messageTo(app, contacts[1]!)).toMatchObject({
      state: "uncertain",
      state_reason: "interrupted",
    });
    expect(await app.db("messages").where({ state: "sent" })).toHaveLength(43);
  });

  test("keeps addresses, names and secrets out of the log (promise 19)", async () => {
    sink.behave((to) =>
      to === contacts[0]!.email ? { at: "rcpt", status: 550, text: `5.1.1 <${to}> unknown` } : "accept",
    );
    const worker = startWorker(app);
    await until(() => sink.mails.length >= 44);
    await worker.stop();
    expect(lines.length).toBeGreaterThan(500);
    for (const contact of contacts) expect(lines).not.toContain(contact.email);
    expect(lines).not.toContain("Ada Park");
    expect(lines).not.toContain(await unsubscribeToken(app, contacts[1]!));
    for (const line of lines.trim().split("\n")) expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});
