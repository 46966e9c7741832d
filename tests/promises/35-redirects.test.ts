import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { addStaff, signInLinkFor } from "../../src/domain/team/service.js";
import { linkAddress } from "../../src/domain/links/service.js";
import { browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { registeredRoutes } from "../support/routes.js";
import { scene, type Scene } from "../support/scene.js";

// The rule itself meets several hundred payloads in tests/web/own-path.test.ts; here each address that may redirect.
const PAYLOADS = [
  "https://evil.example/",
  "//evil.example",
  "///evil.example/%2f..",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "//console@evil.example/console",
  "/console/..//evil.example",
  "%2f%2fevil.example",
  "http://127.0.0.1:8080.evil.example/",
  "/console\r\nLocation: https://evil.example/",
];
const PARAMETERS = [
  "next",
  "url",
  "to",
  "return",
  "back",
  "redirect",
  "continue",
  "q",
  "page",
  "sort",
  "lang",
  "done",
  "cursor",
];

let app: TestApp;
let place: Scene;
beforeAll(async () => {
  app = await testApp();
  place = await scene(app);
});
afterAll(() => app.close());

/** Where a redirect would lead a browser that was on one of our pages; undefined when it stays with us. */
function away(location: string | undefined, from: string): string | undefined {
  if (location === undefined) return undefined;
  const target = new URL(location, new URL(from.replace(/^\/+/, "/"), app.config.publicUrl));
  return target.origin === app.config.publicUrl && !/[\r\n]/.test(location) ? undefined : location;
}

function query(payload: string): string {
  return new URLSearchParams(PARAMETERS.map((name): [string, string] => [name, payload])).toString();
}

describe("promise 35: a redirect stays with us", () => {
  test("on every address that there is, whatever its parameters say", async () => {
    const admin = await signedIn(app);
    const left: string[] = [];
    let redirects = 0;
    const routes = registeredRoutes(app.web).filter(({ method }) => method === "GET");
    for (const [turn, { path }] of routes.entries()) {
      const before = path.slice(0, path.indexOf("/:"));
      const address = path
        .replace(":slug", place.letter)
        .replace(":token", place.tokens[before]?.[0] ?? "x")
        .replaceAll(/:\w+/g, place.ids[before.split("/").at(-1) ?? ""] ?? "x");
      // Each address meets every second payload, and its neighbour the others.
      for (const [number, payload] of PAYLOADS.entries()) {
        if ((number + turn) % 2 === 1) continue;
        const visitor = number % 4 < 2 ? browser(app) : admin;
        const asked = `${address}?${query(payload)}`;
        const { headers } = await visitor.get(asked);
        if (headers["location"] !== undefined) redirects += 1;
        const found = away(headers["location"], asked);
        if (found !== undefined) left.push(`${asked}: ${found}`);
      }
    }
    expect(left).toEqual([]);
    expect(redirects).toBeGreaterThan(50);
  }, 120_000);

  test("when an address itself looks like somebody else's", async () => {
    for (const path of [
      "//evil.example",
      "//evil.example/..",
      "/console//evil.example",
      "/%5cevil.example",
      "/letters//evil.example",
      "/.//evil.example",
    ]) {
      const { headers } = await browser(app).get(path);
      expect([path, away(headers["location"], path)]).toEqual([path, undefined]);
    }
  });

  test("after signing in", async () => {
    await addStaff(app.system, { email: "ada.park@forum.example", role: "viewer" });
    for (const payload of PAYLOADS) {
      await browser(app)
        .post("/console/sign-in")
        .type("form")
        .send({ email: "ada.park@forum.example", next: payload })
        .expect(303);
      const invited = await signInLinkFor(app.system, { email: "ada.park@forum.example" });
      const path = invited ? new URL(linkAddress(app.system, invited.link)).pathname : "";
      const { headers } = await browser(app).post(path).type("form").send({ next: payload }).expect(303);
      expect([payload, away(headers["location"], path)]).toEqual([payload, undefined]);
    }
    const rows = (await app.db("messages").where({ template: "sign-in" }).select("data")) as {
      data: unknown;
    }[];
    expect(JSON.stringify(rows)).not.toContain("evil.example");
  });

  test("the oracle bites", () => {
    expect(away("//evil.example", "/console")).toBe("//evil.example");
    expect(away("/\\evil.example", "/console")).toBe("/\\evil.example");
    expect(away("/console", "/console")).toBeUndefined();
  });
});
