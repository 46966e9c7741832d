import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { confirmLink, countRows, mailsTo, openLetterWithCompany, signingForm } from "../support/company.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

describe("a company signs", () => {
  it("opens its link, checks its answers, confirms by mail, is accepted and stands on the list", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const visitor = browser(app);

    const invitation = await visitor.get(company.link).expect(200);
    expect(invitation.text).toContain("Will you sign the open letter");
    expect(invitation.headers["cache-control"]).toBe("no-store");
    expect(invitation.headers["referrer-policy"]).toBe("no-referrer");
    expect(invitation.headers["x-robots-tag"]).toContain("noindex");
    expect(invitation.text).not.toContain("<script");

    const form = await visitor.get(`${company.link}/sign`).expect(200);
    expect(form.text).toContain('value="Managing Director"');
    expect(form.text).toContain(`value="${company.email}"`);

    const answers = signingForm(company, { quote: "We model collisions for a living." });
    const check = await visitor.post(`${company.link}/sign`).type("form").send(answers).expect(200);
    expect(check.text).toContain("Check your answers");
    expect(check.text).toContain("We model collisions for a living.");
    expect(await countRows(app, "signatures")).toBe(0);

    const changed = await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send({ ...answers, change: "quote" })
      .expect(200);
    expect(changed.text).toContain("We model collisions for a living.</textarea>");

    const sent = await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send({ ...answers, step: "submit" })
      .expect(303);
    expect(sent.headers["location"]).toBe(`${company.link}/sign/sent`);
    const inbox = await visitor.get(`${company.link}/sign/sent`).expect(200);
    expect(inbox.text).toContain("If this can be taken up, a mail is on its way to the address you gave.");

    const confirm = await confirmLink(app, company.email);
    const asked = await visitor.get(confirm).expect(200);
    expect(asked.text).toContain("Opening this page has changed nothing.");
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(1);
    await visitor.post(confirm).expect(303).expect("location", confirm);
    expect((await visitor.get(confirm).expect(200)).text).toContain("Your address is confirmed.");
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(1);

    const staff = await signedIn(app, "reviewer");
    const queue = await staff.get("/console/review").expect(200);
    expect(queue.text).toContain("Tumaini Earth Observation Ltd");
    const [{ id, row_version }] = (await app.db("signatures").select("id", "row_version")) as [
      { id: string; row_version: number },
    ];
    const entry = await staff.get(`/console/review/${id}`).expect(200);
    expect(entry.text).toContain("Domain of the organisation");
    await staff
      .post(`/console/review/${id}/accept`)
      .type("form")
      .send({ row_version, quote_approved: "on" })
      .expect(303);
    expect(await countRows(app, "signatures", { state: "published", quote_approved: true })).toBe(1);

    const templates = (await mailsTo(app, company.email)).map(({ template }) => template);
    expect(templates).toEqual(["signature-confirm", "signature-confirmed", "signature-accepted"]);
    const after = await visitor.get(company.link).expect(200);
    expect(after.text).toContain("It stands on the public page.");
    const list = await visitor.get(`/letters/${letter.slug}/signatories.json`).expect(200);
    expect(list.text).toContain("Tumaini Earth Observation Ltd");
    expect(list.text).toContain("We model collisions for a living.");
    expect(list.text).not.toContain(company.email);
  });
});
