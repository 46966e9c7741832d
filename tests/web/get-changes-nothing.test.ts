import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MINUTE } from "../../src/platform/clock.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { addressesOf, type Addresses } from "../support/addresses.js";
import { registeredRoutes, type Registered } from "../support/routes.js";
import { scene } from "../support/scene.js";

let app: TestApp;
let addresses: (pattern: string) => Addresses;
let routes: Registered[];
let admin: Awaited<ReturnType<typeof signedIn>>;
let authorization: string;

beforeAll(async () => {
  app = await testApp();
  addresses = addressesOf(app, await scene(app));
  routes = registeredRoutes(app.web);
  admin = await signedIn(app);
  authorization = await bearer(app);
});
afterAll(() => app.close());

/** Every row of every table, except the two columns that say when somebody was last there (ruling 15). */
async function everything(): Promise<Record<string, string>> {
  const tables = await app.database.adminDb.raw<{ rows: { name: string }[] }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
  );
  const sums = tables.rows.map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(row, '|' order by row), '')) as sum
       from (select (to_jsonb(t) - 'last_seen_at' - 'last_used_at')::text as row from "${name}" t) rows`,
  );
  const result = await app.database.adminDb.raw<{ rows: { name: string; sum: string }[] }>(
    sums.join(" union all "),
  );
  return Object.fromEntries(result.rows.map(({ name, sum }) => [name, sum]));
}

async function ask(method: "get" | "head", address: string): Promise<number> {
  const visitor = address.startsWith("/console") ? admin : browser(app);
  const request = visitor[method](address).set("User-Agent", "LinkScanner/1.0 (+https://scanner.example)");
  if (address.startsWith("/api/v1/")) void request.set("Authorization", authorization);
  const { status } = await request;
  return status;
}

describe("opening a page", () => {
  it("is possible for every route that there is", async () => {
    const gets = routes.filter(({ method }) => method === "GET");
    expect(gets.length).toBeGreaterThan(40);
    const failed: string[] = [];
    for (const { path } of gets) {
      const statuses = await Promise.all(addresses(path).real.map((address) => ask("get", address)));
      if (!statuses.some((status) => status < 400)) failed.push(`${path}: ${statuses.join(", ")}`);
    }
    expect(failed).toEqual([]);
  }, 120_000);

  it("never changes the database, whoever opens it, with GET or HEAD, rightly or wrongly asked", async () => {
    const gets = [...new Set(routes.filter(({ method }) => method === "GET").map(({ path }) => path))];
    let before = await everything();
    expect(Object.keys(before).length).toBeGreaterThan(20);
    for (const path of gets) {
      const { real, unknown } = addresses(path);
      app.clock.advance(2 * MINUTE);
      for (const method of ["get", "head"] as const) {
        const answers = await Promise.all([...real, ...unknown].map((address) => ask(method, address)));
        expect([path, answers.filter((status) => status >= 500)]).toEqual([path, []]);
      }
      const after = await everything();
      expect([path, after]).toEqual([path, before]);
      before = after;
      app.clock.advance(-2 * MINUTE);
    }
  }, 120_000);

  it("would be noticed if it changed as much as one column of one row", async () => {
    const before = await everything();
    await app.database.adminDb("tasks").update({ detail: JSON.stringify({ opened: true }) });
    const after = await everything();
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    expect(changed).toEqual(["tasks"]);
  });

  it("is the only thing that GET is for: no route that acts takes it too", () => {
    const acting = routes.filter(({ method, path }) => method === "ALL" && !path.startsWith("/api/v1/"));
    expect(acting).toEqual([]);
  });
});
