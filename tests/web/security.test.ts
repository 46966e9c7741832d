import { Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { addStaff, createApiToken, signInLinkFor } from "../../src/domain/team/service.js";
import { linkAddress } from "../../src/domain/links/service.js";
import { createLog } from "../../src/platform/log.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

let app: TestApp;
let place: Scene;
let said = "";

const log = createLog(
  "trace",
  new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk.toString();
      done();
    },
  }),
);

beforeAll(async () => {
  app = await testApp({ log });
  place = await scene(app);
});
beforeEach(() => {
  said = "";
});
afterAll(() => app.close());

const CSP = [
  "default-src 'none'",
  "base-uri 'none'",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "frame-src 'self'",
  "img-src 'self'",
  "manifest-src 'self'",
  "script-src 'none'",
  "style-src 'self'",
].join(";");

describe("every answer", () => {
  it("keeps a page to its own origin, without scripts, frames or a referrer", async () => {
    const admin = await signedIn(app);
    const answers = [
      await browser(app).get("/"),
      await browser(app).get(`/letters/${place.letter}`),
      await browser(app).get("/nowhere"),
      await browser(app).get(`/r/${place.tokens["/r"]?.[0]}`),
      await browser(app).post("/console/sign-in").type("form").send("email=x"),
      await admin.get("/console"),
      await supertest(app.web).get("/api/v1/letters"),
      await supertest(app.web).get("/api/docs"),
      await browser(app).get([...app.assets.files.keys()][0] ?? ""),
    ];
    for (const { headers } of answers) {
      expect(headers["content-security-policy"]).toBe(CSP);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
      });
      expect(headers["strict-transport-security"]).toBeUndefined();
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it("promises https only where there is https", async () => {
    const secure = await testApp({ config: { publicUrl: "https://letters.example" } });
    try {
      const { headers } = await browser(secure).get("/");
      expect(headers["strict-transport-security"]).toBe("max-age=63072000");
      expect(headers["content-security-policy"]).toContain("upgrade-insecure-requests");
    } finally {
      await secure.close();
    }
  });

  it("holds no script, no style of its own and no handler in its markup", async () => {
    const admin = await signedIn(app);
    const pages = registeredRoutes(app.web).filter(
      ({ method, path }) => method === "GET" && !path.includes(":"),
    );
    for (const { path } of pages) {
      const { text, headers } = await admin.get(path).set("Accept", "text/html");
      if (!String(headers["content-type"]).startsWith("text/html")) continue;
      expect([path, /<script|<style|\sstyle=|\son[a-z]+=|javascript:/i.exec(text)?.[0]]).toEqual([
        path,
        undefined,
      ]);
    }
  });
});

/** What is asked for something else than its origin (ruling 15). */
function exempt(path: string): boolean {
  return path.startsWith("/api/") || path.startsWith("/unsubscribe");
}

/** Asks for a sign-in link with these headers alone. */
function post(headers: Record<string, string>): supertest.Test {
  return supertest(app.web).post("/console/sign-in").set(headers).type("form").send("email=a%40b.example");
}

describe("a form that another site makes a browser send", () => {
  it("is refused on every route that takes forms", async () => {
    const posts = registeredRoutes(app.web).filter(({ method, path }) => method === "POST" && !exempt(path));
    expect(posts.length).toBeGreaterThan(10);
    const admin = await signedIn(app);
    const wrong: string[] = [];
    for (const { path } of posts) {
      const address = path.replaceAll(/:\w+/g, "01890a5d-ac96-774b-bcce-b302099a8057");
      for (const headers of [
        { "Sec-Fetch-Site": "cross-site" },
        { "Sec-Fetch-Site": "same-site" },
        { "Sec-Fetch-Site": "none" },
        { "Sec-Fetch-Site": "cross-site", Origin: "http://127.0.0.1:8080" },
      ]) {
        const { status } = await admin.post(address).set(headers).type("form").send("");
        if (status !== 403) wrong.push(`${address} ${JSON.stringify(headers)}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("is refused from older browsers too, which only name an origin", async () => {
    await post({ Origin: "https://evil.example" }).expect(403);
    await post({ Origin: "null" }).expect(403);
    await post({ Origin: "http://127.0.0.1:8080.evil.example" }).expect(403);
    await post({}).expect(403);
    await post({ Origin: "http://127.0.0.1:8080" }).expect(303);
  });

  it("can't use a session for the API, nor a token in a form", async () => {
    const admin = await signedIn(app);
    await admin.get("/api/v1/audit").expect(401);
    await browser(app)
      .get("/console/audit")
      .set("Authorization", await bearer(app))
      .expect(303);
  });

  it("gets no leave from another origin's preflight", async () => {
    const answer = await supertest(app.web)
      .options("/api/v1/letters")
      .set({ Origin: "https://evil.example", "Access-Control-Request-Method": "POST" });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

/** What the log said, each line read back as the JSON object that it has to be. */
function lines(): Record<string, unknown>[] {
  return said
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  it("holds no token, cookie, link or address, whatever happens", async () => {
    await addStaff(app.system, { email: "ines.falk@forum.example", name: "Ines Falk", role: "admin" });
    const found = await signInLinkFor(app.system, { email: "ines.falk@forum.example" });
    const path = found ? new URL(linkAddress(app.system, found.link)).pathname : "";
    const visitor = browser(app);
    await visitor.post("/console/sign-in").type("form").send({ email: "ines.falk@forum.example" });
    await visitor.get(`${path}?next=/console/audit`);
    const signed = await visitor.post(path).expect(303);
    const cookie = /countersign=([^;]+)/.exec(String(signed.headers["set-cookie"]))?.[1] ?? "none";
    await visitor.get("/console?q=ines.falk@forum.example").expect(200);
    const { token } = await createApiToken(app.system, { name: "x", scopes: ["audit:read"] });
    await supertest(app.web).get("/api/v1/audit").set("Authorization", `Bearer ${token}`).expect(200);
    await supertest(app.web)
      .get("/api/v1/audit")
      .set("Authorization", "Bearer cs_wrongwrongwrong")
      .expect(401);
    const secrets = Object.entries(place.tokens).flatMap(([door, tokens]) =>
      tokens.map((secret) => [door, secret] as const),
    );
    for (const [door, secret] of secrets) {
      for (const address of [
        `${door}/${secret}`,
        `${door}/${secret}/`,
        `${door}/${secret}/nothing`,
        `/${door}/${secret}`,
        `${door.toUpperCase()}/${secret}`,
        `${door}//${secret}`,
        `/somewhere/${secret}`,
        "/somewhere/ines.falk@forum.example",
      ]) {
        await browser(app).get(address);
      }
    }
    expect(lines().length).toBeGreaterThan(10);
    const kept = [
      path.split("/").at(-1) ?? "",
      cookie,
      token,
      "cs_wrongwrongwrong",
      "ines.falk@",
      ...secrets.map(([, secret]) => secret),
    ];
    for (const text of kept) expect([text, said.includes(text)]).toEqual([text, false]);
  });

  it("can't be forged by what is asked for", async () => {
    const evil = `/%0d%0a{"level":50,"msg":"forged"}%1b[31m`;
    await browser(app).get(evil).set("User-Agent", "x").expect(404);
    await browser(app).get(`/letters/%0a%22forged`).expect(404);
    for (const line of lines()) expect(line["msg"]).not.toBe("forged");
    expect(said.includes("\u001b") || said.includes("\r")).toBe(false);
  });

  it("names each request, and a fault keeps its trace there and nowhere else", async () => {
    const admin = await signedIn(app);
    const authorization = await bearer(app);
    await app.database.adminDb.raw("alter table activity rename to activity_away");
    try {
      const answer = await admin.get("/console/audit").expect(500);
      const api = await supertest(app.web).get("/api/v1/audit").set("Authorization", authorization);
      for (const text of [answer.text, api.text]) {
        expect(text).not.toMatch(/select|activity_away|relation|at .*\.js|node_modules/);
      }
      expect(api.status).toBe(500);
      expect(api.headers["content-type"]).toContain("application/problem+json");
      expect(answer.text).toContain(String(answer.headers["x-request-id"]));
      const fault = lines().find((line) => line["request"] === answer.headers["x-request-id"] && line["err"]);
      expect(JSON.stringify(fault)).toContain("stack");
    } finally {
      await app.database.adminDb.raw("alter table activity_away rename to activity");
    }
  });
});
