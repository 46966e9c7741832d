import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { testApp, type TestApp } from "../support/app.js";
import { serve } from "../support/browser.js";
import {
  confirmLink,
  countRows,
  mailsTo,
  openLetterWithCompany,
  signingForm,
  type InvitedCompany,
} from "../support/company.js";

let app: TestApp;
let server: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  app = await testApp();
  server = await serve(app.web);
});
beforeEach(() => app.database.clean());
afterAll(async () => {
  await server.stop();
  await app.close();
});

async function ask(method: string, path: string, body?: Record<string, string>) {
  const answer = await fetch(server.base + path, {
    method,
    redirect: "manual",
    headers: { Origin: app.config.publicUrl, "User-Agent": "LinkScanner/1.0" },
    ...(body ? { body: new URLSearchParams(body) } : {}),
  });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
}

/** Sends a signing form in by a personal link, and answers the path that was mailed for confirming. */
async function submitted(company: InvitedCompany): Promise<string> {
  const form = signingForm(company, { step: "submit" }) as Record<string, string>;
  expect((await ask("POST", `${company.link}/sign`, form)).status).toBe(303);
  return confirmLink(app, company.email);
}

async function thanks(company: InvitedCompany): Promise<number> {
  return (await mailsTo(app, company.email, "signature-confirmed")).length;
}

describe("promise 4: pressing the button twice is one signature", () => {
  test("fifty presses at the same moment, among scanners that look: one signature, one mail of thanks, one page for all", async () => {
    const { company } = await openLetterWithCompany(app);
    const path = await submitted(company);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => ask(n % 2 === 0 ? "POST" : n % 4 === 1 ? "GET" : "HEAD", path)),
    );
    const pressed = answers
      .filter((_, n) => n % 2 === 0)
      .map(({ status, location }) => `${status} ${location}`);
    expect(pressed).toHaveLength(50);
    expect(new Set(pressed).size).toBe(1);
    expect(answers.filter((_, n) => n % 2 === 1).every(({ status }) => status === 200)).toBe(true);
    const pages = await Promise.all(Array.from({ length: 5 }, () => ask("GET", path)));
    expect(new Set(pages.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(pages[0]?.status).toBe(200);
    expect(await countRows(app, "signatures")).toBe(1);
    expect(await countRows(app, "signature_history", { to_state: "email_confirmed" })).toBe(1);
    expect(await thanks(company)).toBe(1);
  });

  test("three presses, one after the other, are answered alike and change nothing after the first", async () => {
    const { company } = await openLetterWithCompany(app);
    const path = await submitted(company);
    const seen: string[] = [];
    for (let press = 0; press < 3; press += 1) {
      const { status, location } = await ask("POST", path);
      seen.push(`${status} ${location} ${(await ask("GET", path)).text}`);
    }
    expect(new Set(seen).size).toBe(1);
    expect(await countRows(app, "signature_history", { to_state: "email_confirmed" })).toBe(1);
    expect(await thanks(company)).toBe(1);
  });

  test("scanners that open the link first, however often, never burn the click of the person", async () => {
    const { company } = await openLetterWithCompany(app);
    const path = await submitted(company);
    for (const method of ["HEAD", "GET", "OPTIONS", "GET"]) await ask(method, path);
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(1);
    await ask("POST", path);
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(0);
    expect(await thanks(company)).toBe(1);
  });
});
