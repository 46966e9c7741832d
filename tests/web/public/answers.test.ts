import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { revokeLinks } from "../../../src/domain/links/service.js";
import { DAY } from "../../../src/platform/clock.js";
import { browser, testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  invitedCompany,
  mailsTo,
  openLetterWithCompany,
  signingForm,
} from "../../support/company.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

/** What a page shows, without what may differ between two of them by nature. */
function bytes(text: string): string {
  return text.replaceAll(/\/(letters|r)\/[\w-]+/g, "");
}

describe("the page behind a personal link", () => {
  it("speaks the contact's language, or the one asked for", async () => {
    const letter = await makeLetter(app.system);
    const company = await invitedCompany(app, letter.slug, { language: "fr" });
    const visitor = browser(app);
    expect((await visitor.get(company.link).expect(200)).text).toContain('<html lang="fr"');
    const english = await visitor.get(`${company.link}?lang=en`).expect(200);
    expect(english.text).toContain('<html lang="en"');
    expect(english.text.replaceAll("&#x3D;", "=")).toContain(`${company.link}/sign?lang=en`);
  });

  it("says clearly when the link is unknown, taken back, or the letter is paused, closed or withdrawn", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    const unknown = await visitor.get("/r/nonsense").expect(404);
    expect(unknown.text).toContain("We do not know this link.");
    await changeLetterState(app.system, letter.slug, { to: "paused" });
    const paused = await visitor.get(company.link).expect(200);
    expect(paused.text).toContain("Signing is paused.");
    expect(paused.text).not.toContain("Sign the letter</a>");
    expect((await visitor.get(`${company.link}/sign`).expect(409)).text).toContain("Signing is paused.");
    await changeLetterState(app.system, letter.slug, { to: "closed" });
    expect((await visitor.get(company.link).expect(200)).text).toContain("The letter is closed.");
    const late = await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send(signingForm(company))
      .expect(409);
    expect(late.text).toContain("The letter is closed.");
    await revokeLinks(app.system, "invitation", company.invitationId);
    expect((await visitor.get(company.link).expect(410)).text).toContain(
      "This link has been replaced or taken back.",
    );
  });

  it("keeps everything that was typed when something does not fit, with the sentence at the field", async () => {
    const { company } = await openLetterWithCompany(app);
    const typed = signingForm(company, {
      signatory_email: "grace@",
      quote: "We model collisions <for a living> & more.",
      appearance: "pledge",
      condition_count: "",
      contact_name: "Amina",
      authority: "",
    });
    const page = await browser(app).post(`${company.link}/sign`).type("form").send(typed).expect(422);
    expect(page.text).toContain("<title>Error: Sign for");
    expect(page.text).toContain("Give an e-mail address such as name@example.org.");
    expect(page.text).toContain('value="grace@"');
    expect(page.text).toContain("We model collisions &lt;for a living&gt; &amp; more.</textarea>");
    expect(page.text).toContain('href="#f-signatory_email"');
    expect(page.text).toContain("Give the working contact");
    expect(page.text).toMatch(/value="pledge" checked/);
    expect(await countRows(app, "signatures")).toBe(0);
  });
});

describe("signing from the public page", () => {
  it("shows the same bytes for a new organisation, one that waits and one that has signed", async () => {
    const letter = await makeLetter(app.system);
    const visitor = browser(app);
    await insertSignature(app.system, {
      letterId: letter.id,
      organisation: "Signed Already AS",
      country: "NO",
    });
    const [{ id }] = (await app.db("organisations").select("id")) as [{ id: string }];
    await app.db("organisations").where({ id }).update({ name_key: "signed already" });
    const submit = async (name: string, email: string) => {
      const form = { ...signingForm({ email }, { display_name: name, country: "NO" }), step: "submit" };
      const answer = await visitor.post(`/letters/${letter.slug}/sign`).type("form").send(form);
      const next = await visitor.get(String(answer.headers["location"]));
      return `${answer.status} ${answer.text} ${next.status} ${bytes(next.text)}`;
    };
    const fresh = await submit("Quite New AS", "ceo@new.example");
    const again = await submit("Quite New AS", "ceo@new.example");
    const signed = await submit("Signed Already AS", "stranger@elsewhere.example");
    expect(again).toBe(fresh);
    expect(signed).toBe(fresh);
    expect(fresh.startsWith("303")).toBe(true);
    expect(await mailsTo(app, "stranger@elsewhere.example")).toHaveLength(1);
  });

  it("prefills nothing and is found by no search", async () => {
    const letter = await makeLetter(app.system);
    const page = await browser(app).get(`/letters/${letter.slug}/sign`).expect(200);
    expect(page.headers["x-robots-tag"]).toContain("noindex");
    expect(page.headers["cache-control"]).toBe("no-store");
    expect(page.text).toContain('name="display_name" type="text"');
    await browser(app).get("/letters/unknown/sign").expect(404);
  });
});

describe("the page behind a confirmation link", () => {
  it("shows what is confirmed only until it is, and the same friendly page to every replay", async () => {
    const { company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send({ ...signingForm(company), step: "submit" });
    const link = await confirmLink(app, company.email);
    expect((await visitor.get(link).expect(200)).text).toContain("Managing Director");
    await Promise.all([visitor.post(link).expect(303), visitor.post(link).expect(303)]);
    const first = await visitor.get(link).expect(200);
    await visitor.post(link).expect(303);
    const second = await visitor.get(link).expect(200);
    expect(second.text).toBe(first.text);
    expect(first.text).not.toContain("Managing Director");
    expect(first.text).not.toContain(company.email);
    expect(await mailsTo(app, company.email, "signature-confirmed")).toHaveLength(1);
  });

  it("offers a new link when it has ended", async () => {
    const { company } = await openLetterWithCompany(app);
    const visitor = browser(app);
    await visitor
      .post(`${company.link}/sign`)
      .type("form")
      .send({ ...signingForm(company), step: "submit" });
    const link = await confirmLink(app, company.email);
    app.clock.advance(15 * DAY);
    expect((await visitor.get(link).expect(410)).text).toContain("Send a new link");
    await visitor.post(link).expect(303);
    expect(await countRows(app, "signatures", { state: "submitted" })).toBe(1);
    await visitor.post(`${link}/again`).expect(303).expect("location", `${link}/sent`);
    await visitor.get(`${link}/sent`).expect(200);
    expect(await mailsTo(app, company.email, "signature-confirm")).toHaveLength(2);
  });

  it("is not answered for a secret that nobody was given", async () => {
    await browser(app).get("/confirm/nonsense").expect(404);
    await browser(app).post("/confirm/nonsense").expect(404);
  });
});
