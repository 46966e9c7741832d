import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { countRows, openLetterWithCompany, signingForm } from "../../support/company.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp({ config: { rateLimits: true } });
});
afterAll(() => app.close());

it("takes twelve public submissions of one network in ten minutes; checks and personal links go on", async () => {
  const { letter, company } = await openLetterWithCompany(app);
  const visitor = browser(app);
  const send = (path: string, step: string, name: string) =>
    visitor
      .post(path)
      .type("form")
      .send(signingForm({ email: "victim@elsewhere.example" }, { step, display_name: name }));
  const address = `/letters/${letter.slug}/sign`;
  for (let each = 1; each <= 12; each += 1) {
    expect((await send(address, "submit", `Made Up Name ${each}`)).status).toBe(303);
  }
  expect((await send(address, "submit", "Made Up Name 13")).status).toBe(429);
  expect(await countRows(app, "signatures")).toBe(12);
  expect((await send(address, "check", "Made Up Name 13")).status).toBe(200);
  expect((await send(`${company.link}/sign`, "submit", "Made Up Name 14")).status).toBe(303);
});
