import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { suppress } from "../../../src/domain/consent/service.js";
import {
  approveMailing,
  approveOneMessage,
  settleMessage,
  stopMailing,
} from "../../../src/domain/outreach/approval-service.js";
import { chooseRecipients, type Candidate, mayApprove } from "../../../src/domain/outreach/mailing.js";
import { previewMailing } from "../../../src/domain/outreach/preview-service.js";
import {
  findMailing,
  queueMailing,
  queueSavedMailing,
  saveMailing,
} from "../../../src/domain/outreach/service.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, tokenOf, type TestApp } from "../../support/app.js";
import {
  WORDS,
  aContact,
  aLetter,
  aMailing,
  historyOf,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
});

const messages = (): Promise<string[]> => app.db("messages").pluck("id");

async function manyContacts(n: number): Promise<TestContact[]> {
  const all = [];
  for (let i = 0; i < n; i += 1) all.push(await aContact(app));
  return all;
}

describe("choosing recipients", () => {
  const OPEN = {
    letterState: "open",
    contactStatus: "active",
    hasAddress: true,
    suppressed: false,
    signed: false,
    covered: false,
    declined: false,
    answeredByOther: false,
    basisExpired: false,
    firstContact: "allowed" as const,
  };
  const candidate = (id: string, organisationId: string, change: Partial<Candidate> = {}): Candidate => ({
    contactId: id,
    organisationId,
    addressHash: id,
    facts: OPEN,
    written: false,
    organisationWritten: false,
    ...change,
  });

  test("takes one contact per organisation and one mail per address, in the order given", () => {
    const { chosen, leftOut } = chooseRecipients(
      [
        candidate("a", "1"),
        candidate("b", "1"),
        candidate("c", "2", { addressHash: "a" }),
        candidate("d", "3"),
      ],
      { written: "never", oneEach: true },
    );
    expect(chosen.map((each) => each.contactId)).toEqual(["a", "d"]);
    expect(leftOut.map((each) => [each.candidate.contactId, each.reason])).toEqual([
      ["b", "one_per_organisation"],
      ["c", "twice"],
    ]);
  });

  test("takes every contact that is named, but nobody whom a stop rule holds back", () => {
    const { chosen, leftOut } = chooseRecipients(
      [
        candidate("a", "1"),
        candidate("b", "1", { written: true }),
        candidate("c", "1", { facts: { ...OPEN, suppressed: true } }),
        candidate("d", "2", { facts: { ...OPEN, declined: true } }),
        candidate("e", "3", { facts: { ...OPEN, signed: true } }),
        candidate("f", "4", { facts: { ...OPEN, contactStatus: "address_invalid" } }),
      ],
      { written: "any", oneEach: false },
    );
    expect(chosen.map((each) => each.contactId)).toEqual(["a", "b"]);
    expect(leftOut.map((each) => each.reason)).toEqual([
      "suppressed",
      "declined",
      "signed",
      "address_invalid",
    ]);
  });

  test("knows who was written to before, also a colleague", () => {
    const all = [
      candidate("a", "1", { written: true }),
      candidate("b", "2", { organisationWritten: true }),
      candidate("c", "3"),
    ];
    const chosenBy = (written: "never" | "before" | "any") =>
      chooseRecipients(all, { written, oneEach: true }).chosen.map((each) => each.contactId);
    expect(chosenBy("never")).toEqual(["c"]);
    expect(chosenBy("before")).toEqual(["a"]);
    expect(chosenBy("any")).toEqual(["a", "b", "c"]);
  });

  test("reads all of it from the tables", async () => {
    const staff = await staffCtx(app, "outreach");
    const fine = await aContact(app, { sector: "insurer", country: "CH" });
    const colleague = await aContact(app, { organisationId: fine.organisationId, name: null });
    const stopped = await aContact(app, { sector: "insurer" });
    await suppress(app.system, { email: stopped.email, reason: "staff", source: "test" });
    await aContact(app, { sector: "broker" });
    const id = newId(app.clock);
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS, sector: "insurer" });
    const preview = await previewMailing(staff, id);
    expect(preview.choice.chosen.map((each) => each.contactId)).toEqual([fine.id]);
    expect(preview.choice.leftOut.map(({ candidate: { contactId }, reason }) => [contactId, reason])).toEqual(
      expect.arrayContaining([
        [colleague.id, "one_per_organisation"],
        [stopped.id, "suppressed"],
      ]),
    );
    expect(preview.shown?.mail).toHaveProperty("subject", expect.stringContaining("Keep low orbit usable"));
    await saveMailing(staff, { id, letter: letter.slug, ...WORDS, q: "vesta", country: "ch" });
    expect((await previewMailing(staff, id)).choice.chosen).toHaveLength(1);
  });
});

