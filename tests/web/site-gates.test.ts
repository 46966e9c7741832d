import { createServer } from "node:http";
import { Writable } from "node:stream";
import { afterAll, describe, expect, it } from "@jest/globals";
import pino from "pino";
import supertest from "supertest";
import { changeSite } from "../../src/domain/letters/site-service.js";
import { keepPublicPages } from "../../src/web/page-cache.js";
import { bearer, browser, signedIn, testApp } from "../support/app.js";
import { makeLetter } from "../support/letters.js";

const PASSWORD = "orbits stay usable";
const lines: string[] = [];
const log = pino(
  { level: "trace" },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  }),
);
const locked = await testApp({ config: { sitePassword: PASSWORD, rateLimits: true }, log });
const open = await testApp();
afterAll(async () => {
  await locked.close();
  await open.close();
});

describe("a site behind a password", () => {
  it("shows nothing without it, and everything with it, in no cache and no search engine", async () => {
    const { slug } = await makeLetter(locked.system);
    for (const path of [
      "/",
      `/letters/${slug}`,
      `/letters/${slug}/signatories.json`,
      "/console/sign-in",
      "/nothing",
    ]) {
      const { headers, text } = await browser(locked).get(path).expect(401);
      expect(headers["www-authenticate"]).toMatch(/^Basic realm=/);
      expect(text).not.toContain(slug);
      const shown = await browser(locked).get(path).auth("press", PASSWORD);
      expect(shown.status).not.toBe(401);
      expect(shown.headers["cache-control"]).toBe("private, no-store");
      expect(shown.headers["x-robots-tag"]).toContain("noindex");
      await browser(locked).get(path).auth("press", `${PASSWORD}!`).expect(401);
    }
    expect((await browser(locked).get("/robots.txt").expect(200)).text).toContain("Disallow: /\n");
    expect(lines.join("")).not.toContain(PASSWORD);
    expect(lines.join("")).not.toContain(Buffer.from(`press:${PASSWORD}`).toString("base64"));
  });

  it("lets health checks, scripts and one-click unsubscribing through", async () => {
    await browser(locked).get("/healthz").expect(200);
    await browser(locked).get("/readyz").expect(200);
    const token = await bearer(locked);
    await supertest(locked.web).get("/api/v1/letters").set("Authorization", token).expect(200);
    await supertest(locked.web).get("/api/v1/letters").set("Authorization", "Bearer wrong").expect(401);
    await supertest(locked.web).get("/api/v1/letters").expect(401);
    const { status } = await supertest(locked.web)
      .post(`/unsubscribe/${"A".repeat(43)}`)
      .type("form")
      .send({});
    expect(status).toBe(404);
    await supertest(locked.web)
      .get(`/unsubscribe/${"A".repeat(43)}`)
      .expect(401);
  });

  it("bears only so many wrong passwords", async () => {
    const statuses = new Set<number>();
    for (let tried = 0; tried < 70; tried += 1) {
      statuses.add((await browser(locked).get("/").auth("press", `guess ${tried}`)).status);
    }
    expect([...statuses]).toEqual([401, 429]);
  });
});

describe("a closed site", () => {
  it("answers visitors 503 with Retry-After, also where a page was kept, while staff and scripts work", async () => {
    const web = createServer(keepPublicPages(open, open.web, { freshFor: 0 }));
    const { slug } = await makeLetter(open.system);
    const admin = await signedIn(open);
    const token = await bearer(open);
    await supertest(web).get(`/letters/${slug}`).expect(200);
    await admin.post("/console/site").type("form").send({ closed: "on" }).expect(303);
    for (const path of ["/", `/letters/${slug}`, `/letters/${slug}/sign`]) {
      const { headers, text } = await supertest(web).get(path).expect(503);
      expect(headers["retry-after"]).toBe("300");
      expect(headers["cache-control"]).toBe("no-store");
      expect(text).toContain("closed for a moment");
    }
    await supertest(web).get("/healthz").expect(200);
    expect((await admin.get("/console/site").expect(200)).text).toContain("The public site is closed.");
    await supertest(web).get("/api/v1/site").set("Authorization", token).expect(200);
    await changeSite(open.system, {});
    await supertest(web).get(`/letters/${slug}`).expect(200);
  });
});
