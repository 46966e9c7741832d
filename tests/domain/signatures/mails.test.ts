import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { acceptSignature, rejectSignature } from "../../../src/domain/signatures/review-service.js";
import { tellOfSecondEntries } from "../../../src/domain/signatures/parking-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { MINUTE } from "../../../src/platform/clock.js";
import { testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  invitedCompany,
  mailsTo,
  signingForm,
  type MailRow,
} from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

async function entered(language: string, slug: string): Promise<{ email: string; id: string }> {
  const company = await invitedCompany(app, slug, {
    name: `Étoile & Fils <${language}> ${slug}`.replace(/[<>]/g, ""),
  });
  const visitor = app.ctx({ kind: "public" });
  const via = { door: "invitation", token: company.token } as const;
  const form = signingForm(company, { display_name: "Étoile & Fils", language });
  await submitSignature(visitor, via, form);
  app.clock.advance(MINUTE);
  const { signature } = await confirmAnswer(
    visitor,
    (await confirmLink(app, company.email)).slice("/confirm/".length),
  );
  app.clock.advance(MINUTE);
  const second = `second.${company.email}`;
  await submitSignature(visitor, via, { ...form, signatory_email: second });
  await confirmAnswer(visitor, (await confirmLink(app, second)).slice("/confirm/".length));
  await tellOfSecondEntries(app.system);
  return { email: company.email, id: signature.id };
}

async function sent(email: string, template: string): Promise<MailRow> {
  const [mail] = await mailsTo(app, email, template);
  if (!mail?.body_text || !mail.body_html) throw new Error(`${template} was not rendered`);
  return mail;
}

describe("the mails to a signatory", () => {
  it.each([
    ["en", "Please confirm: Étoile & Fils and the open letter", "Nothing was changed."],
    ["fr", "À confirmer : Étoile & Fils et la lettre ouverte", "Rien n’a été changé."],
  ])(
    "read well as text and as HTML in %s, and hold no secret before they go out",
    async (lang, subject, unchanged) => {
      const { slug } = await makeLetter(app.system);
      const { email, id } = await entered(lang, slug);
      await acceptSignature(app.system, id);
      await settle(app);
      const confirm = await sent(email, "signature-confirm");
      expect(confirm).toMatchObject({ state: "sent", subject });
      expect(confirm.body_text).toContain("Étoile & Fils");
      expect(confirm.body_html).toContain("Étoile &amp; Fils");
      expect(confirm.body_text).toMatch(/\[\[link:[0-9a-f-]{36}\]\]/);
      expect(confirm.body_text).not.toContain("/confirm/");
      expect((await sent(email, "signature-duplicate")).body_text).toContain(unchanged);
      const accepted = await sent(email, "signature-accepted");
      expect(accepted.body_text).toContain(`/letters/${slug}/signatories`);
      expect(accepted.body_text).toContain("12 Harbour Street");
      for (const mail of await mailsTo(app, email)) {
        expect(mail.body_text).not.toMatch(/&amp;|&#|undefined|null|\{/);
        expect(mail.body_text).not.toMatch(/\n{3,}/);
      }
    },
  );

  it("say why a signature was rejected, in the reviewer's words too", async () => {
    const { slug } = await makeLetter(app.system);
    const { email, id } = await entered("en", slug);
    await rejectSignature(app.system, id, {
      reason_code: "unverifiable",
      note: "We rang & nobody <answered>.",
    });
    await settle(app);
    const mail = await sent(email, "signature-rejected");
    expect(mail.body_text).toContain("We could not verify it.");
    expect(mail.body_text).toContain("We rang & nobody <answered>.");
    expect(mail.body_html).toContain("We rang &amp; nobody &lt;answered&gt;.");
  });

  it("go out although the letter has closed", async () => {
    const { slug } = await makeLetter(app.system);
    const { email, id } = await entered("en", slug);
    await changeLetterState(app.system, slug, { to: "closed" });
    await acceptSignature(app.system, id);
    await settle(app);
    expect(await mailsTo(app, email, "signature-accepted")).toMatchObject([{ state: "sent" }]);
  });
});

describe("the worker", () => {
  it("publishes what was held once the letter opens", async () => {
    const { slug } = await makeLetter(app.system, { state: "approved" });
    await changeLetterState(app.system, slug, { to: "gathering" });
    const { id } = await entered("en", slug);
    await acceptSignature(app.system, id);
    await settle(app);
    expect(await countRows(app, "signatures", { state: "held" })).toBe(1);
    await changeLetterState(app.system, slug, { to: "open" });
    await settle(app);
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1);
  });
});
