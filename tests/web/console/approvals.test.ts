import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { setCountryPolicy } from "../../../src/domain/consent/policy-service.js";
import { signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestContact, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol, enrolmentsOf, messagesTo } from "../../support/sequence.js";
import { settle } from "../../support/settle.js";

type Visitor = Awaited<ReturnType<typeof signedIn>>;

let app: TestApp;
let letter: TestLetter;
let staff: Visitor;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  letter = await aLetter(app);
  staff = await signedIn(app, "outreach");
});

/** People whose first mail waits for somebody to read it. */
async function waiting(count: number, name?: string | null): Promise<TestContact[]> {
  const people = [];
  for (let n = 0; n < count; n += 1) people.push(await aContact(app, name === undefined ? {} : { name }));
  const steps = [aStep("First words", { approval: "each" }), aStep("Second words", { delay_days: 3 })];
  await enrol(app.system, await aSequence(app.system, letter, { steps }), people);
  return people;
}

async function draftOf(contact: TestContact): Promise<string> {
  return (await messagesTo(app, contact))[0]?.id ?? "";
}

describe("a campaigner reads the mails that wait", () => {
  test("each with its words, and approves those she has ticked", async () => {
    const people = await waiting(3);
    const page = (await staff.get("/console/approvals").expect(200)).text;
    expect(page).toMatch(/Waiting <b>3<\/b>/);
    expect(page).toContain("Dear Dr Ada Park, First words");
    expect((await staff.get("/console").expect(200)).text).toMatch(/Mails to approve <b>3<\/b>/);
    const ticked = await Promise.all(people.slice(0, 2).map(draftOf));
    const done = await staff.post("/console/approvals").type("form").send({ mail: ticked }).expect(303);
    const after = (await staff.get(String(done.headers["location"])).expect(200)).text;
    expect(after).toContain("2 mails go out");
    expect(after).toMatch(/Waiting <b>1<\/b>/);
    await settle(app);
    const states = await Promise.all(people.map(async (each) => (await messagesTo(app, each))[0]?.state));
    expect(states).toEqual(["sent", "sent", "draft"]);
  });

  test("and is told when she has ticked none", async () => {
    await waiting(1);
    const answer = await staff.post("/console/approvals").type("form").send({}).expect(422);
    expect(answer.text).toContain("Tick at least one mail.");
  });

  test("one that a colleague has settled meanwhile holds up no other", async () => {
    const [one, two] = await waiting(2);
    const ids = [await draftOf(one as TestContact), await draftOf(two as TestContact)];
    await staff.post(`/console/approvals/${ids[0]}/reject`).expect(303);
    const done = await staff.post("/console/approvals").type("form").send({ mail: ids }).expect(303);
    expect(done.headers["location"]).toBe("/console/approvals?approved=1&refused=1");
  });

  test("writes other words for one contact, looks again, and approves them", async () => {
    const [contact] = (await waiting(1)) as [TestContact];
    const base = `/console/approvals/${await draftOf(contact)}`;
    const page = (await staff.get(base).expect(200)).text;
    expect(page).toContain("Dear {{contact.name}}, First words");
    const wrong = { subject: "Hello", body: "Dear {{contact.nmae}}", act: "approve" };
    const refused = await staff.post(base).type("form").send(wrong).expect(422);
    expect(refused.text).toContain("{{contact.nmae}} is not a name a mail can use");
    expect(refused.text).toContain("Dear {{contact.nmae}}</textarea>");

    const edited = { subject: "A word for you", body: "Dear {{contact.first_name}}, it was good to meet." };
    await staff
      .post(base)
      .type("form")
      .send({ ...edited, act: "keep" })
      .expect(303);
    expect((await staff.get(`${base}/preview`).expect(200)).text).toContain("Dear Ada, it was good to meet.");
    expect((await messagesTo(app, contact))[0]?.state).toBe("draft");
    await staff
      .post(base)
      .type("form")
      .send({ ...edited, act: "approve" })
      .expect(303);
    await settle(app);
    expect((await messagesTo(app, contact))[0]).toMatchObject({ state: "sent", subject: "A word for you" });
    const late = await staff
      .post(base)
      .type("form")
      .send({ ...edited, act: "approve" })
      .expect(422);
    expect(late.text).toContain("Does not wait any more");
  });

  test("sees which value is missing, and can take the name out of the text", async () => {
    const [contact] = (await waiting(1, null)) as [TestContact];
    const base = `/console/approvals/${await draftOf(contact)}`;
    expect((await staff.get("/console/approvals")).text).toContain("No value for contact.name");
    expect((await staff.get(base).expect(200)).text).toContain("There is no value for contact.name");
    await staff.get(`${base}/preview`).expect(404);
    await staff.post(base).type("form").send({ subject: "Hello", body: "Good day." }).expect(303);
  });

  test("leaves one unsent, which ends the sequence for that contact", async () => {
    const [contact] = (await waiting(1)) as [TestContact];
    await staff.post(`/console/approvals/${await draftOf(contact)}/reject`).expect(303);
    expect((await staff.get("/console/approvals?left=1")).text).toContain("left unsent");
    expect(await enrolmentsOf(app, contact)).toMatchObject([{ state: "finished" }]);
  });

  test("skips one, and the sequence goes on with its next mail", async () => {
    const [contact] = (await waiting(1)) as [TestContact];
    const base = `/console/approvals/${await draftOf(contact)}`;
    expect((await staff.get(base).expect(200)).text).toContain("Skip this mail");
    const done = await staff.post(`${base}/skip`).expect(303);
    expect((await staff.get(String(done.headers["location"]))).text).toContain("The mail was left out.");
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["cancelled", "queued"]);
    expect((await staff.post(`${base}/skip`).expect(422)).text).toContain("Nothing was changed.");
  });

  test("a viewer reads them all and is offered no act", async () => {
    const [contact] = (await waiting(1)) as [TestContact];
    const viewer = await signedIn(app, "viewer");
    for (const path of ["/console/approvals", `/console/approvals/${await draftOf(contact)}`]) {
      const page = (await viewer.get(path).expect(200)).text;
      expect(page).toContain("First words");
      expect(page).not.toMatch(/<button class="btn/);
    }
  });
});

