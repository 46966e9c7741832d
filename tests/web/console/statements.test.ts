/** No page asks the database once for each line it shows. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { staffCtx, signedIn, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact } from "../../support/mailing.js";
import { aSequence, aStep, enrol } from "../../support/sequence.js";
import { statementsOf } from "../../support/statements.js";
import { newId } from "../../../src/platform/ids.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

/** One organisation with its contacts, in a sequence whose mails wait for approval, and mail from each of them. */
async function scene(count: number): Promise<{ sequenceId: string; organisationId: string }> {
  const staff = await staffCtx(app);
  const letter = await aLetter(app);
  const { id } = await aSequence(staff, letter, {
    steps: [aStep("Words", { approval: "each" }), aStep("More", { delay_days: 2 })],
    rules: { one_contact_per_organisation: false },
  });
  const first = await aContact(app);
  const contacts: TestContact[] = [first];
  while (contacts.length < count) {
    contacts.push(await aContact(app, { organisationId: first.organisationId }));
  }
  for (let start = 0; start < count; start += 30)
    await enrol(staff, { id }, contacts.slice(start, start + 30));
  await app.db("inbound_mails").insert(contacts.map((contact) => aReply(contact, letter.id)));
  return { sequenceId: id, organisationId: first.organisationId };
}

/** A reply as it is kept; putting it in by itself leaves the sequence as it is. */
function aReply(contact: TestContact, letterId: string): Record<string, unknown> {
  const at = app.clock.now();
  return {
    id: newId(app.clock),
    hash: contact.hash,
    size: 100,
    subject: "Re: your letter",
    from_email: contact.email,
    reply_text: "Tell me more.",
    received_at: at,
    taken_in_at: at,
    class: "human_reply",
    contact_id: contact.id,
    organisation_id: contact.organisationId,
    letter_id: letterId,
    match_kind: "sender",
  };
}

describe("with fifteen contacts a page takes as many statements as with three", () => {
  const pages: [name: string, path: (made: { sequenceId: string; organisationId: string }) => string][] = [
    ["Today", () => "/console"],
    ["the approvals", () => "/console/approvals"],
    ["the list of sequences", () => "/console/sequences"],
    ["a sequence", ({ sequenceId }) => `/console/sequences/${sequenceId}`],
    ["the inbox", () => "/console/inbox"],
    ["the dossier", ({ organisationId }) => `/console/organisations/${organisationId}`],
    ["the messages", () => "/console/messages"],
    ["the mailings", () => "/console/outreach"],
    ["the organisations", () => "/console/organisations"],
  ];
  test.each(pages)("%s", async (_name, path) => {
    const count: number[] = [];
    for (const size of [3, 15]) {
      await app.database.clean();
      const made = await scene(size);
      const visitor = await signedIn(app);
      await visitor.get(path(made)).expect(200);
      const statements = await statementsOf(app, () => visitor.get(path(made)).expect(200));
      count.push(statements.length);
    }
    expect(count[1]).toBe(count[0]);
  });

  test("and so with fifteen sequences in their list", async () => {
    const count: number[] = [];
    for (const size of [3, 15]) {
      await app.database.clean();
      const staff = await staffCtx(app);
      const letter = await aLetter(app);
      for (let n = 0; n < size; n++) await aSequence(staff, letter, { name: `Sequence ${n}` });
      const visitor = await signedIn(app);
      await visitor.get("/console/sequences").expect(200);
      count.push((await statementsOf(app, () => visitor.get("/console/sequences").expect(200))).length);
    }
    expect(count[1]).toBe(count[0]);
  });
});