describe("queueing", () => {
  test("makes one invitation, enrolment and message each, with their send keys", async () => {
    const staff = await staffCtx(app, "outreach");
    const [one, two] = await manyContacts(2);
    await expect(aMailing(staff, letter, [one!, two!])).resolves.toMatchObject({
      state: "queued",
      queued: 2,
    });
    const message = await messageTo(app, one!);
    expect(message["send_key"]).toContain(`${letter.id}:one-off:`);
    expect(message["send_key"]).toContain(`${one!.hash.toString("hex")}:1`);
    expect(message["purpose"]).toBe("outreach");
    expect(await app.db("invitations").pluck("id")).toHaveLength(2);
    expect(await app.db("activity").where({ action: "mailing.queued" })).toHaveLength(1);
    await settle(app);
    expect(await app.db("enrolments").distinct("state", "state_reason")).toEqual([
      { state: "finished", state_reason: "completed" },
    ]);
  });

  test("the same form sent twice, from two tabs at once, queues one mailing", async () => {
    const staff = await staffCtx(app, "outreach");
    await manyContacts(5);
    const id = newId(app.clock);
    const form = { id, letter: letter.slug, ...WORDS };
    await Promise.all([saveMailing(staff, form), saveMailing(staff, form)]);
    const answers = await Promise.all([1, 2, 3].map(() => queueSavedMailing(staff, id)));
    expect(answers.map((answer) => answer.queued).reduce((sum, n) => sum + n, 0)).toBe(5);
    expect(await messages()).toHaveLength(5);
    await expect(saveMailing(staff, form)).resolves.toEqual({ id });
    await expect(saveMailing(staff, { ...form, subject: "Another" })).rejects.toMatchObject({
      code: "mailing.not_draft",
    });
  });

  test("a missing value holds that one mail back with a task; the others go out", async () => {
    const staff = await staffCtx(app, "outreach");
    const named = await aContact(app);
    const nameless = await aContact(app, { name: null });
    await expect(aMailing(staff, letter, [named, nameless])).resolves.toMatchObject({
      queued: 1,
      blocked: 1,
    });
    await settle(app);
    expect(await messageTo(app, nameless)).toMatchObject({
      state: "blocked",
      state_reason: "missing contact.name",
    });
    expect(await messageTo(app, named)).toMatchObject({ state: "sent", transport: "capture" });
    expect(await app.db("tasks").pluck("kind")).toEqual(["blocked_message"]);

    const { id } = await messageTo(app, nameless);
    await settleMessage(staff, String(id), { as: "requeue" });
    await settle(app);
    expect(await messageTo(app, nameless)).toMatchObject({ state: "blocked" });
    expect(await app.db("tasks").whereNull("done_at")).toHaveLength(1);
    await app.db("contacts").where({ id: nameless.id }).update({ name: "Zoe Okafor" });
    await settleMessage(staff, String(id), { as: "requeue" });
    await settle(app);
    expect(await messageTo(app, nameless)).toMatchObject({ state: "sent" });
    expect(await app.db("tasks").whereNull("done_at")).toEqual([]);
    await expect(settleMessage(staff, String(id), { as: "requeue" })).rejects.toMatchObject({
      kind: "conflict",
    });
  });

  test("nobody to write to is said at once, and nothing is kept", async () => {
    const staff = await staffCtx(app, "outreach");
    const gone = await aContact(app, { status: "left" });
    await expect(aMailing(staff, letter, [gone])).rejects.toMatchObject({ code: "mailing.nobody" });
    expect(await app.db("sequences")).toEqual([]);
  });

  test("a wrong text names its field and keeps nothing", async () => {
    const staff = await staffCtx(app, "outreach");
    const contact = await aContact(app);
    await expect(
      aMailing(staff, letter, [contact], { body: "{{contact.emial}}", subject: "{{7*7}}" }),
    ).rejects.toMatchObject({
      fields: { subject: "errors.mailing.unknown_variable", body: "errors.mailing.unknown_variable" },
    });
    await expect(
      queueMailing(staff, { letterSlug: "no-such-letter", ...WORDS, contactIds: [contact.id] }),
    ).rejects.toMatchObject({ fields: { letter: "errors.mailing.letter" } });
  });

  test("a viewer may not, a closed letter may not", async () => {
    const contact = await aContact(app);
    await expect(aMailing(await staffCtx(app, "viewer"), letter, [contact])).rejects.toMatchObject({
      kind: "forbidden",
    });
    const closed = await aLetter(app, { state: "closed" });
    await expect(aMailing(await staffCtx(app, "outreach"), closed, [contact])).rejects.toMatchObject({
      code: "mailing.nobody",
    });
  });

  test("what is written to once is left out next time, and can be chosen on purpose", async () => {
    const staff = await staffCtx(app, "outreach");
    await manyContacts(2);
    const again = { letterSlug: letter.slug, ...WORDS };
    await queueMailing(staff, { ...again, filter: {} });
    await settle(app);
    await manyContacts(1);
    await expect(queueMailing(staff, { ...again, filter: {} })).resolves.toMatchObject({
      queued: 1,
      leftOut: 2,
    });
    await expect(queueMailing(staff, { ...again, filter: { written: "before" } })).resolves.toMatchObject({
      queued: 3,
    });
  });
});

