import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { isSuppressed } from "../../../src/domain/consent/service.js";
import { reportWrongContact } from "../../../src/domain/declines/contact-service.js";
import { DECLINE_CODES } from "../../../src/domain/declines/decline-reason.js";
import {
  confirmAnswer,
  declineByInvitation,
  declineReasons,
  recordDecline,
} from "../../../src/domain/declines/service.js";
import { declinesOf, revisitsDue, standingDeclineOf } from "../../../src/domain/declines/views.js";
import { stopWriting } from "../../../src/domain/invitations/service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { finishTask } from "../../../src/domain/tasks/service.js";
import { openTasks, tasksOf } from "../../../src/domain/tasks/views.js";
import { DAY, MINUTE } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  openLetterWithCompany,
  signingForm,
  type InvitedCompany,
} from "../../support/company.js";

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

async function sign(company: InvitedCompany): Promise<string> {
  await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
  return (await confirmLink(app, company.email)).slice("/confirm/".length);
}

describe("declining by one's own link", () => {
  it("keeps the reason, stops mail to this contact about this letter at once, and looks again as the reason says", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const { reason } = await declineByInvitation(visitor, company.token, {
      reason_code: "first_mover",
      contributing: ["capacity", "first_mover", "capacity"],
      comment: "Who else is in?",
    });
    expect(reason.nextAsk).toBe("A7");
    const [decline] = await declinesOf(app.system, company.organisationId);
    expect(decline).toMatchObject({
      reason_code: "first_mover",
      contributing: ["capacity"],
      comment: "Who else is in?",
      said_by: "Grace Wanjiru",
      source: "written",
      next_ask: "A7",
      revisit_on: "2027-06-01",
      standing: true,
    });
    const hash = app.keys.addressHash(company.email);
    expect(await isSuppressed(app.system, hash, letter.id)).toBe(true);
    expect(await isSuppressed(app.system, hash, null)).toBe(false);
    expect(await countRows(app, "invitations", { answer: "decline" })).toBe(1);
    expect(await countRows(app, "activity", { action: "decline.recorded" })).toBe(1);
  });

  it("needs exactly one main reason, at most three others, and words for “something else”", async () => {
    const { company } = await openLetterWithCompany(app);
    const decline = (input: unknown) => declineByInvitation(visitor, company.token, input);
    await expect(decline({})).rejects.toMatchObject({ fields: { reason_code: "errors.declines.reason" } });
    await expect(decline({ reason_code: "wrong_contact" })).rejects.toMatchObject({ kind: "invalid" });
    await expect(decline({ reason_code: "other" })).rejects.toMatchObject({
      fields: { comment: "errors.declines.other_text" },
    });
    await expect(
      decline({ reason_code: "political", contributing: ["capacity", "timing", "antitrust", "evidence"] }),
    ).rejects.toMatchObject({ fields: { contributing: "errors.declines.contributing" } });
    expect(await countRows(app, "declines")).toBe(0);
    expect(await countRows(app, "suppressions")).toBe(0);
  });

  it("sent twice, or twenty times at once, is one decline; another reason replaces it and keeps it on record", async () => {
    const { company } = await openLetterWithCompany(app);
    const decline = (reason_code: "capacity" | "timing") =>
      declineByInvitation(visitor, company.token, { reason_code });
    await Promise.all(Array.from({ length: 20 }, () => decline("capacity")));
    expect(await countRows(app, "declines")).toBe(1);
    app.clock.advance(MINUTE);
    await decline("timing");
    expect(await countRows(app, "declines")).toBe(2);
    expect(await countRows(app, "declines", { superseded_at: null, reason_code: "timing" })).toBe(1);
  });

  it("asks never again once they said no", async () => {
    const { company } = await openLetterWithCompany(app);
    await declineByInvitation(visitor, company.token, { reason_code: "backlash", may_ask_again: "no" });
    const [decline] = await declinesOf(app.system, company.organisationId);
    expect(decline).toMatchObject({ next_ask: null, revisit_on: null });
  });

  it("is replaced by a later signature once that is confirmed, not before", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await declineByInvitation(visitor, company.token, { reason_code: "capacity" });
    app.clock.advance(DAY);
    const token = await sign(company);
    expect(await standingDeclineOf(app.system, letter.id, company.organisationId)).toBeDefined();
    await confirmAnswer(visitor, token);
    expect(await standingDeclineOf(app.system, letter.id, company.organisationId)).toBeUndefined();
    expect(await declinesOf(app.system, company.organisationId)).toHaveLength(1);
  });

  it("is no way to take a signature back: that is said, and nothing changes", async () => {
    const { company } = await openLetterWithCompany(app);
    await confirmAnswer(visitor, await sign(company));
    await expect(
      declineByInvitation(visitor, company.token, { reason_code: "timing" }),
    ).rejects.toMatchObject({
      code: "declines.signed",
    });
    expect(await countRows(app, "declines")).toBe(0);
    expect(await countRows(app, "suppressions")).toBe(0);
  });

  it("ends with the letter", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await changeLetterState(app.system, letter.slug, { to: "closed" });
    await expect(
      declineByInvitation(visitor, company.token, { reason_code: "timing" }),
    ).rejects.toMatchObject({
      code: "answers.closed",
    });
  });
});

