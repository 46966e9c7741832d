import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { suppress } from "../../../src/domain/consent/service.js";
import { answerInbound } from "../../../src/domain/inbound/answer-service.js";
import { forgetRawMail } from "../../../src/domain/inbound/desk-service.js";
import { erasePersonFromInbound } from "../../../src/domain/inbound/erasure-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { START, bearer, browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { bounceMail, inboundRow, rawMail, stepsOf, takeIn } from "../../support/inbound.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;
let ada: TestContact;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  letter = await aLetter(app);
  ada = await aContact(app, { email: "ada@vesta.example", organisation: "Vesta Orbital" });
});

async function aReply(text = "Tell me more.\n\n> Dear Ada"): Promise<string> {
  await aMailing(await staffCtx(app), letter, [ada]);
  await settle(app);
  const { message_id: id } = await messageTo(app, ada);
  const { id: inbound } = await takeIn(
    app,
    rawMail({ "In-Reply-To": String(id), "Message-ID": "<r1@vesta.example>" }, text),
  );
  return inbound ?? "";
}

describe("a reply", () => {
  test("is found on Today, in the dossier and in the inbox, and is gone from Today once it is read", async () => {
    const id = await aReply();
    const staff = await signedIn(app, "outreach");
    for (const page of ["/console", `/console/organisations/${ada.organisationId}`, "/console/inbox"]) {
      const { text } = await staff.get(page).expect(200);
      expect([page, text.includes(`/console/inbox/${id}`), text.includes("Tell me more.")]).toEqual([
        page,
        true,
        true,
      ]);
    }
    const page = await staff.get(`/console/inbox/${id}`).expect(200);
    expect(page.text).toContain("It answers our mail");
    expect(page.text).toContain("No outreach was running.");
    await staff
      .post(`/console/inbox/${id}/handled`)
      .type("form")
      .send("back=today")
      .expect(303)
      .expect("Location", "/console");
    expect((await staff.get("/console")).text).not.toContain("Tell me more.");
    expect(await app.db("tasks").where({ kind: "answer_reply" }).first()).toMatchObject({
      done_at: app.clock.now(),
    });
    await staff.post(`/console/inbox/${id}/handled`).type("form").send("as=open").expect(303);
    expect((await staff.get("/console")).text).toContain("Tell me more.");
  });

  test("is answered once in its thread, although outreach has stopped, and however often the button is pressed", async () => {
    const id = await aReply();
    const staff = await signedIn(app, "outreach");
    const { text } = await staff.get(`/console/inbox/${id}`);
    const answerId = /name="answer_id" value="([^"]+)"/.exec(text)?.[1] ?? "";
    const form = { body: "Gladly.\n\nInes Falk", answer_id: answerId };
    await staff
      .post(`/console/inbox/${id}/answer`)
      .type("form")
      .send({ ...form, body: " " })
      .expect(422);
    for (let press = 0; press < 2; press += 1) {
      await staff.post(`/console/inbox/${id}/answer`).type("form").send(form).expect(303);
    }
    await settle(app);
    const answers = (await app.db("messages").where({ template: "answer" })) as Record<string, unknown>[];
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject({
      state: "sent",
      purpose: "transactional",
      subject: "Re: Keep low orbit usable",
      to_email: "ada@vesta.example",
      in_reply_to: "<r1@vesta.example>",
    });
    expect(answers[0]?.["headers"]).not.toHaveProperty("auto_submitted");
    expect((await staff.get(`/console/inbox/${id}`)).text).toContain("Gladly.");
    expect(await inboundRow(app, { id, isNew: true, class: undefined })).toMatchObject({
      handled_at: app.clock.now(),
    });
  });

  test("of somebody who said stop is not answered, neither now nor when the stop comes before the commit point", async () => {
    const id = await aReply();
    const staff = await staffCtx(app);
    await answerInbound(staff, id, { body: "Gladly." });
    await suppress(app.system, { email: ada.email, reason: "unsubscribed", source: "test" });
    await settle(app);
    expect(await app.db("messages").where({ template: "answer" }).first()).toMatchObject({
      state: "suppressed",
    });
    await expect(answerInbound(staff, id, { body: "Once more." })).rejects.toMatchObject({
      code: "inbound.suppressed",
    });
  });
});

