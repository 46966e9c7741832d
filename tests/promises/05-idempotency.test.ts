import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { buildApp } from "../../src/app.js";
import { DAY } from "../../src/platform/clock.js";
import { silentLog } from "../../src/platform/log.js";
import { createWeb } from "../../src/web/main.js";
import { bearer, testApp, type TestApp } from "../support/app.js";
import { serve } from "../support/browser.js";
import { countRows } from "../support/company.js";
import { memoryMark } from "../support/memory-mark.js";

let app: TestApp;
let server: Awaited<ReturnType<typeof serve>>;
let token: string;
beforeAll(async () => {
  app = await testApp();
  server = await serve(app.web);
});
beforeEach(async () => {
  await app.database.clean();
  token = await bearer(app);
});
afterAll(async () => {
  await server.stop();
  await app.close();
});

async function add(base: string, key: string, name: string) {
  const answer = await fetch(`${base}/api/v1/organisations`, {
    method: "POST",
    headers: { Authorization: token, "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify({ name, country: "NO", sector: "ground_segment", source: "script" }),
  });
  return { status: answer.status, text: await answer.text() };
}

describe("promise 5: the same key and the same body act once", () => {
  test("a hundred at the same moment add one row; each got the one answer or was told that it is still running", async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => add(server.base, "one", "Fjord Optics")),
    );
    expect(await countRows(app, "organisations")).toBe(1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    const others = answers.filter(({ status }) => status !== 201);
    expect(others.every(({ status, text }) => status === 409 && text.includes("idempotency.running"))).toBe(
      true,
    );
    expect(await add(server.base, "one", "Fjord Optics")).toEqual(done[0]);
  });

  test("another body under the same key is refused, and adds nothing", async () => {
    await add(server.base, "one", "Fjord Optics");
    expect((await add(server.base, "one", "Other Optics")).status).toBe(422);
    expect(await countRows(app, "organisations")).toBe(1);
  });

  test("a program that was started anew gives the same answer byte for byte, for 24 hours", async () => {
    const first = await add(server.base, "one", "Fjord Optics");
    const again = buildApp(app.config, app.database, {
      clock: app.clock,
      log: silentLog(),
      db: app.database.db,
      mark: memoryMark(),
    });
    const restarted = await serve(createWeb(again));
    try {
      app.clock.advance(DAY - 1000);
      expect(await add(restarted.base, "one", "Fjord Optics")).toEqual(first);
      app.clock.advance(2000);
      expect((await add(restarted.base, "one", "Fjord Optics")).text).not.toBe(first.text);
    } finally {
      await restarted.stop();
    }
  });

  test("what is kept of an answer can't be read in the database", async () => {
    await add(server.base, "one", "Fjord Optics");
    const [kept] = await app.database.adminDb<{ answer: Buffer }>("idempotency_keys").select("answer");
    expect(kept?.answer.length).toBeGreaterThan(20);
    expect(kept?.answer.toString("latin1")).not.toContain(`"id"`);
  });
});
