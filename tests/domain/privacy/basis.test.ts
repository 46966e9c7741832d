import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { previewMailing } from "../../../src/domain/outreach/preview-service.js";
import { saveMailing } from "../../../src/domain/outreach/service.js";
import { updateContact } from "../../../src/domain/organisations/service.js";
import { askForBasisChecks, checkBasis, listEndingBases } from "../../../src/domain/privacy/basis-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo, WORDS, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

/** A contact whose basis was last looked at so many days ago. */
async function lookedAt(daysAgo: number, basis = "published_address"): Promise<TestContact> {
  const contact = await aContact(app);
  const at = new Date(app.clock.now().getTime() - daysAgo * DAY);
  await app.db("contacts").where({ id: contact.id }).update({ source_at: at, lawful_basis: basis });
  return contact;
}

const openTasks = () =>
  app.db("tasks").where({ kind: "recheck_basis" }).whereNull("done_at").orderBy("created_at");

describe("what lets us write grows old", () => {
  test("and then the contact is left out of mailings, with the reason", async () => {
    const [old, fresh, agreed] = [await lookedAt(800), await lookedAt(600), await lookedAt(3000, "consent")];
    const staff = await staffCtx(app);
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: (await aLetter(app)).slug, ...WORDS });
    const { choice } = await previewMailing(staff, id);
    expect(choice.chosen.map(({ contactId }) => contactId).sort()).toEqual([fresh.id, agreed.id].sort());
    expect(choice.leftOut).toMatchObject([{ candidate: { contactId: old.id }, reason: "basis_expired" }]);
  });

  test("also between queueing and the commit point", async () => {
    const contact = await lookedAt(600);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    const then = new Date(app.clock.now().getTime() - 800 * DAY);
    await app.db("contacts").update({ source_at: then });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "cancelled",
      state_reason: "basis_expired",
    });
  });

  test("so that a task asks in time for a look, once, due on the day it ends", async () => {
    const soon = await lookedAt(730 - 30);
    await lookedAt(100);
    await lookedAt(3000, "consent");
    expect(await askForBasisChecks(app.system)).toBe(1);
    expect(await askForBasisChecks(app.system)).toBe(0);
    const [task] = (await openTasks()) as { contact_id: string; due_at: Date }[];
    expect(task?.contact_id).toBe(soon.id);
    const days = (Number(task?.due_at) - app.clock.now().getTime()) / DAY;
    expect(days).toBeGreaterThan(28);
    expect(days).toBeLessThan(32);
  });

  test("and a task that somebody ticked off without looking does not come back by itself", async () => {
    await lookedAt(720);
    await askForBasisChecks(app.system);
    await app.db("tasks").update({ done_at: app.clock.now() });
    expect(await askForBasisChecks(app.system)).toBe(0);
  });

  test("a hundred tasks at a time, the oldest first, until all are there", async () => {
    const at = app.clock.now();
    await aContact(app);
    await app.database.adminDb.raw(
      `insert into contacts (id, organisation_id, email, address_hash, lawful_basis, source, source_at, created_at, updated_at)
       select gen_random_uuid(), organisation_id, 'x' || n || '@vesta.example', decode(md5(n::text), 'hex'), 'published_address',
         'site', ?::timestamptz - interval '800 days' - n * interval '1 hour', ?, ? from contacts, generate_series(1, 250) n`,
      [at, at, at],
    );
    expect(await askForBasisChecks(app.system)).toBe(100);
    expect(await askForBasisChecks(app.system)).toBe(100);
    expect(await askForBasisChecks(app.system)).toBe(50);
    expect(await askForBasisChecks(app.system)).toBe(0);
  });

  test("until somebody looks again: it holds another 24 months, and the task is done", async () => {
    const contact = await lookedAt(800);
    await askForBasisChecks(app.system);
    const staff = await staffCtx(app, "outreach");
    expect(await listEndingBases(staff)).toMatchObject([{ id: contact.id, verdict: { kind: "expired" } }]);
    await checkBasis(staff, contact.id, { outcome: "holds", note: "still on their contact page" });
    expect(await openTasks()).toEqual([]);
    expect(await listEndingBases(staff)).toEqual([]);
    await aMailing(staff, await aLetter(app), [contact]);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    expect(await app.db("activity").where({ action: "contact.basis_checked" })).toMatchObject([
      { contact_id: contact.id, detail: { basis: "published_address" } },
    ]);
  });

  test("or finds that it does not hold: then nobody writes, whatever the basis was", async () => {
    const contact = await lookedAt(10, "consent");
    const staff = await staffCtx(app, "outreach");
    await aMailing(staff, await aLetter(app), [contact]);
    await checkBasis(staff, contact.id, { outcome: "ended", note: "took consent back by phone" });
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({
      state: "cancelled",
      state_reason: "basis_expired",
    });
    const { row_version } = (await app.db("contacts").first("row_version")) as { row_version: number };
    await updateContact(staff, contact.id, { lawful_basis: "existing_relationship", row_version });
    expect(await app.db("contacts").first()).toMatchObject({ basis_ended_at: null, basis_note: null });
  });

  test("is looked at by those who may change contacts", async () => {
    const contact = await lookedAt(1);
    await expect(
      checkBasis(await staffCtx(app, "viewer"), contact.id, { outcome: "holds" }),
    ).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(
      checkBasis(await staffCtx(app), newId(app.clock), { outcome: "holds" }),
    ).rejects.toMatchObject({ kind: "not_found" });
  });
});
