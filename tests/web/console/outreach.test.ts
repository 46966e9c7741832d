import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { newId } from "../../../src/platform/ids.js";
import { browser, signedIn, testApp, type TestApp } from "../../support/app.js";
import { WORDS, aContact, aLetter, aMailing, messageTo, type TestLetter } from "../../support/mailing.js";
import { aSequence, aStep, enrol, messagesTo } from "../../support/sequence.js";
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

function form(change: Record<string, string> = {}): Record<string, string> {
  return { id: newId(app.clock), letter: letter.slug, ...WORDS, ...change };
}

async function written(change: Record<string, string> = {}): Promise<string> {
  const answer = await staff.post("/console/outreach").type("form").send(form(change)).expect(303);
  return String(answer.headers["location"]);
}

describe("staff looks at a waiting mail", () => {
  test("and cancels it on its page; a viewer can't", async () => {
    const contact = await aContact(app);
    await aMailing(app.system, letter, [contact]);
    const base = `/console/messages/${String((await messageTo(app, contact))["id"])}`;
    expect((await (await signedIn(app, "viewer")).get(base).expect(200)).text).not.toContain(
      "Cancel this mail",
    );
    const page = (await staff.get(base).expect(200)).text;
    expect(page).toContain("Cancel this mail");
    expect(page).not.toContain("Skip this mail");
    await staff.post(`${base}/cancel`).expect(303).expect("location", base);
    const after = (await staff.get(base).expect(200)).text;
    expect(after).toContain("Cancelled: cancelled by staff");
    expect(after).not.toContain("Cancel this mail");
    expect((await staff.post(`${base}/cancel`).expect(422)).text).toContain("Nothing was changed.");
  });

  test("and skips it where it is one of a sequence", async () => {
    const contact = await aContact(app);
    const steps = [aStep("One", { approval: "each" }), aStep("Two", { delay_days: 1 })];
    const sequence = await aSequence(app.system, letter, { steps });
    await enrol(app.system, sequence, [contact]);
    const base = `/console/messages/${(await messagesTo(app, contact))[0]?.id}`;
    const page = (await staff.get(base).expect(200)).text;
    expect(page).toContain(`href="/console/sequences/${sequence.id}"`);
    expect(page).toContain("Skip this mail");
    await staff.post(`${base}/skip`).expect(303);
    expect((await messagesTo(app, contact)).map((each) => each.state)).toEqual(["cancelled", "queued"]);
  });
});

