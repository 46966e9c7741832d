import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { MINUTE } from "../../src/platform/clock.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes, type Registered } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

let app: TestApp;
let place: Scene;
let routes: Registered[];
let admin: Awaited<ReturnType<typeof signedIn>>;
let authorization: string;

beforeAll(async () => {
  app = await testApp();
  place = await scene(app);
  routes = registeredRoutes(app.web);
  admin = await signedIn(app);
  authorization = await bearer(app);
});
afterAll(() => app.close());

const UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const UNKNOWN_TOKEN = "A".repeat(43);

/** What a page has to be asked with before it shows anything. */
const QUERIES: Record<string, string> = {
  "/api/v1/pledges": "?letter=keep-orbit-usable",
  "/letters/:slug/log/proof": "?leaf=0&size=1",
  "/letters/:slug/log/consistency": "?from=1&to=1",
  "/api/v1/reports/funnel": "?letter=keep-orbit-usable",
  "/api/v1/reports/declines": "?letter=keep-orbit-usable",
  "/console/reports/funnel.json": "?letter=keep-orbit-usable",
  "/console/reports/funnel.csv": "?letter=keep-orbit-usable",
  "/console/reports/declines.json": "?letter=keep-orbit-usable",
  "/console/reports/declines.csv": "?letter=keep-orbit-usable",
};

/** Addresses of a route that lead to something, and some that lead to nothing. Throws for a route it does not know how to ask. */
function addresses(pattern: string): { real: string[]; unknown: string[] } {
  const query = queryOf(pattern);
  const path = pattern
    .replace(":language", "en")
    .replace("*path", "0/000.p/1")
    .replace("/pledge/:act", "/pledge/retract")
    .replace("/delivery/:name", `/delivery/${place.letter}.pdf`);
  const parameters = path.match(/:\w+/g) ?? [];
  if (parameters.length === 0) return { real: [path + query], unknown: [`${path}?q=%00&page=-1&cursor=x`] };
  const [parameter = ""] = parameters;
  const before = path.slice(0, path.indexOf(`/${parameter}`));
  const section = before.split("/").at(-1) ?? "";
  const known = realValues(parameter, before, section);
  if (parameters.length > 1 || known === undefined || known.length === 0) {
    throw new Error(`This test does not know how to ask for ${path}: add it to tests/support/scene.ts.`);
  }
  const fill = (value: string): string => path.replace(parameter, value) + query;
  return {
    real: known.map(fill),
    unknown: [UNKNOWN_ID, UNKNOWN_TOKEN, "%27%00"].map(fill),
  };
}

function queryOf(pattern: string): string {
  const isApiPreview = pattern.startsWith("/api/") && pattern.endsWith("/preview");
  if (isApiPreview) {
    const letter = pattern.includes("/templates/") ? `&letter=${place.letter}` : "";
    return `?contact_id=${place.ids["contacts"]}${letter}`;
  }
  if (pattern.endsWith("/preview")) return `?contact=${place.ids["contacts"]}`;
  if (pattern === "/console/holds/new") return `?scope=contact&subject=${place.ids["contacts"]}`;
  if (pattern === "/api/v1/organisations/:id/merge") return `?organisation_id=${place.ids["merging"]}`;
  if (pattern === "/oembed")
    return `?url=${encodeURIComponent(`${app.config.publicUrl}/letters/${place.letter}`)}`;
  if (pattern === "/manage/:token/logo") return `?of=${place.ids["statements"]}`;
  return QUERIES[pattern] ?? "";
}

function realValues(parameter: string, before: string, section: string): string[] | undefined {
  if (parameter === ":slug") return [place.letter];
  if (parameter === ":token") return place.tokens[before];
  if (parameter === ":file") {
    const [file] = app.assets.files.keys();
    return file === undefined ? undefined : [file.replace("/static/", "")];
  }
  const id = place.ids[section];
  return id === undefined ? undefined : [id];
}

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