describe("a mail that was queued when the rule of its country changed", () => {
  test("waits with the others, is read, gets other words and goes out, or is left unsent", async () => {
    const people = [await aContact(app, { country: "SE" }), await aContact(app, { country: "SE" })] as const;
    await enrol(app.system, await aSequence(app.system, letter, { steps: [aStep("First words")] }), people);
    const rule = { first_contact: "approve_each", first_contact_person: "approve_each" } as const;
    await setCountryPolicy(await staffCtx(app), "SE", {
      ...rule,
      why: "Counsel asks",
      source: "Memo of May",
    });
    await settle(app);
    const [first, second] = [await draftOf(people[0]), await draftOf(people[1])];
    const list = (await staff.get("/console/approvals").expect(200)).text;
    expect(list).toMatch(/Waiting <b>2<\/b>/);
    expect(list).toContain("A first mail: the country’s rule asks a person to look at it");
    expect(list).not.toContain(" disabled");
    const base = `/console/approvals/${first}`;
    expect((await staff.get(base).expect(200)).text).toContain("Waits for approval");
    const words = { subject: "Hello", body: "Dear {{contact.name}}, other words" };
    await staff
      .post(base)
      .type("form")
      .send({ ...words, act: "keep" })
      .expect(303);
    await staff
      .post(base)
      .type("form")
      .send({ ...words, act: "approve" })
      .expect(303);
    await staff.post(`/console/approvals/${second}/reject`).expect(303);
    await settle(app);
    expect((await messagesTo(app, people[0]))[0]).toMatchObject({ state: "sent", subject: "Hello" });
    expect((await messagesTo(app, people[1]))[0]).toMatchObject({ state: "cancelled" });
  });
});
