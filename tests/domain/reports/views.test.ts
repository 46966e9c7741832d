import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { today } from "../../../src/domain/reports/today-views.js";
import {
  declineReport,
  declinesByReason,
  funnel,
  listReportLetters,
} from "../../../src/domain/reports/views.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { campaign, type Campaign } from "../../support/campaign.js";
import { rawMail, takeIn } from "../../support/inbound.js";
import { aContact, aLetter, aMailing, messageTo, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let rows: Campaign;
let letter: string;

beforeAll(async () => {
  app = await testApp();
  rows = campaign(app);
});
beforeEach(async () => {
  await app.database.clean();
  letter = await rows.letter("keep-orbit-usable");
});
afterAll(() => app.close());

/** Organisations with nothing yet. */
async function organisations(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let each = 0; each < count; each += 1) ids.push(await rows.organisation(`Organisation ${each}`));
  return ids;
}

describe("the funnel of a letter", () => {
  it("counts each organisation at every stage that it has reached", async () => {
    const [, mailed, silent, declined, pledged, confidential, signed] = await organisations(7);
    await rows.message(letter, mailed ?? "");
    await rows.message(letter, silent ?? "", { state: "uncertain" });
    await rows.decline(letter, declined ?? "");
    await rows.signature(letter, pledged ?? "", {
      kind: "pledge",
      state: "standing",
      condition_count: 10,
      condition_class: "any",
    });
    await rows.signature(letter, confidential ?? "", { visibility: "confidential", state: "accepted" });
    await rows.signature(letter, signed ?? "");
    expect(await funnel(app.system, letter)).toEqual({
      identified: 7,
      approached: 6,
      answered: 4,
      said_yes: 3,
      published: 1,
      declined: 1,
      covered: 0,
    });
  });

  it("counts who wrote back as answered, but not a machine", async () => {
    const person = await aContact(app);
    const machine = await aContact(app);
    const about = await aLetter(app);
    await aMailing(await staffCtx(app), about, [person, machine]);
    await settle(app);
    const inReplyTo = async (contact: TestContact) => ({
      From: contact.email,
      "In-Reply-To": String((await messageTo(app, contact))["message_id"]),
    });
    await takeIn(app, rawMail(await inReplyTo(person), "We will talk about it on Monday."));
    const headers = { ...(await inReplyTo(machine)), "Auto-Submitted": "auto-replied" };
    await takeIn(app, rawMail(headers, "I am out of the office."));
    expect(await funnel(app.system, about.id)).toMatchObject({ approached: 2, answered: 1, said_yes: 0 });
  });

  it("counts nobody as approached whose mail did not go out", async () => {
    const [one, two, three] = await organisations(3);
    await rows.message(letter, one ?? "", { state: "queued" });
    await rows.message(letter, two ?? "", { state: "suppressed" });
    await rows.message(letter, three ?? "", { state: "failed" });
    expect(await funnel(app.system, letter)).toMatchObject({ identified: 3, approached: 0 });
  });

  it("counts no yes that was never confirmed, was rejected or withdrawn, but that they answered", async () => {
    const [one, two, three] = await organisations(3);
    await rows.signature(letter, one ?? "", { state: "submitted", confirmed_at: null, published_at: null });
    await rows.signature(letter, two ?? "", { state: "rejected", rejection_code: "duplicate" });
    await rows.signature(letter, three ?? "", { state: "withdrawn", withdrawn_at: app.clock.now() });
    expect(await funnel(app.system, letter)).toMatchObject({ answered: 2, said_yes: 0, published: 0 });
  });

  it("knows one letter from another", async () => {
    const other = await rows.letter("another");
    const [one] = await organisations(1);
    await rows.signature(other, one ?? "");
    expect(await funnel(app.system, letter)).toMatchObject({ identified: 1, approached: 0, published: 0 });
    expect(await funnel(app.system, other)).toMatchObject({ published: 1 });
  });

  it("counts a decline no longer once they have signed after all", async () => {
    const [one] = await organisations(1);
    await rows.decline(letter, one ?? "");
    await rows.signature(letter, one ?? "");
    expect(await funnel(app.system, letter)).toMatchObject({ declined: 0, said_yes: 1, answered: 1 });
  });
});

describe("the reasons of declines", () => {
  it("are counted by main reason, the most frequent first, without those that were taken back", async () => {
    const ids = await organisations(5);
    const codes = ["timing", "first_mover", "timing", "wording", "wording"];
    for (const [index, id] of ids.entries()) {
      const supersededAt = index === 4 ? app.clock.now() : null;
      await rows.decline(letter, id, { reason_code: codes[index], superseded_at: supersededAt });
    }
    expect(await declinesByReason(app.system, letter)).toEqual([
      { code: "timing", group: "process", declines: 2 },
      { code: "wording", group: "position", declines: 1 },
      { code: "first_mover", group: "collective", declines: 1 },
    ]);
    expect(await declineReport(app.system, "keep-orbit-usable")).toMatchObject({ total: 4 });
  });
});

describe("reports", () => {
  it("are for those who may read them", async () => {
    const company = app.ctx({ kind: "company", id: letter });
    const script = app.ctx({ kind: "token", id: letter, name: "x", scopes: ["letters:read"] });
    for (const ctx of [company, script, app.ctx({ kind: "public" })]) {
      await expect(funnel(ctx, letter)).rejects.toMatchObject({ kind: "forbidden" });
      await expect(declinesByReason(ctx, letter)).rejects.toMatchObject({ kind: "forbidden" });
      await expect(listReportLetters(ctx)).rejects.toMatchObject({ kind: "forbidden" });
    }
  });

  it("offer open letters first", async () => {
    await rows.letter("draft", { state: "draft", created_at: new Date("2027-04-01T00:00:00Z") });
    const letters = await listReportLetters(app.system);
    expect(letters.map(({ slug, title }) => [slug, title])).toEqual([
      ["keep-orbit-usable", "Title of keep-orbit-usable"],
      ["draft", "Title of draft"],
    ]);
  });
});

describe("what waits today", () => {
  it("holds reviews, tasks and uncertain sends of the letter, oldest first, with their totals", async () => {
    const ids = await organisations(12);
    for (const id of ids.slice(0, 10)) {
      await rows.signature(letter, id, {
        state: "in_review",
        confirmed_at: app.clock.now(),
        published_at: null,
      });
      app.clock.advance(1000);
    }
    await rows.message(letter, ids[10] ?? "", { state: "uncertain" });
    await rows.message(letter, ids[11] ?? "", { state: "sent" });
    await rows.task({ letter_id: letter, organisation_id: ids[0] });
    await rows.task({ done_at: app.clock.now() });
    const lists = await today(app.system, letter);
    expect(lists.review).toMatchObject({ total: 10 });
    expect(lists.review?.items).toHaveLength(8);
    expect(lists.review?.items[0]?.organisationId).toBe(ids[0]);
    expect(lists.uncertain).toMatchObject({ total: 1, items: [{ organisationName: "Organisation 10" }] });
    expect(lists.tasks).toMatchObject({ total: 1, items: [{ organisationName: "Organisation 0" }] });
  });

  it("leaves out what somebody may not see", async () => {
    const script = app.ctx({ kind: "token", id: letter, name: "x", scopes: ["reports:read"] });
    expect(await today(script, letter)).toEqual({
      review: undefined,
      tasks: undefined,
      uncertain: undefined,
      replies: undefined,
      activity: undefined,
      paused: [],
      halt: undefined,
    });
  });
});
