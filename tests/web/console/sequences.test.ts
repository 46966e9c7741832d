import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { pauseOutreach } from "../../../src/domain/outreach/stopping-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { signedIn, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, type TestLetter } from "../../support/mailing.js";
import { enrolmentsOf, messagesTo } from "../../support/sequence.js";
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

async function post(path: string, fields: Record<string, string | string[]> = {}, status = 303) {
  return staff.post(path).type("form").send(fields).expect(status);
}

/** A draft with no mails, as the form makes it. */
async function aDraft(name = "Operators"): Promise<string> {
  const answer = await post("/console/sequences", { name, letter: letter.slug });
  return String(answer.headers["location"]);
}

function words(subject: string, change: Record<string, string> = {}): Record<string, string> {
  return {
    languages: "en",
    "subject-en": subject,
    "body-en": `Dear {{contact.name}}, ${subject}: {{invitation.link}}`,
    delay_days: "0",
    approval: "automatic",
    ...change,
  };
}

/** A running sequence of mails, written in the forms. */
async function running(...mails: Record<string, string>[]): Promise<string> {
  const base = await aDraft();
  for (const mail of mails) await post(`${base}/step`, mail);
  await post(`${base}/activate`);
  return base;
}

async function keyOf(base: string, position: number): Promise<string> {
  const page = await staff.get(base).expect(200);
  const keys = [...page.text.matchAll(/name="key" value="([0-9a-f-]{36})"/g)].map((match) => match[1] ?? "");
  return keys[position - 1] ?? "";
}

describe("a campaigner writes a sequence", () => {
  test("of three mails, reads the plan, looks at it for a real contact and sets it going", async () => {
    const contact = await aContact(app, { organisation: "Vesta & <Sons>" });
    const base = await aDraft();
    expect((await staff.get(base).expect(200)).text).toContain("No mail is written yet");
    await post(`${base}/step`, words("First {{organisation.name}}"));
    await post(`${base}/step`, words("Second", { delay_days: "5", approval: "each" }));
    await post(`${base}/step`, words("Third", { delay_days: "10" }));

    const plan = (await staff.get(base).expect(200)).text;
    expect(plan).toMatch(
      /Mail 1[^]*at once[^]*automatic[^]*Mail 2[^]*5 working days later[^]*each mail is approved/,
    );
    expect(plan).toContain("10 working days later");

    const look = (await staff.get(`${base}/look?step=1&contact=${contact.id}`).expect(200)).text;
    expect(look).toContain("First Vesta &amp; &lt;Sons&gt;");
    const frame = await staff.get(`${base}/preview?step=2&contact=${contact.id}`).expect(200);
    expect(frame.text).toContain("Dear Dr Ada Park, Second");
    expect(frame.headers["content-security-policy"]).toContain("sandbox");

    await post(`${base}/activate`);
    expect((await staff.get("/console/sequences").expect(200)).text).toMatch(/Operators[^]*Running/);
  });

  test("and a wrong name in a text comes back with the sentence at the field and all that was typed", async () => {
    const base = await aDraft();
    const wrong = words("Hello", { "body-en": "Dear {{contact.nmae}}", delay_days: "7" });
    const answer = await post(`${base}/step`, wrong, 422);
    expect(answer.text).toContain("{{contact.nmae}} is not a name a mail can use");
    expect(answer.text).toContain('href="#f-body-en"');
    expect(answer.text).toContain("Dear {{contact.nmae}}</textarea>");
    expect(answer.text).toContain('value="7"');
    const empty = await post("/console/sequences", { name: "", letter: letter.slug }, 422);
    expect(empty.text).toContain("This answer is missing.");
  });

  test("adds a language to a mail without losing what is typed, and nothing is saved by it", async () => {
    const base = await aDraft();
    const more = { ...words("Hello"), act: "language", add: "fr" };
    const answer = await post(`${base}/step`, more, 200);
    expect(answer.text).toContain('name="subject-fr"');
    expect(answer.text).toContain('value="en fr"');
    expect(answer.text).toContain('value="Hello"');
    expect((await staff.get(base)).text).toContain("No mail is written yet");
    await post(`${base}/step`, {
      ...words("Hello"),
      languages: "en fr",
      "subject-fr": "Bonjour",
      "body-fr": "Bonjour.",
    });
    expect((await staff.get(base)).text).toContain("English, French");
  });

  test("moves a mail up, changes it, takes one out", async () => {
    const base = await running(words("One"), words("Two", { delay_days: "3" }));
    await post(`${base}/move`, { key: await keyOf(base, 2), to: "earlier" });
    expect((await staff.get(base)).text).toMatch(/Mail 1[^]*Two[^]*Mail 2[^]*One/);
    const key = await keyOf(base, 1);
    expect((await staff.get(`${base}/step?key=${key}`).expect(200)).text).toContain('value="Two"');
    await post(`${base}/step`, words("Zwei", { key, delay_days: "3" }));
    expect((await staff.get(base)).text).toContain("Zwei");
    await post(`${base}/move`, { key, to: "out" });
    expect((await staff.get(base)).text).not.toContain("Zwei");
  });

  test("sets hours of her own, and hours that end before they begin come back", async () => {
    const base = await aDraft();
    const hours = { name: "Operators", hours: "own", from: "10:00", to: "12:00", days: ["2", "4"] };
    await post(`${base}/rules`, hours);
    expect((await staff.get(base)).text).toContain("10:00 to 12:00 where the contact is, Tue, Thu");
    const wrong = await post(`${base}/rules`, { ...hours, to: "09:00" }, 422);
    expect(wrong.text).toContain("The hours have to end after they begin");
    expect(wrong.text).toContain('href="#f-to"');
    const none = await post(
      `${base}/rules`,
      { name: "Operators", hours: "own", from: "10:00", to: "12:00" },
      422,
    );
    expect(none.text).toContain("Choose at least one day of the week");
  });

  test("sends a mail to herself as a test, and to nobody else", async () => {
    const contact = await aContact(app);
    const base = await running(words("First"));
    const sent = await post(`${base}/test`, { contact: contact.id, step: "1", language: "en" });
    expect((await staff.get(String(sent.headers["location"])).expect(200)).text).toContain(
      "A test is on its way",
    );
    await settle(app);
    const rows: { to_email: string; subject: string }[] = await app.db("messages");
    expect(rows.map((row) => row.subject)).toEqual(["[Test] First"]);
    expect(rows[0]?.to_email).not.toBe(contact.email);
  });
});

