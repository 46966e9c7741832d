import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { mailConfirmationAgain, openConfirmation } from "../../../src/domain/signatures/confirm-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { takeInstead, tellOfSecondEntries } from "../../../src/domain/signatures/parking-service.js";
import { historyOf } from "../../../src/domain/signatures/views.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  invitedCompany,
  mailsTo,
  openLetterWithCompany,
  signingForm,
  type InvitedCompany,
} from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";

let app: TestApp;
let visitor: Ctx;
beforeAll(async () => {
  app = await testApp();
  visitor = app.ctx({ kind: "public" });
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

function byLink(company: InvitedCompany, changes: Record<string, unknown> = {}) {
  return submitSignature(
    visitor,
    { door: "invitation", token: company.token },
    signingForm(company, changes),
  );
}

function byPage(slug: string, email: string, changes: Record<string, unknown> = {}) {
  return submitSignature(visitor, { door: "public", slug }, signingForm({ email }, changes));
}

async function tokenFor(email: string): Promise<string> {
  return (await confirmLink(app, email)).slice("/confirm/".length);
}

async function liveStates(): Promise<string[]> {
  return app.db("signatures").orderBy("submitted_at").orderBy("id").pluck("state");
}

describe("submitting", () => {
  it("keeps one signature, pinned to the version and its text, and mails one link", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await byLink(company);
    const [row] = (await app.db("signatures").select("*")) as Record<string, unknown>[];
    const [text] = (await app.db("letter_translations").select("*")) as Record<string, unknown>[];
    expect(row).toMatchObject({
      letter_id: letter.id,
      version_id: text?.["version_id"],
      content_hash: text?.["content_hash"],
      organisation_id: company.organisationId,
      invitation_id: company.invitationId,
      state: "submitted",
      kind: "signature",
      visibility: "public",
    });
    expect(await mailsTo(app, company.email)).toHaveLength(1);
    expect(await countRows(app, "signature_history", { to_state: "submitted" })).toBe(1);
    expect(await countRows(app, "activity", { action: "signature.submitted" })).toBe(1);
    expect(await countRows(app, "invitations", { answer: "signature" })).toBe(1);
  });

  it("keeps nothing of a form that does not fit, and says where", async () => {
    const { company } = await openLetterWithCompany(app);
    await expect(
      byLink(company, {
        signatory_email: "grace@",
        country: "",
        authority: "",
        display_name: "https://x.example",
      }),
    ).rejects.toMatchObject({
      kind: "invalid",
      fields: {
        country: "errors.field.choose_country",
        signatory_email: "errors.field.email",
        authority: "errors.signatures.authority",
      },
    });
    expect(await countRows(app, "signatures")).toBe(0);
    expect(await countRows(app, "messages")).toBe(0);
  });

  it("takes one plain address only, so that no mail can get a second recipient", async () => {
    const { company } = await openLetterWithCompany(app);
    for (const signatory_email of [
      "a@b.example, c@d.example",
      "a@b.example\r\nBcc: e@f.example",
      '"a b"@c.example',
    ]) {
      await expect(byLink(company, { signatory_email })).rejects.toMatchObject({ kind: "invalid" });
    }
  });

  it("asks a pledge for its number and group, and refuses a day that is over or after the end", async () => {
    const { company } = await openLetterWithCompany(app);
    const pledge = { appearance: "pledge", condition_count: "10", condition_class: "sector" };
    await expect(byLink(company, { appearance: "pledge" })).rejects.toMatchObject({
      fields: { condition_count: "errors.signatures.condition_count" },
    });
    await expect(byLink(company, { ...pledge, condition_deadline: "2027-03-01" })).rejects.toMatchObject({
      fields: { condition_deadline: "errors.signatures.deadline_past" },
    });
    await expect(byLink(company, { ...pledge, condition_deadline: "2028-01-01" })).rejects.toMatchObject({
      fields: { condition_deadline: "errors.signatures.deadline_after_end" },
    });
    await byLink(company, { ...pledge, condition_deadline: "2027-06-30" });
    expect(
      await countRows(app, "signatures", { kind: "pledge", condition_count: 10, condition_class: "sector" }),
    ).toBe(1);
  });

  it("keeps no condition of somebody who did not pledge", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company, { appearance: "confidential", condition_count: "10", condition_class: "any" });
    expect(
      await countRows(app, "signatures", {
        kind: "signature",
        visibility: "confidential",
        condition_count: null,
      }),
    ).toBe(1);
  });

  it("from the public page, finds the organisation by folded name and country once confirmed, or adds it", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const [{ name }] = (await app
      .db("organisations")
      .where({ id: company.organisationId })
      .select("name")) as [{ name: string }];
    await byPage(letter.slug, "ceo@tumaini.example", { display_name: name.toUpperCase() });
    expect(await countRows(app, "signatures", { organisation_id: null })).toBe(1);
    await confirmAnswer(visitor, await tokenFor("ceo@tumaini.example"));
    expect(await countRows(app, "signatures", { organisation_id: company.organisationId })).toBe(1);
    await byPage(letter.slug, "ceo@new.example", { display_name: "Quite New GmbH", country: "DE" });
    expect(await countRows(app, "organisations", { name: "Quite New GmbH" })).toBe(0);
    await confirmAnswer(visitor, await tokenFor("ceo@new.example"));
    expect(await countRows(app, "organisations", { name: "Quite New GmbH", source: "public form" })).toBe(1);
  });

  it("from the public page, is refused while a letter gathers, and by link is not", async () => {
    const letter = await makeLetter(app.system, { state: "approved" });
    await changeLetterState(app.system, letter.slug, { to: "gathering" });
    const company = await invitedCompany(app, letter.slug);
    await expect(byPage(letter.slug, "a@b.example")).rejects.toMatchObject({ kind: "not_found" });
    await byLink(company);
    expect(await countRows(app, "signatures")).toBe(1);
  });
});

