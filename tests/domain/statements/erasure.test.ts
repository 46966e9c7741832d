import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eraseContact } from "../../../src/domain/privacy/erasure-service.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { openLetterWithCompany } from "../../support/company.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

it("takes an erased person out of the reports they made; that there was one stays", async () => {
  const { letter, company } = await openLetterWithCompany(app);
  await browser(app)
    .post(`/letters/${letter.slug}/report`)
    .type("form")
    .send({
      entry: "Vesta Relay",
      reporter_name: "Grace Wanjiru",
      reporter_role: "Managing Director",
      reporter_email: company.email,
      said: "I never signed this.",
    })
    .expect(303);
  await settle(app);
  await eraseContact(app.system, company.contactId, { confirm: true, stop: true });
  expect(await app.db("entry_reports").first()).toMatchObject({
    entry_name: "Vesta Relay",
    reporter_name: null,
    reporter_role: null,
    reporter_email: null,
    said: null,
  });
});