describe("more than 50 mails need a second person (ruling 9)", () => {
  test("they wait as drafts, the writer may not approve them, a colleague may", async () => {
    const writer = await staffCtx(app, "outreach");
    const colleague = await staffCtx(app, "outreach");
    const contacts = await manyContacts(51);
    const { id, state } = await aMailing(writer, letter, contacts);
    expect(state).toBe("waiting");
    await settle(app);
    expect(await app.db("messages").distinct("state").pluck("state")).toEqual(["draft"]);
    await expect(approveMailing(writer, id)).rejects.toMatchObject({ code: "mailing.own" });
    const { id: first } = await messageTo(app, contacts[0]!);
    await expect(approveOneMessage(writer, String(first))).rejects.toMatchObject({ code: "mailing.own" });
    await approveOneMessage(colleague, String(first));
    await settle(app);
    expect(await historyOf(app, first)).toEqual([
      "draft",
      "approved",
      "queued",
      "claimed",
      "sending",
      "sent",
    ]);
    await expect(approveMailing(colleague, id)).resolves.toEqual({ released: 50 });
    await expect(approveMailing(colleague, id)).resolves.toEqual({ released: 0 });
    await settle(app);
    expect(await app.db("messages").distinct("state").pluck("state")).toEqual(["sent"]);
    expect(await app.db("enrolments").distinct("state").pluck("state")).toEqual(["finished"]);
    expect((await findMailing(writer, id)).approvedBy).not.toBeNull();
  });

  test("whoever is alone may approve their own, and the record says so", async () => {
    const writer = await staffCtx(app, "outreach");
    await staffCtx(app, "viewer");
    const { id } = await aMailing(writer, letter, await manyContacts(51));
    await approveMailing(writer, id);
    const [act] = (await app.db("activity").where({ action: "mailing.approved" })) as { detail: unknown }[];
    expect(act?.detail).toEqual({ released: 51, alone: true });
  });

  test("a script may approve what a person wrote, but not what a script wrote", () => {
    const script = { queuedBy: "ines", byScript: false, approver: "omar", asScript: true, othersMay: true };
    expect(mayApprove({ ...script, writtenBy: "ines" })).toBe("yes");
    expect(mayApprove({ ...script, writtenBy: "ines", byScript: true })).toBe("no");
    expect(mayApprove({ ...script, writtenBy: "omar" })).toBe("no");
    expect(mayApprove({ ...script, writtenBy: "omar", othersMay: false })).toBe("no");
    expect(mayApprove({ ...script, writtenBy: null, approver: null })).toBe("no");
  });

  test("what a colleague writes through a token of their own needs another one all the same", async () => {
    const writer = await staffCtx(app, "outreach");
    const colleague = await staffCtx(app, "outreach");
    const { id } = await aMailing(tokenOf(app, writer), letter, await manyContacts(51));
    await expect(approveMailing(writer, id)).rejects.toMatchObject({ code: "mailing.own" });
    await expect(approveMailing(tokenOf(app, colleague), id)).rejects.toMatchObject({ code: "mailing.own" });
    const { messageId } = (await app.db("messages").first("id as messageId")) as { messageId: string };
    await expect(approveOneMessage(writer, messageId)).rejects.toMatchObject({ code: "mailing.own" });
    await expect(approveMailing(colleague, id)).resolves.toEqual({ released: 51 });
  });

  test("fifty go out on one person's word", async () => {
    const writer = await staffCtx(app, "outreach");
    await staffCtx(app, "outreach");
    await expect(aMailing(writer, letter, await manyContacts(50))).resolves.toMatchObject({
      state: "queued",
    });
  });
});

test("stopping a mailing takes back what has not gone out", async () => {
  const staff = await staffCtx(app, "outreach");
  const { id } = await aMailing(staff, letter, await manyContacts(3));
  await expect(stopMailing(staff, id)).resolves.toEqual({ stopped: 3 });
  await settle(app);
  expect(await app.db("messages").distinct("state", "state_reason")).toEqual([
    { state: "cancelled", state_reason: "mailing_stopped" },
  ]);
  expect(await app.db("enrolments").distinct("state", "state_reason")).toEqual([
    { state: "finished", state_reason: "removed" },
  ]);
});