describe("two submissions for one organisation", () => {
  it("at once, twenty times over, make one signature, one clear answer and one mail", async () => {
    const { company } = await openLetterWithCompany(app);
    const answers = await Promise.all(Array.from({ length: 20 }, () => byLink(company)));
    expect(answers).toHaveLength(20);
    expect(await liveStates()).toEqual(["submitted"]);
    expect(await mailsTo(app, company.email)).toHaveLength(1);
  });

  it("at once from the public page by an organisation nobody knew, make one signature and, once confirmed, one organisation", async () => {
    const letter = await makeLetter(app.system);
    const once = () =>
      byPage(letter.slug, "ceo@new.example", { display_name: "Quite New GmbH", country: "DE" });
    await Promise.all(Array.from({ length: 12 }, once));
    expect(await countRows(app, "organisations")).toBe(0);
    expect(await liveStates()).toEqual(["submitted"]);
    await confirmAnswer(visitor, await tokenFor("ceo@new.example"));
    expect(await countRows(app, "organisations")).toBe(1);
  });

  it("mail a link again while it waits, at most five times and never in a burst", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    for (const wait of [MINUTE, 10 * MINUTE, HOUR, DAY, HOUR, 7 * DAY, DAY]) {
      app.clock.advance(wait);
      await byLink(company);
    }
    const mails = await mailsTo(app, company.email, "signature-confirm");
    expect(mails).toHaveLength(5);
    expect(await countRows(app, "links", { purpose: "confirm" })).toBe(5);
    expect(await liveStates()).toEqual(["submitted"]);
  });

  it("let a mistyped address be put right: the one that is confirmed takes the place of the other", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company, { signatory_email: "grace@tumiani.example" });
    const old = await tokenFor("grace@tumiani.example");
    await byLink(company);
    expect(await liveStates()).toEqual(["submitted", "submitted"]);
    await confirmAnswer(visitor, await tokenFor(company.email));
    expect(await liveStates()).toEqual(["superseded", "in_review"]);
    expect((await openConfirmation(visitor, old)).verdict).toBe("replaced");
    await expect(confirmAnswer(visitor, old)).rejects.toMatchObject({ kind: "gone" });
  });

  it("never flood an inbox: an address gets ten confirmations a day, however many names are made up", async () => {
    const letter = await makeLetter(app.system);
    for (let name = 1; name <= 14; name += 1) {
      await byPage(letter.slug, "victim@elsewhere.example", { display_name: `Made Up Name ${name}` });
    }
    expect(await mailsTo(app, "victim@elsewhere.example")).toHaveLength(10);
    app.clock.advance(DAY + MINUTE);
    await byPage(letter.slug, "victim@elsewhere.example", { display_name: "Made Up Name 14" });
    expect(await mailsTo(app, "victim@elsewhere.example")).toHaveLength(11);
  });

  it("never let a stranger push aside what came by invitation, or learn of it", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await byLink(company);
    const [{ name }] = (await app.db("organisations").select("name")) as [{ name: string }];
    const answer = await byPage(letter.slug, "stranger@elsewhere.example", { display_name: name });
    expect(answer.letter.id).toBe(letter.id);
    expect(await mailsTo(app, "stranger@elsewhere.example")).toHaveLength(1);
    await confirmAnswer(visitor, await tokenFor("stranger@elsewhere.example"));
    await confirmAnswer(visitor, await tokenFor(company.email));
    expect((await liveStates()).sort()).toEqual(["in_review", "superseded"]);
    const [row] = (await app.db("signatures").where({ state: "in_review" })) as Record<string, unknown>[];
    expect(row?.["invitation_id"]).toBe(company.invitationId);
  });

  it("wait beside one that is confirmed: its owner hears of it once a day, and staff get a task", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    await confirmAnswer(visitor, await tokenFor(company.email));
    for (const email of ["other@tumaini.example", "third@tumaini.example"]) {
      await byLink(company, { signatory_email: email });
      await confirmAnswer(visitor, await tokenFor(email));
    }
    expect(await liveStates()).toEqual(["in_review", "parked", "parked"]);
    expect(await mailsTo(app, company.email, "signature-duplicate")).toHaveLength(0);
    expect(await tellOfSecondEntries(app.system)).toBe(2);
    expect(await tellOfSecondEntries(app.system)).toBe(0);
    expect(await mailsTo(app, company.email, "signature-duplicate")).toHaveLength(1);
    expect(await countRows(app, "tasks", { kind: "review_signature" })).toBe(2);
  });

  it("are settled by a person: the second one instead of the first, and the first stands no more", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    await confirmAnswer(visitor, await tokenFor(company.email));
    await byLink(company, { signatory_email: "other@tumaini.example" });
    await confirmAnswer(visitor, await tokenFor("other@tumaini.example"));
    const [second] = (await app.db("signatures").where({ state: "parked" })) as { id: string }[];
    await tellOfSecondEntries(app.system);
    expect(await takeInstead(app.system, second?.id ?? "")).toEqual({ state: "in_review" });
    expect(await liveStates()).toEqual(["superseded", "in_review"]);
    expect(await countRows(app, "tasks", { kind: "review_signature", done_at: null })).toBe(0);
    expect(await mailsTo(app, "other@tumaini.example", "signature-confirmed")).toHaveLength(1);
  });
});

