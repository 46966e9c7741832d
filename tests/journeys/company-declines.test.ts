import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { browser, signedIn, testApp, type TestApp } from "../support/app.js";
import { confirmLink, countRows, openLetterWithCompany, signingForm } from "../support/company.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

describe("a company declines", () => {
  it("says why in a minute, is offered the fitting ask, and is not written to again", async () => {
    const { company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    const form = await visitor.get(`${company.link}/decline`).expect(200);
    expect(form.text).toContain("We do not want to be among the first");
    expect(form.text).toContain("You could sign once others have.");

    const empty = await visitor
      .post(`${company.link}/decline`)
      .type("form")
      .send({ comment: "Kept." })
      .expect(422);
    expect(empty.text).toContain("<title>Error:");
    expect(empty.text).toContain("Choose the main reason.");
    expect(empty.text).toContain("Kept.</textarea>");
    expect(await countRows(app, "declines")).toBe(0);

    await visitor
      .post(`${company.link}/decline`)
      .type("form")
      .send({ reason_code: "first_mover", contributing: "legal_review", may_ask_again: "later" })
      .expect(303)
      .expect("location", `${company.link}/declined`);
    const thanks = await visitor.get(`${company.link}/declined`).expect(200);
    expect(thanks.text).toContain("Thank you for telling us.");
    expect(thanks.text).toContain("We have stopped writing to you.");
    expect(thanks.text).toContain("Set a condition instead");
    expect(await countRows(app, "suppressions", { reason: "declined" })).toBe(1);

    const back = await visitor.get(company.link).expect(200);
    expect(back.text).toContain("Your reason: We do not want to be among the first.");
    expect(back.text).toContain("Change your reason");
    expect(back.text).toContain("Sign the letter");
  });

  it("and signs after all: the decline stays on record and no longer stands", async () => {
    const { company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    await visitor.post(`${company.link}/decline`).type("form").send({ reason_code: "timing" }).expect(303);
    app.clock.advance(60_000);
    const answers = signingForm(company, {
      appearance: "pledge",
      condition_count: "10",
      condition_class: "any",
    });
    const check = await visitor.post(`${company.link}/sign`).type("form").send(answers).expect(200);
    expect(check.text).toContain("We sign once 10 organisations have signed");
    await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send({ ...answers, step: "submit" })
      .expect(303);
    await visitor.post(await confirmLink(app, company.email)).expect(303);
    expect(await countRows(app, "declines", { superseded_at: null })).toBe(0);
    expect(await countRows(app, "declines")).toBe(1);
    const page = await visitor.get(company.link).expect(200);
    expect(page.text).toContain("you pledged to sign once others have");

    const refused = await visitor
      .post(`${company.link}/decline`)
      .type("form")
      .send({ reason_code: "timing" })
      .expect(422);
    expect(refused.text).toContain("To take the signature back, withdraw it");
  });

  it("or tells us who the right person is, or to stop for good", async () => {
    const { company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    expect((await visitor.get(`${company.link}/wrong-person`).expect(200)).text).toContain(
      "That is not a no.",
    );
    const wrong = await visitor
      .post(`${company.link}/wrong-person`)
      .type("form")
      .send({ code: "wrong_contact", suggested_email: "nobody" })
      .expect(422);
    expect(wrong.text).toContain('value="nobody"');
    await visitor
      .post(`${company.link}/wrong-person`)
      .type("form")
      .send({ code: "wrong_contact", suggested_name: "Amina Otieno" })
      .expect(303)
      .expect("location", `${company.link}/wrong-person/thanks`);
    await visitor.get(`${company.link}/wrong-person/thanks`).expect(200);
    await visitor.get(`${company.link}/stop`).expect(200);
    expect(await countRows(app, "suppressions", { reason: "unsubscribed" })).toBe(0);
    await visitor.post(`${company.link}/stop`).expect(303).expect("location", `${company.link}/stopped`);
    expect((await visitor.get(`${company.link}/stopped`).expect(200)).text).toContain(
      "We will not write to this address again. There is nothing else to do.",
    );
    expect(await countRows(app, "declines")).toBe(0);
  });

  it("on the phone: staff records it from the organisation's dossier", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const staff = await signedIn(app, "outreach");
    const address = `/console/organisations/${company.organisationId}/decline`;
    expect((await staff.get(address).expect(200)).text).toContain("Who else from our country is in?");
    const bad = await staff
      .post(address)
      .type("form")
      .send({ letter: letter.slug, reason_code: "timing", source: "oral", revisit_on: "1 June" })
      .expect(422);
    expect(bad.text).toContain('value="1 June"');
    await staff
      .post(address)
      .type("form")
      .send({
        letter: letter.slug,
        reason_code: "timing",
        source: "oral",
        comment: "After the tender.",
        next_ask: "",
      })
      .expect(303);
    expect(await countRows(app, "declines", { reason_code: "timing", source: "oral" })).toBe(1);
    const viewer = await signedIn(app, "viewer");
    await viewer.get(address).expect(403);
  });
});