describe("a decline that staff records", () => {
  it("takes revisit date and next ask from the reason unless they are given", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const outreach = await staffCtx(app, "outreach");
    const base = { letter: letter.slug, organisation_id: company.organisationId, source: "oral" } as const;
    await recordDecline(outreach, { ...base, reason_code: "not_relevant", said_by: "their reception" });
    const [first] = await declinesOf(app.system, company.organisationId);
    expect(first).toMatchObject({ revisit_on: "2029-03-01", next_ask: "A9", said_by: "their reception" });
    app.clock.advance(DAY);
    await recordDecline(outreach, {
      ...base,
      reason_code: "timing",
      revisit_on: "2027-03-05",
      next_ask: "A2",
      decided_on: "2027-02-27",
    });
    const standing = await standingDeclineOf(app.system, letter.id, company.organisationId);
    expect(standing).toMatchObject({ revisit_on: "2027-03-05", next_ask: "A2" });
    expect(await revisitsDue(app.system)).toHaveLength(0);
    app.clock.set("2027-03-05T00:00:00Z");
    expect(await revisitsDue(app.system)).toHaveLength(1);
  });

  it("needs the permission, a known letter and organisation, and a day that has come", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const editor = await staffCtx(app, "editor");
    const outreach = await staffCtx(app, "outreach");
    const input = {
      letter: letter.slug,
      organisation_id: company.organisationId,
      reason_code: "timing",
      source: "oral",
    } as const;
    await expect(recordDecline(editor, input)).rejects.toMatchObject({ kind: "forbidden" });
    await expect(recordDecline(outreach, { ...input, letter: "unknown" })).rejects.toMatchObject({
      kind: "not_found",
    });
    await expect(recordDecline(outreach, { ...input, decided_on: "2027-04-01" })).rejects.toMatchObject({
      fields: { decided_on: "errors.declines.decided_later" },
    });
  });

  it("is held to one main reason by the database itself", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await declineByInvitation(visitor, company.token, { reason_code: "timing" });
    const change = (values: Record<string, unknown>) => app.db("declines").update(values);
    await expect(change({ reason_code: null })).rejects.toThrow("reason_code");
    await expect(change({ reason_code: "unknown" })).rejects.toThrow("declines_reason_fkey");
    await expect(change({ contributing: ["timing"] })).rejects.toThrow("declines_contributing_check");
    await expect(change({ reason_code: "other", comment: " " })).rejects.toThrow(
      "declines_other_needs_text_check",
    );
    expect(letter.id).toBeDefined();
  });
});

describe("the reasons", () => {
  it("are the same in the table and in the code, each with its words in every language", async () => {
    const reasons = await declineReasons(app.system);
    expect(reasons.map(({ code }) => code)).toEqual([...DECLINE_CODES]);
    for (const lang of app.messages.languages) {
      for (const { code, nextAsk } of reasons) {
        for (const kind of ["reason", "hint", "example", "counter"]) {
          expect(app.messages.has(lang, `declines.${kind}.${code}`)).toBe(true);
        }
        if (nextAsk) expect(app.messages.has(lang, `declines.ask.${nextAsk}.title`)).toBe(true);
      }
    }
  });
});

describe("not the right person", () => {
  it("is no decline: the contact is marked, mail to it stops, and staff gets a task once", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const report = {
      code: "wrong_contact",
      suggested_name: "Amina Otieno",
      suggested_email: "amina@tumaini.example",
    } as const;
    await reportWrongContact(visitor, company.token, report);
    await reportWrongContact(visitor, company.token, report);
    expect(await countRows(app, "declines")).toBe(0);
    expect(await countRows(app, "contact_reports")).toBe(1);
    expect(await countRows(app, "contacts", { status: "wrong_person" })).toBe(1);
    expect(await isSuppressed(app.system, app.keys.addressHash(company.email), letter.id)).toBe(true);
    const { items } = await openTasks(app.system, { letter: letter.slug });
    expect(items.map(({ kind }) => kind)).toEqual(["review_forward"]);
    const outreach = await staffCtx(app, "outreach");
    await finishTask(outreach, items[0]?.id ?? "");
    await expect(finishTask(outreach, items[0]?.id ?? "")).rejects.toMatchObject({ code: "task.done" });
    expect((await tasksOf(app.system, company.organisationId))[0]?.doneAt).toEqual(app.clock.now());
  });

  it("tells those who have left apart", async () => {
    const { company } = await openLetterWithCompany(app);
    await reportWrongContact(visitor, company.token, { code: "left_company" });
    expect(await countRows(app, "contacts", { status: "left" })).toBe(1);
    const { items } = await openTasks(app.system);
    expect(items.map(({ kind }) => kind)).toEqual(["left_company"]);
  });

  it("keeps nothing of an address that is none", async () => {
    const { company } = await openLetterWithCompany(app);
    await expect(
      reportWrongContact(visitor, company.token, { code: "wrong_contact", suggested_email: "amina@" }),
    ).rejects.toMatchObject({ fields: { suggested_email: "errors.field.email" } });
    expect(await countRows(app, "contact_reports")).toBe(0);
  });

  it("may go further: never write to this address again, about any letter", async () => {
    const { company } = await openLetterWithCompany(app);
    await stopWriting(visitor, company.token);
    await stopWriting(visitor, company.token);
    expect(await isSuppressed(app.system, app.keys.addressHash(company.email), null)).toBe(true);
    expect(await countRows(app, "suppressions")).toBe(1);
  });
});
