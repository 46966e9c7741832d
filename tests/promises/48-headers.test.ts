import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

// The exact policy is held by tests/web/security.test.ts; here every route there is, and every kind of refusal.
let app: TestApp;
let place: Scene;
let authorization: string;
beforeAll(async () => {
  app = await testApp();
  place = await scene(app);
  authorization = await bearer(app);
});
afterAll(() => app.close());

/** An address of a route, leading to something where the scene has it. */
function address(path: string): string {
  const before = path.slice(0, path.indexOf("/:"));
  const section = before.split("/").at(-1) ?? "";
  const [file = ""] = app.assets.files.keys();
  return path
    .replace(":slug", place.letter)
    .replace(":token", place.tokens[before]?.[0] ?? "x")
    .replace(":file", file.replace("/static/", ""))
    .replaceAll(/:\w+/g, place.ids[section] ?? "01890a5d-ac96-774b-bcce-b302099a8057");
}

const TEXT = /^(text\/|application\/(json|xml|problem\+json))/;
const TRACE = /\bat .*\.(js|ts):\d+|node_modules|\/dist\/|select .* from|ECONN|knex/i;

/**
 * Mails are shown to staff in a frame of their own, as they go out: their one style sheet is inline. Nothing else is
 * allowed there, and the sandbox keeps even that from our origin.
 */
const MAIL_FRAME = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  "sandbox allow-popups allow-popups-to-escape-sandbox",
].join("; ");

/** What others put on their pages may be framed by anybody, and runs at most the one script that says how tall it is. */
const FOR_OTHERS: Record<string, string> = {
  "/letters/:slug/embed":
    "default-src 'none'; base-uri 'none'; font-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'none'; frame-ancestors *",
  "/letters/:slug/badge.svg": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

/** The headers as they would be for a page, where they are exactly those of a mail's frame, or of what others embed. */
function asPage(path: string, headers: Record<string, string>): Record<string, string> {
  const forOthers = FOR_OTHERS[path];
  const framed =
    (forOthers !== undefined && headers["content-security-policy"] === forOthers) ||
    (/\/:id\/(html|preview)$/.test(path) && headers["content-security-policy"] === MAIL_FRAME);
  // The page on which a browser checks the log has a script, of our own and in a file.
  const policy = headers["content-security-policy"] ?? "";
  if (path.endsWith("/log/check"))
    return {
      ...headers,
      "content-security-policy": policy.replace("script-src 'self'", "script-src 'none'"),
    };
  return framed
    ? {
        ...headers,
        "content-security-policy": "default-src 'none'; script-src 'none'; frame-ancestors 'none'",
      }
    : headers;
}

/** What is wrong with the headers of an answer. */
function faults(headers: Record<string, string>, text: string): string[] {
  const policy = headers["content-security-policy"] ?? "";
  const type = headers["content-type"] ?? "";
  const checks: Record<string, boolean> = {
    "no policy": !policy.includes("default-src 'none'") || !policy.includes("script-src 'none'"),
    "unsafe policy": /unsafe|\*|data:|blob:/.test(policy),
    "may be framed": !policy.includes("frame-ancestors 'none'"),
    "type is guessed": headers["x-content-type-options"] !== "nosniff",
    "referrer leaks": headers["referrer-policy"] !== "no-referrer",
    "program is named": headers["x-powered-by"] !== undefined || headers["server"] !== undefined,
    "no charset": TEXT.test(type) && !/charset=utf-8$/i.test(type),
    "trace shown": TRACE.test(text) && !type.startsWith("text/css"),
  };
  return Object.keys(checks).filter((name) => checks[name]);
}

describe("promise 48: the headers of every answer", () => {
  test("on every address that there is, signed in or not", async () => {
    const admin = await signedIn(app);
    const wrong: string[] = [];
    const routes = registeredRoutes(app.web).filter(({ method }) => method === "GET");
    expect(routes.length).toBeGreaterThan(50);
    for (const { path } of routes) {
      for (const visitor of [admin, browser(app)]) {
        const answer = await visitor.get(address(path)).set("Authorization", authorization).buffer(true);
        for (const fault of faults(asPage(path, answer.headers), answer.text ?? "")) {
          wrong.push(`${path} (${answer.status}): ${fault}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  test("on everything that is refused: unknown, unreadable, too long, not allowed, too large", async () => {
    const api = (path: string) =>
      supertest(app.web).post(`/api/v1${path}`).set("Authorization", authorization);
    const answers = [
      await browser(app).get("/%"),
      await browser(app).get("/letters/%ff"),
      await browser(app).get(`/${"a".repeat(4000)}`),
      await browser(app).put("/letters/x"),
      await browser(app).delete("/"),
      await browser(app)
        .post(`/letters/${place.letter}/sign`)
        .type("form")
        .send(`quote=${"x".repeat(300_000)}`),
      await browser(app)
        .post(`/letters/${place.letter}/sign`)
        .set("Content-Type", "application/x-www-form-urlencoded; charset=koi8")
        .send("a=b"),
      await api("/letters").type("json").send("{"),
      await api("/letters")
        .type("json")
        .send(`"${"x".repeat(300_000)}"`),
      await supertest(app.web).get("/console/style-guide"),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(300);
      expect(answer.status).toBeLessThan(500);
      expect(faults(answer.headers as Record<string, string>, answer.text)).toEqual([]);
    }
  });

  test("a fault in a check would be seen", () => {
    expect(
      faults({ "x-powered-by": "Express", "content-type": "text/html" }, "Error\n at x (/app/dist/x.js:1:2)"),
    ).toEqual([
      "no policy",
      "may be framed",
      "type is guessed",
      "referrer leaks",
      "program is named",
      "no charset",
      "trace shown",
    ]);
  });
});

describe("promise 48: refusals of the API", () => {
  test.each([
    { what: "no token", send: () => supertest(app.web).get("/api/v1/letters"), status: 401 },
    { what: "an unknown path", send: () => get("/nowhere"), status: 404 },
    { what: "an unknown letter", send: () => get("/letters/nowhere"), status: 404 },
    {
      what: "an unknown letter without a token",
      send: () => supertest(app.web).get("/api/v1/letters/nowhere"),
      status: 401,
    },
    { what: "no JSON", send: () => post("/letters", "{"), status: 400 },
    {
      what: "another kind of body",
      send: () =>
        supertest(app.web).post("/api/v1/letters").set("Authorization", authorization).type("text").send("x"),
    },
    {
      what: "fields that do not fit",
      send: () => post("/letters", JSON.stringify({ slug: 7 })),
      status: 422,
    },
    { what: "a wrong id", send: () => get("/organisations/7") },
    { what: "a path that is no path", send: () => get("/letters/%ff") },
  ])("$what: a problem after RFC 9457, without a trace", async ({ send, status }) => {
    const answer = await send();
    if (status !== undefined) expect(answer.status).toBe(status);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json; charset=utf-8$/);
    const problem = JSON.parse(answer.text) as Record<string, unknown>;
    expect(problem).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status: answer.status,
    });
    expect(problem).not.toHaveProperty("stack");
    expect(answer.text).not.toMatch(TRACE);
  });
});

function get(path: string): supertest.Test {
  return supertest(app.web).get(`/api/v1${path}`).set("Authorization", authorization);
}

function post(path: string, body: string): supertest.Test {
  return supertest(app.web)
    .post(`/api/v1${path}`)
    .set("Authorization", authorization)
    .type("json")
    .send(body);
}