describe("a mail that nobody could place", () => {
  test("is assigned by a contact's address or an organisation's name, and then does what such a mail does", async () => {
    await aMailing(await staffCtx(app), letter, [ada]);
    const { id } = await takeIn(
      app,
      rawMail({ From: "Ada <ada.private@gmail.com>" }, "It is me, Ada. Not now."),
    );
    const staff = await signedIn(app, "outreach");
    expect((await staff.get("/console/inbox?heap=unmatched")).text).toContain(`/console/inbox/${id}`);
    const refused = await staff
      .post(`/console/inbox/${id}/assign`)
      .type("form")
      .send("to=Nobody+Ltd")
      .expect(422);
    expect(refused.text).toContain("No contact has this address");
    await staff.post(`/console/inbox/${id}/assign`).type("form").send("to=ada@vesta.example").expect(303);
    expect(await messageTo(app, ada)).toMatchObject({ state: "cancelled", state_reason: "replied" });
    expect((await staff.get("/console/inbox?heap=unmatched")).text).not.toContain(`/console/inbox/${id}`);
  });
});

describe("a mail that was taken for something else", () => {
  test("is corrected by a person, whose word stands for the proof", async () => {
    await aMailing(await staffCtx(app), letter, [ada]);
    await settle(app);
    const { message_id: ours } = await messageTo(app, ada);
    const raw = rawMail({ "In-Reply-To": String(ours) }, "This mailbox is read by nobody any more.");
    const taken = await takeIn(app, raw);
    const staff = await signedIn(app, "outreach");
    await staff.post(`/console/inbox/${taken.id}/class`).type("form").send("class=address_dead").expect(303);
    expect(await app.db("contacts").where({ id: ada.id }).first()).toMatchObject({
      status: "address_invalid",
    });
    const row = await inboundRow(app, taken);
    expect(row).toMatchObject({ class: "address_dead", understood: { reclassified_from: "human_reply" } });
    expect(stepsOf(row)).toEqual(["event", "stop", "task", "event", "address_invalid", "stop", "task"]);
  });
});

test("a mail that somebody has at hand is explained, and nothing of it is kept", async () => {
  const staff = await signedIn(app, "viewer");
  const raw = bounceMail({ to: "ada@vesta.example" });
  const { text } = await staff.post("/console/inbox/explain").attach("file", raw, "report.eml").expect(200);
  expect(text).toContain("Address is dead");
  expect(text).toContain("5.1.1");
  expect(await app.db("inbound_mails")).toEqual([]);
  await staff.post("/console/inbox/explain").field("mail", " ").expect(422);
});

test("scripts list incoming mails, read them without the raw mail, and say that they are dealt with", async () => {
  const id = await aReply();
  const authorization = await bearer(app);
  const api = (path: string) => browser(app).get(`/api/v1${path}`).set("Authorization", authorization);
  const list = await api("/inbound?heap=reading").expect(200);
  expect(list.body).toMatchObject({
    items: [{ id, class: "human_reply", matched_by: "thread", handled_at: null }],
  });
  const one = await api(`/inbound/${id}`).expect(200);
  expect(one.body).toMatchObject({
    text: "Tell me more.",
    actions: [{ do: "event" }, { do: "stop" }, { do: "task" }],
  });
  expect(JSON.stringify(one.body)).not.toContain("raw");
  await browser(app)
    .post(`/api/v1/inbound/${id}/handled`)
    .set("Authorization", authorization)
    .send({})
    .expect(200);
  expect((await api("/inbound?heap=reading")).body).toMatchObject({ items: [] });
});

test("the raw mail is dropped after ninety days, what was understood stays", async () => {
  const id = await aReply();
  await (await signedIn(app, "outreach")).get(`/console/inbox/${id}/source`).expect(200);
  const viewer = await signedIn(app, "viewer");
  await viewer.get(`/console/inbox/${id}/source`).expect(403);
  expect((await viewer.get(`/console/inbox/${id}`).expect(200)).text).not.toContain(`${id}/source`);
  app.clock.advance(89 * DAY);
  expect(await forgetRawMail(app.system)).toBe(0);
  app.clock.advance(2 * DAY);
  expect(await forgetRawMail(app.system)).toBe(1);
  const row = await inboundRow(app, { id, isNew: true, class: undefined });
  expect(row).toMatchObject({ raw: null, reply_text: "Tell me more.", class: "human_reply" });
});

test("a person who is erased is in no mail that came in", async () => {
  const id = await aReply("I am Ada Park, ring me.");
  await erasePersonFromInbound(app.system, {
    contactId: ada.id,
    organisationId: ada.organisationId,
    email: ada.email,
    words: [ada.email, "Dr Ada Park"],
  });
  const row = await inboundRow(app, { id, isNew: true, class: undefined });
  expect(JSON.stringify({ ...row, actions: [] })).not.toMatch(/ada|ring me/i);
  expect(row.class).toBe("human_reply");
});