describe("confirming", () => {
  it("is refused when the form was sent in again since the page was read, and goes on once it was read again", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company, { signatory_title: "Director" });
    const token = await tokenFor(company.email);
    const before = await openConfirmation(visitor, token);
    await byLink(company, { signatory_title: "Managing Director" });
    const { signature } = await openConfirmation(visitor, token);
    expect(signature.signatory_title).toBe("Managing Director");
    await expect(confirmAnswer(visitor, token, before.signature.row_version)).rejects.toMatchObject({
      code: "signatures.answers_renewed",
    });
    await confirmAnswer(visitor, token, signature.row_version);
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(1);
  });

  it("takes all steps to the review at once, each with its line of history", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    const { signature } = await confirmAnswer(visitor, await tokenFor(company.email));
    expect(signature.state).toBe("in_review");
    const history = await historyOf(app.system, signature.id);
    expect(history.map(({ to }) => to)).toEqual(["in_review", "attested", "email_confirmed", "submitted"]);
  });

  it("fifty times at once is one transition and one mail of thanks, and each gets the same answer", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    const token = await tokenFor(company.email);
    const answers = await Promise.all(Array.from({ length: 50 }, () => confirmAnswer(visitor, token)));
    expect(new Set(answers.map(({ verdict, signature }) => `${verdict} ${signature.state}`))).toEqual(
      new Set(["used in_review"]),
    );
    expect(await countRows(app, "signature_history", { to_state: "email_confirmed" })).toBe(1);
    expect(await mailsTo(app, company.email, "signature-confirmed")).toHaveLength(1);
  });

  it("changes nothing by looking, however often", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    const token = await tokenFor(company.email);
    for (let look = 0; look < 3; look += 1) {
      expect((await openConfirmation(visitor, token)).verdict).toBe("usable");
    }
    expect(await liveStates()).toEqual(["submitted"]);
  });

  it("with an ended link says so, and mails a new one to the same address when asked", async () => {
    const { company } = await openLetterWithCompany(app);
    await byLink(company);
    const token = await tokenFor(company.email);
    app.clock.advance(15 * DAY);
    expect((await openConfirmation(visitor, token)).verdict).toBe("expired");
    await expect(confirmAnswer(visitor, token)).rejects.toMatchObject({ kind: "gone" });
    await mailConfirmationAgain(visitor, token);
    await mailConfirmationAgain(visitor, token);
    const fresh = await tokenFor(company.email);
    expect(fresh).not.toBe(token);
    expect(await mailsTo(app, company.email, "signature-confirm")).toHaveLength(2);
    await confirmAnswer(visitor, fresh);
    expect(await liveStates()).toEqual(["in_review"]);
  });

  it("counts within 24 hours after the letter closed, and later says so", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const other = await invitedCompany(app, letter.slug);
    await byLink(company);
    await byLink(other);
    app.clock.advance(MINUTE);
    await changeLetterState(app.system, letter.slug, { to: "closed" });
    app.clock.advance(23 * HOUR);
    await confirmAnswer(visitor, await tokenFor(company.email));
    app.clock.advance(2 * HOUR);
    await expect(confirmAnswer(visitor, await tokenFor(other.email))).rejects.toMatchObject({
      code: "signatures.confirmed_too_late",
    });
    expect(await liveStates()).toEqual(["in_review", "submitted"]);
  });
});