describe("a campaigner enrols", () => {
  test("by a dry run that says who gets what and when and who is left out, and then exactly those ticked", async () => {
    const base = await running(words("First"), words("Second", { delay_days: "5" }));
    const [one, two] = [await aContact(app, { country: "BR" }), await aContact(app, { country: "BR" })];
    await aContact(app, { country: "BR", status: "address_invalid", organisation: "Dead Letter Ltd" });
    const other = await aContact(app, { country: "JP" });
    const dry = (await staff.get(`${base}/enrol?country=BR`).expect(200)).text;
    expect(dry).toMatch(/Would be enrolled <b>2<\/b>/);
    // Monday 06:00 in São Paulo: the first mail goes when the office opens.
    expect(dry).toContain("Mon 1 Mar, 09:00");
    expect(dry).toContain("Brazil · 1 Mar, 12:00 UTC");
    expect(dry).toContain("Mon 8 Mar, 09:00");
    expect(dry).not.toContain("after approval");
    // The rule of that country wants somebody to look at each first mail.
    expect((await staff.get(`${base}/enrol?country=JP`)).text).toContain("after approval");
    expect(dry).toContain("The address is known to be dead: 1");
    expect(await app.db("enrolments")).toEqual([]);

    const done = await post(`${base}/enrol`, { contact: [one.id], rest: "" });
    const page = (await staff.get(String(done.headers["location"])).expect(200)).text;
    expect(page).toContain("1 contact is enrolled.");
    expect(await enrolmentsOf(app, one)).toMatchObject([{ state: "pending", state_reason: "window" }]);
    expect([await enrolmentsOf(app, two), await enrolmentsOf(app, other)]).toEqual([[], []]);
  });

  test("by a filter that she keeps under a name and uses again", async () => {
    const base = await running(words("First"));
    await aContact(app, { country: "JP" });
    const kept = await post(`${base}/filter`, { name: "Japan", country: "JP" });
    const address = String(kept.headers["location"]);
    expect((await staff.get(address).expect(200)).text).toMatch(/Would be enrolled <b>1<\/b>/);
    const twice = await post(`${base}/filter`, { name: "japan", country: "JP" }, 422);
    expect(twice.text).toContain("Another segment has this name");
    expect(twice.text).toContain('value="japan"');
    expect((await staff.get("/console/segments").expect(200)).text).toMatch(/Japan[^]*Japan/);
    const id = new URLSearchParams(address.split("?")[1]).get("segment_id");
    await post(`/console/segments/${id}/delete`);
    expect((await staff.get("/console/segments")).text).toContain("No filter is saved");
  });

  test("more than 50 only with a second person, who approves on the same page", async () => {
    const base = await running(words("First"));
    const people = [];
    for (let n = 0; n < 51; n += 1) people.push(await aContact(app));
    const colleague = await signedIn(app, "outreach");
    expect((await staff.get(`${base}/enrol?show=1`)).text).toContain(
      "only after a second person has approved",
    );
    const ids = people.map((person) => person.id);
    const done = await post(`${base}/enrol`, { contact: ids.slice(0, 1), rest: ids.slice(1).join(" ") });
    expect((await staff.get(String(done.headers["location"]))).text).toContain(
      "51 contacts wait for a second person",
    );
    const seen = (await colleague.get(base).expect(200)).text;
    const batch = /name="batch" value="([0-9a-f-]{36})"/.exec(seen)?.[1] ?? "";
    await staff.post(`${base}/approve-batch`).type("form").send({ batch }).expect(403);
    await colleague.post(`${base}/approve-batch`).type("form").send({ batch }).expect(303);
    expect((await staff.get(base)).text).not.toContain("wait for a second person");
    expect(await app.db("messages").where({ state: "queued" })).toHaveLength(51);
  });

  test("and those enrolled keep the words they began with when she changes the mail", async () => {
    const contact = await aContact(app);
    const base = await running(words("Old words"));
    await post(`${base}/enrol`, { contact: contact.id });
    const key = await keyOf(base, 1);
    expect((await staff.get(`${base}/step?key=${key}`)).text).toContain(
      "The 1 who are enrolled keep the words",
    );
    await post(`${base}/step`, words("New words", { key }));
    await settle(app);
    expect((await messagesTo(app, contact))[0]).toMatchObject({ state: "sent", subject: "Old words" });
  });
});

