import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  acceptAnswer,
  confirmAnswer,
  declineByInvitation,
  transitionAnswer,
} from "../../../src/domain/declines/service.js";
import { standingDeclineOf } from "../../../src/domain/declines/views.js";
import { listRecipients } from "../../../src/domain/outreach/views.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { DAY, MINUTE } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { testApp, type TestApp } from "../../support/app.js";
import { confirmLink, countRows, invitedCompany, mailsTo, signingForm } from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";

const NAME = "Tumaini Earth Observation Ltd";
const STRANGER = "stranger@elsewhere.example";
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

async function scene() {
  const letter = await makeLetter(app.system);
  const company = await invitedCompany(app, letter.slug, { name: NAME });
  return { letter, company };
}

async function strangerSigns(slug: string): Promise<string> {
  await submitSignature(visitor, { door: "public", slug }, signingForm({ email: STRANGER }));
  const token = (await confirmLink(app, STRANGER)).slice("/confirm/".length);
  const { signature } = await confirmAnswer(visitor, token);
  return signature.id;
}

describe("a stranger's signature from the public page, before staff accept it", () => {
  it.each([
    ["accept", (id: string) => acceptAnswer(app.system, id)],
    ["script", (id: string) => transitionAnswer(app.system, id, { to: "accepted" })],
  ])("replaces no decline; acceptance does (%s)", async (_how, accept) => {
    const { letter, company } = await scene();
    await declineByInvitation(visitor, company.token, { reason_code: "capacity" });
    app.clock.advance(DAY);
    const id = await strangerSigns(letter.slug);
    expect(await standingDeclineOf(app.system, letter.id, company.organisationId)).toBeDefined();
    await accept(id);
    expect(await standingDeclineOf(app.system, letter.id, company.organisationId)).toBeUndefined();
    expect(await countRows(app, "activity", { action: "decline.replaced" })).toBe(1);
  });

  it("gives way to the invited signatory once that one confirms, and staff get a task", async () => {
    const { letter, company } = await scene();
    const id = await strangerSigns(letter.slug);
    app.clock.advance(MINUTE);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    expect(await mailsTo(app, company.email, "signature-confirm")).toHaveLength(1);
    expect(await countRows(app, "signatures", { id, state: "in_review" })).toBe(1);
    await confirmAnswer(visitor, (await confirmLink(app, company.email)).slice("/confirm/".length));
    expect(await countRows(app, "signatures", { id, state: "superseded" })).toBe(1);
    expect(
      await countRows(app, "signatures", { invitation_id: company.invitationId, state: "in_review" }),
    ).toBe(1);
    expect(await countRows(app, "tasks", { kind: "review_signature", done_at: null })).toBe(1);
  });

  it("stops no invited decline, and staff get a task", async () => {
    const { letter, company } = await scene();
    const id = await strangerSigns(letter.slug);
    await declineByInvitation(visitor, company.token, { reason_code: "timing" });
    expect(await standingDeclineOf(app.system, letter.id, company.organisationId)).toBeDefined();
    expect(await countRows(app, "tasks", { kind: "review_signature", subject_id: id })).toBe(1);
  });

  it("cancels no outreach; once accepted it does", async () => {
    const { letter, company } = await scene();
    const id = await strangerSigns(letter.slug);
    const signed = async () => {
      const found = await listRecipients(app.system, letter.id, {});
      return found.find(({ contactId }) => contactId === company.contactId)?.facts.signed;
    };
    expect(await signed()).toBe(false);
    await acceptAnswer(app.system, id);
    expect(await signed()).toBe(true);
  });
});

describe("the cap on confirmations", () => {
  it("cannot be used up by strangers against an invited signatory", async () => {
    const { letter, company } = await scene();
    for (let name = 1; name <= 11; name += 1) {
      const form = signingForm(company, { display_name: `Made Up Name ${name}` });
      await submitSignature(visitor, { door: "public", slug: letter.slug }, form);
    }
    expect(await mailsTo(app, company.email)).toHaveLength(10);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    expect(await mailsTo(app, company.email)).toHaveLength(11);
  });
});