describe("staff writes a mail", () => {
  test("from the form, over the check page, into the queue and to captured mail", async () => {
    const contact = await aContact(app, { organisation: "Vesta & <Sons>" });
    const blank = await staff.get(`/console/outreach/new?letter=${letter.slug}`).expect(200);
    expect(blank.text).toContain("{{contact.first_name}}");
    expect(blank.text).toMatch(/name="id" value="[0-9a-f-]{36}"/);

    const address = await written();
    const check = await staff.get(address).expect(200);
    expect(check.text).toContain("Queue 1 mail");
    expect(check.text).toContain("Keep low orbit usable: will Vesta &amp; &lt;Sons&gt; sign?");
    expect(await app.db("messages")).toEqual([]);

    const frame = await staff.get(`${address}/preview?contact=${contact.id}`).expect(200);
    expect(frame.text).toContain("Vesta &amp; &lt;Sons&gt;");
    expect(frame.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(frame.headers["content-security-policy"]).toContain("sandbox");
    expect(frame.headers["x-frame-options"]).toBe("SAMEORIGIN");

    await staff.post(`${address}/queue`).expect(303).expect("location", address);
    await staff.post(`${address}/queue`).expect(303);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent", transport: "capture" });

    const after = await staff.get(address).expect(200);
    expect(after.text).toContain("Sent");
    const list = await staff.get("/console/mail").expect(200);
    expect(list.text).toContain("Vesta &amp; &lt;Sons&gt;");
  });

  test("and a wrong text comes back with the sentence at the field and all that was typed", async () => {
    const answer = await staff
      .post("/console/outreach")
      .type("form")
      .send(form({ body: "Dear {{contact.nmae}}", subject: "", q: "Vesta" }))
      .expect(422);
    expect(answer.text).toContain("{{contact.nmae}} is not a name a mail can use");
    expect(answer.text).toContain("This answer is missing.");
    expect(answer.text).toContain("Dear {{contact.nmae}}</textarea>");
    expect(answer.text).toContain('value="Vesta"');
    expect(answer.text).toContain("<title>Error:");
    expect(await app.db("sequences")).toEqual([]);
  });

  test("and changes it as long as it is a draft", async () => {
    await aContact(app);
    const address = await written();
    const edit = await staff.get(`${address}/edit`).expect(200);
    expect(edit.text).toContain("{{letter.title}}: will");
    const id = address.split("/").at(-1) ?? "";
    await staff
      .post("/console/outreach")
      .type("form")
      .send(form({ id, subject: "Another one" }))
      .expect(303);
    const check = await staff.get(address).expect(200);
    expect(check.text).toContain("<b>Another one</b>");
    await staff.post(`${address}/queue`).expect(303);
    await staff.get(`${address}/edit`).expect(303);
    const refused = await staff
      .post("/console/outreach")
      .type("form")
      .send(form({ id, subject: "Third" }))
      .expect(422);
    expect(refused.text).toContain("queued already");
  });

  test("sees who is left out and why, and that nobody is reached", async () => {
    await aContact(app, { status: "address_invalid", organisation: "Dead Letter Ltd" });
    const address = await written();
    const check = await staff.get(address).expect(200);
    expect(check.text).toContain("The address is known to be dead: 1");
    expect(check.text).toContain("Dead Letter Ltd");
    expect(check.text).toContain("Nobody would get this mail");
    const refused = await staff.post(`${address}/queue`).expect(422);
    expect(refused.text).toContain("Nobody would get this mail. Choose other recipients.");
  });

  test("to more than 50: a colleague approves on the same page", async () => {
    for (let n = 0; n < 51; n += 1) await aContact(app);
    const colleague = await signedIn(app, "outreach");
    const address = await written();
    expect((await staff.get(address)).text).toContain("Ask a colleague to approve 51 mails");
    await staff.post(`${address}/queue`).expect(303);
    expect((await staff.get(address)).text).not.toContain("Approve and queue");
    await staff.post(`${address}/approve`).expect(403);
    expect((await colleague.get(address)).text).toContain("Approve and queue 51 mails");
    await colleague.post(`${address}/approve`).expect(303);
    await settle(app);
    expect((await colleague.get(address)).text).toContain("<dt>Sent</dt><dd>51</dd>");
  });

  test("a viewer reads and can't write", async () => {
    await aContact(app);
    const address = await written();
    const viewer = await signedIn(app, "viewer");
    expect((await viewer.get(address).expect(200)).text).not.toContain("Queue 1");
    await viewer.get("/console/outreach").expect(200);
    await viewer.get("/console/outreach/new").expect(403);
    await viewer.post("/console/outreach").type("form").send(form()).expect(403);
    await viewer.post(`${address}/queue`).expect(403);
  });

  test("an address of nothing is an address of nothing", async () => {
    await staff.get("/console/outreach/not-an-id").expect(404);
    await staff.get(`/console/outreach/${newId(app.clock)}`).expect(404);
    await staff.get("/console/messages/not-an-id").expect(404);
    await staff.get(`/console/mail/${newId(app.clock)}/html`).expect(404);
  });
});

describe("a captured mail", () => {
  test("shows headers, text, HTML and working links, to staff who may read messages", async () => {
    const contact = await aContact(app);
    const address = await written();
    await staff.post(`${address}/queue`).expect(303);
    await settle(app);
    const { id } = await messageTo(app, contact);
    const pageOf = await staff.get(`/console/mail/${String(id)}`).expect(200);
    expect(pageOf.text).toMatch(/http:\/\/127\.0\.0\.1:8080\/r\/[\w-]{43}/);
    expect(pageOf.text).toContain("List-Unsubscribe-Post");
    expect(pageOf.text).toContain(contact.email);
    expect(pageOf.text).toContain('sandbox="allow-popups');
    const html = await staff.get(`/console/mail/${String(id)}/html`).expect(200);
    expect(html.text).toMatch(/href="http:\/\/127\.0\.0\.1:8080\/unsubscribe\/[\w-]{43}"/);
    expect(html.text).not.toContain("[[link:");
    expect(html.headers["content-security-policy"]).toContain("frame-ancestors 'self'");
    expect(html.headers["cache-control"]).toBe("no-store");
    const stranger = await browser(app).get(`/console/mail/${String(id)}/html`);
    expect(stranger.status).not.toBe(200);
    expect(stranger.text).not.toContain("/unsubscribe/");
  });

  test("shows its personal links to nobody who may only read", async () => {
    const contact = await aContact(app);
    const address = await written();
    await staff.post(`${address}/queue`).expect(303);
    await settle(app);
    const { id } = await messageTo(app, contact);
    const viewer = await signedIn(app, "viewer");
    for (const page of [`/console/mail/${String(id)}`, `/console/mail/${String(id)}/html`]) {
      const shown = await viewer.get(page).expect(200);
      expect(shown.text).not.toMatch(/\/(r|unsubscribe)\/[\w-]{43}/);
      expect(shown.text).toContain("[personal link]");
    }
  });

  test("keeps its personal links to itself once mail goes out by SMTP", async () => {
    const contact = await aContact(app);
    const address = await written();
    await staff.post(`${address}/queue`).expect(303);
    await settle(app);
    await app.db("messages").update({ transport: "smtp" });
    const { id } = await messageTo(app, contact);
    await staff.get(`/console/mail/${String(id)}`).expect(404);
    const shown = await staff.get(`/console/messages/${String(id)}`).expect(200);
    const html = await staff.get(`/console/messages/${String(id)}/html`).expect(200);
    for (const text of [shown.text, html.text]) {
      expect(text).not.toMatch(/\/(r|unsubscribe)\/[\w-]{43}/);
      expect(text).toContain("[personal link]");
    }
  });
});

describe("an uncertain message", () => {
  test("is settled by a person, from its page", async () => {
    const contact = await aContact(app);
    const address = await written();
    await staff.post(`${address}/queue`).expect(303);
    await settle(app);
    const { id } = await messageTo(app, contact);
    await app.db("messages").update({ state: "uncertain", finished_at: null, lease_until: app.clock.now() });
    const list = await staff.get("/console/messages?status=uncertain").expect(200);
    expect(list.text).toContain("Uncertain, never resent");
    const pageOf = await staff.get(`/console/messages/${String(id)}`).expect(200);
    expect(pageOf.text).toContain("Nobody knows whether this mail was accepted");
    const resolve = `/console/messages/${String(id)}/resolution`;
    await staff.post(resolve).type("form").send({ as: "perhaps" }).expect(422);
    await staff.post(resolve).type("form").send({ as: "sent" }).expect(303);
    const again = await staff.post(resolve).type("form").send({ as: "requeue" }).expect(422);
    expect(again.text).toContain("settled already");
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
  });
});
