import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DAY } from "../../src/platform/clock.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { settle } from "../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

async function counts(): Promise<Record<string, number>> {
  const tables = ["sessions", "idempotency_keys", "links"];
  const rows = await Promise.all(tables.map((table) => app.db(table).count<{ count: number }[]>()));
  return Object.fromEntries(tables.map((table, index) => [table, Number(rows[index]?.[0]?.count)]));
}

test("kept answers go after a day, sessions and sign-in links a month after their end", async () => {
  await signedIn(app);
  const authorization = await bearer(app);
  await browser(app)
    .post("/api/v1/organisations")
    .set({ Authorization: authorization, "Idempotency-Key": "once" })
    .send({ name: "Halden Orbital", country: "NO" })
    .expect(201);
  await settle(app);
  const before = await counts();
  expect(before).toEqual({ sessions: 1, idempotency_keys: 1, links: before["links"] });
  expect(before["links"]).toBeGreaterThan(0);

  app.clock.advance(DAY);
  await settle(app);
  expect(await counts()).toEqual({ ...before, idempotency_keys: 0 });

  app.clock.advance(31 * DAY);
  await settle(app);
  expect(await counts()).toEqual({ sessions: 0, idempotency_keys: 0, links: 0 });
});
