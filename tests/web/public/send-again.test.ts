import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { mailRequestedLinks } from "../../../src/domain/signatures/link-request-service.js";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, mailsTo, signingForm } from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";

const EMAIL = "ada@rimfrost.example";
const BOSS = "boss@rimfrost.example";

let app: TestApp;
let slug = "";
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  ({ slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

const sign = (email: string, changes = {}) =>
  browser(app)
    .post(`/letters/${slug}/sign`)
    .type("form")
    .send(signingForm({ email }, { display_name: "Rimfrost Thermal Oy", step: "submit", ...changes }))
    .expect(303);

/** Presses the button of the page after signing; the worker then looks. */
async function again(email: string): Promise<unknown[]> {
  const page = await browser(app).get(`/letters/${slug}/sign/sent`).expect(200);
  expect(page.text).toContain(`action="/letters/${slug}/manage"`);
  const { status, headers, text } = await browser(app)
    .post(`/letters/${slug}/manage`)
    .type("form")
    .send({ email });
  await mailRequestedLinks(app.system);
  return [status, headers["location"], text];
}

const confirmations = async (email: string) => (await mailsTo(app, email, "signature-confirm")).length;

describe("“send it again” on the page after signing", () => {
  it("brings the mail to confirm once more, and says the same to an address that we do not know", async () => {
    await sign(EMAIL);
    expect(await confirmations(EMAIL)).toBe(1);
    app.clock.advance(11 * MINUTE);
    const known = await again(EMAIL);
    expect(await confirmations(EMAIL)).toBe(2);
    expect(await again("nobody@elsewhere.example")).toEqual(known);
    expect(await mailsTo(app, "nobody@elsewhere.example")).toEqual([]);
    await browser(app)
      .post(await confirmLink(app, EMAIL))
      .expect(303);
  });

  it("brings it after its link has ended, with a fresh one, and never more than five in all", async () => {
    await sign(EMAIL);
    const first = await confirmLink(app, EMAIL);
    app.clock.advance(15 * DAY);
    await browser(app).get(first).expect(410);
    await again(EMAIL);
    await browser(app)
      .get(await confirmLink(app, EMAIL))
      .expect(200);
    for (let each = 0; each < 40; each += 1) {
      app.clock.advance(DAY);
      await again(EMAIL);
    }
    expect(await confirmations(EMAIL)).toBeLessThanOrEqual(5);
  });

  it("brings an officer the link to attest, at the officer's own address", async () => {
    await sign(BOSS, { filled_by: "other", submitter_name: "Ann Clerk", submitter_email: EMAIL });
    await browser(app)
      .post(await confirmLink(app, EMAIL))
      .expect(303);
    expect(await mailsTo(app, BOSS, "signature-officer")).toHaveLength(1);
    app.clock.advance(HOUR);
    await again(BOSS);
    expect(await mailsTo(app, BOSS, "signature-officer")).toHaveLength(2);
    await again(BOSS);
    expect(await mailsTo(app, BOSS, "signature-officer")).toHaveLength(2);
  });
});