describe("a campaigner pauses and resumes", () => {
  test("an organisation until a day, with a reason that colleagues read, and lets it go on", async () => {
    const contact = await aContact(app, { organisation: "Rimfrost Thermal" });
    const base = await running(words("First"));
    const dossier = `/console/organisations/${contact.organisationId}`;
    const hold = { scope: "organisation", subject_id: contact.organisationId };
    const past = await post("/console/holds", { ...hold, reason: "We meet them", until: "2027-02-01" }, 422);
    expect(past.text).toContain("Choose a date that is still to come");
    expect(past.text).toContain('value="We meet them"');
    const done = await post("/console/holds", { ...hold, reason: "We meet them", until: "2027-03-08" });
    expect(done.headers["location"]).toBe(`${dossier}#sequences`);
    expect((await staff.get(dossier)).text).toMatch(/Paused: the whole organisation[^]*We meet them/);
    expect((await staff.get("/console/holds")).text).toMatch(/Rimfrost Thermal[^]*We meet them/);
    expect((await staff.get(`${base}/enrol?show=1`)).text).toContain("is paused: 1");
    await post("/console/holds/end", hold);
    expect((await staff.get(dossier)).text).toContain("Earlier pauses: 1");
    expect((await staff.get(`${base}/enrol?show=1`)).text).toMatch(/Would be enrolled <b>1<\/b>/);
  });

  test("one contact on the way, says that they have met, and nothing more goes out", async () => {
    const contact = await aContact(app);
    const base = await running(words("First"), words("Second", { delay_days: "2" }));
    await post(`${base}/enrol`, { contact: contact.id });
    await settle(app);
    const [message] = await messagesTo(app, contact);
    const page = await staff.get(`/console/messages/${message?.id}`).expect(200);
    expect(page.text).toContain(`href="${base}">its sequence</a>`);
    await post("/console/holds", { scope: "contact", subject_id: contact.id });
    const dossier = `/console/organisations/${contact.organisationId}`;
    expect((await staff.get(dossier)).text).toContain("Paused: by staff");
    const [enrolment] = await enrolmentsOf(app, contact);
    await post(`/console/enrolments/${enrolment?.id}/end`, { reason: "meeting" });
    expect((await staff.get(dossier)).text).toContain("Ended: a meeting was agreed");
    app.clock.advance(7 * DAY);
    await settle(app);
    expect((await messagesTo(app, contact)).map((message) => message.state)).toEqual(["sent", "cancelled"]);
  });

  test("sees under Paused who is away until when, and lets that go on sooner", async () => {
    const contact = await aContact(app, { organisation: "Rimfrost Thermal" });
    const base = await running(words("First"), words("Second", { delay_days: "2" }));
    expect((await staff.get("/console/holds")).text).toContain("Nobody is away");
    await post(`${base}/enrol`, { contact: contact.id });
    await settle(app);
    const scope = { organisationId: contact.organisationId, contactId: contact.id };
    const until = new Date(app.clock.now().getTime() + 7 * DAY);
    await pauseOutreach(app.system, scope, { reason: "out_of_office", until });
    const held = (await messagesTo(app, contact)).at(-1);
    const page = await staff.get(`/console/messages/${held?.id}`).expect(200);
    expect(page.text).toContain("Paused: the recipient is away");
    expect((await staff.get("/console/holds")).text).toMatch(/Away <b>1<\/b>[^]*Rimfrost Thermal/);
    await post("/console/holds/end", { scope: "contact", subject_id: contact.id, from: "holds" });
    expect((await staff.get("/console/holds")).text).toContain("Nobody is away");
    expect((await enrolmentsOf(app, contact))[0]).toMatchObject({ state: "active" });
  });

  test("a whole sequence, and stops it for good", async () => {
    const contact = await aContact(app);
    const base = await running(words("First"));
    const id = base.split("/").at(-1) ?? "";
    await post("/console/holds", { scope: "sequence", subject_id: id, reason: "The text is wrong" });
    expect((await staff.get(base)).text).toContain("The text is wrong");
    await post(`${base}/enrol`, { contact: contact.id });
    await settle(app);
    expect((await messagesTo(app, contact)).filter((message) => message.state === "sent")).toEqual([]);
    await post("/console/holds/end", { scope: "sequence", subject_id: id });
    await post(`${base}/stop`);
    const page = (await staff.get(base)).text;
    expect(page).toContain("Stopped");
    expect(page).not.toContain("Enrol contacts");
    const late = await post(`${base}/activate`, {}, 422);
    expect(late.text).toContain("has been stopped and stays so");
  });

  test("and takes everybody at an organisation out at once", async () => {
    const base = await aDraft();
    const rules = { name: "Operators", hours: "any", row_version: "" };
    await post(`${base}/rules`, rules);
    await post(`${base}/step`, words("First", { approval: "each" }));
    await post(`${base}/activate`);
    const first = await aContact(app);
    const { organisationId } = first;
    const second = await aContact(app, { organisationId, name: "Jon Vale" });
    await post(`${base}/enrol`, { contact: [first.id, second.id] });
    const dossier = `/console/organisations/${organisationId}`;
    expect((await staff.get(dossier)).text).toContain("Take all 2 out");
    await post("/console/holds/stop", { scope: "organisation", subject_id: organisationId });
    expect((await staff.get(dossier)).text).toMatch(/Ended: taken out[^]*Ended: taken out/);
    expect((await staff.get("/console/approvals")).text).toContain("Nothing waits");
  });

  test("outreach about a letter, on the page of the letter", async () => {
    const page = (await staff.get(`/console/letters/${letter.slug}`).expect(200)).text;
    expect(page).toContain("Pause outreach");
    const done = await post("/console/holds", {
      scope: "letter",
      subject_id: letter.id,
      reason: "New facts",
    });
    expect(done.headers["location"]).toBe(`/console/letters/${letter.slug}`);
    expect((await staff.get(`/console/letters/${letter.slug}`)).text).toContain("New facts");
  });
});
