import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { apiRouteTable } from "../../../src/web/api/routes.js";
import { bearer, browser, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const AT = "2027-01-01T00:00:00.000Z";
const place = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
/** Cursors that nobody was given: each would be an error of the database if it reached one. */
const HOSTILE = [
  `${AT}_${"-".repeat(36)}`,
  `${AT}_x`,
  `+275760-09-13T00:00:00.000Z_00000000-0000-7000-8000-000000000000`,
  `${AT}_00000000-0000-7000-8000-000000000000'; drop table staff; --`,
  "\u0000_\u0000",
  place(1e300, "a", "00000000-0000-7000-8000-000000000000"),
  place(1, "\u0000", "00000000-0000-7000-8000-000000000000"),
];

test("a cursor that nobody was given begins at the start or is refused, on every list, and never is a fault of ours", async () => {
  const token = await bearer(app);
  const lists = apiRouteTable(app).filter(
    ({ method, path, query }) => method === "get" && !path.includes("{") && query && "cursor" in query.shape,
  );
  expect(lists.length).toBeGreaterThan(8);
  const faults: string[] = [];
  const seen = new Set<number>();
  for (const { path } of lists) {
    for (const cursor of HOSTILE) {
      const { status } = await browser(app)
        .get(`/api/v1${path}`)
        .query({ cursor })
        .set("Authorization", token);
      seen.add(status);
      if (status >= 500) faults.push(`${path} ${cursor} ${status}`);
    }
  }
  expect(faults).toEqual([]);
  expect([...seen]).toEqual(expect.arrayContaining([200]));
});
