import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { DAY } from "../../../src/platform/clock.js";
import { suppress } from "../../../src/domain/consent/service.js";
import { stopAllOutreach } from "../../../src/domain/mail/switch-service.js";
import { bearer, browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, messageTo } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

describe("the one switch in the console", () => {
  test("is seen on every page while it is off, and only then", async () => {
    const viewer = await signedIn(app, "viewer");
    const pages = [
      "/console",
      "/console/organisations",
      "/console/tasks",
      "/console/letters",
      "/console/messages",
    ];
    for (const path of pages) expect((await viewer.get(path)).text).not.toContain("All outreach is stopped");
    await stopAllOutreach(await staffCtx(app), { reason: "A wrong <sentence> in the mail" });
    for (const path of pages) {
      const { text } = await viewer.get(path).expect(200);
      expect(text).toContain("<b>All outreach is stopped</b>");
      expect(text).toContain("A wrong &lt;sentence&gt; in the mail");
    }
  });

  test("is turned off by outreach with a reason, and on again by an administrator", async () => {
    const outreach = await signedIn(app, "outreach");
    const empty = await outreach.post("/console/sending/stop").type("form").send({ reason: "" }).expect(422);
    expect(empty.text).toContain("One answer needs a look");
    await outreach.post("/console/sending/stop").type("form").send({ reason: "Wrong list" }).expect(303);
    expect((await outreach.get("/console/sending")).text).toContain(
      "An administrator can let outreach go on",
    );
    await outreach.post("/console/sending/resume").expect(403);
    const admin = await signedIn(app);
    await admin.post("/console/sending/resume").expect(303);
    expect((await admin.get("/console/sending?done=resumed")).text).toContain("Outreach goes on");
  });

  test("is turned by a script, too", async () => {
    const authorization = await bearer(app);
    const asScript = (method: "get" | "post", path: string) => {
      const request = browser(app)[method](`/api/v1/sending${path}`);
      return request.set("Authorization", authorization);
    };
    expect((await asScript("get", "")).body).toEqual({
      stopped_at: null,
      stopped_by: null,
      reason: null,
      waiting: 0,
    });
    const stopped = (await asScript("post", "/stop")).status;
    expect(stopped).toBe(422);
    const answer = await browser(app)
      .post("/api/v1/sending/stop")
      .set("Authorization", await bearer(app))
      .send({ reason: "script" })
      .expect(200);
    expect(answer.body).toEqual({ changed: true });
    expect((await asScript("get", "")).body).toMatchObject({ reason: "script" });
    expect((await asScript("post", "/resume")).body).toEqual({ changed: true });
  });
});

describe("consent in the console", () => {
  test("lists what ends soon, and one press says that somebody looked today", async () => {
    const contact = await aContact(app, { organisation: "Vesta Orbital" });
    const then = new Date(app.clock.now().getTime() - 800 * DAY);
    await app.db("contacts").update({ source_at: then });
    const outreach = await signedIn(app, "outreach");
    expect((await outreach.get("/console/consent")).text).toContain("Vesta Orbital");
    expect((await outreach.get(`/console/organisations/${contact.organisationId}`)).text).toContain(
      "Not written to since",
    );
    expect((await outreach.get(`/console/contacts/${contact.id}`)).text).toContain("Checked today: it holds");
    await outreach
      .post(`/console/contacts/${contact.id}/basis`)
      .type("form")
      .send({ outcome: "holds", basis_note: "on their page" })
      .expect(303);
    expect((await outreach.get("/console/consent")).text).toContain("Nothing ends within 60 days");
    expect((await outreach.get(`/console/contacts/${contact.id}`)).text).toContain("on their page");
  });

  test("lets an administrator set a country's rule, and staff approve a first mail on its page", async () => {
    const admin = await signedIn(app);
    const rule = {
      first_contact: "approve_each",
      first_contact_person: "approve_each",
      why: "Counsel.",
      source: "",
    };
    await admin.post("/console/countries/NO").type("form").send(rule).expect(422);
    await admin
      .post("/console/countries/NO")
      .type("form")
      .send({ ...rule, source: "Counsel" })
      .expect(303);
    expect((await admin.get("/console/countries")).text).toContain("Norway");
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    const { id } = await messageTo(app, contact);
    const page = `/console/messages/${String(id)}`;
    expect((await admin.get(page)).text).toContain("asks a person to look at each first mail");
    await admin.post(`${page}/approve`).expect(303);
    await settle(app);
    expect(await messageTo(app, contact)).toMatchObject({ state: "sent" });
    await admin.post("/console/countries/NO/reset").expect(303);
    expect(await app.db("country_policies")).toEqual([]);
  });

  test("takes back staff's stops with a reason, and shows that a person's own is theirs alone", async () => {
    await suppress(app.system, { email: "a@vesta.example", reason: "staff", source: "phone" });
    await suppress(app.system, {
      email: "b@vesta.example",
      reason: "unsubscribed",
      source: "unsubscribe link",
    });
    const admin = await signedIn(app);
    const list = (await admin.get("/console/suppressions")).text;
    expect(list).toContain("theirs alone");
    expect(list).not.toContain("vesta.example");
    const rows = (await app.db("suppressions").select("id", "reason")) as { id: string; reason: string }[];
    for (const { id, reason } of rows) {
      await admin.get(`/console/suppressions/${id}`).expect(200);
      const answer = await admin
        .post(`/console/suppressions/${id}/lift`)
        .type("form")
        .send({ why: "They called." });
      expect(answer.status).toBe(reason === "staff" ? 303 : 422);
    }
    expect(await app.db("suppressions").pluck("reason")).toEqual(["unsubscribed"]);
  });

  test("erases a person after a page that says what it does", async () => {
    const contact = await aContact(app, { name: "Ottoline Quenby" });
    const admin = await signedIn(app);
    const page = `/console/contacts/${contact.id}/erase`;
    expect((await admin.get(page)).text).toContain("This can’t be undone");
    await admin.post(page).type("form").send({ stop: "on" }).expect(422);
    await admin.post(page).type("form").send({ stop: "on", confirm: "on" }).expect(303);
    const dossier = await admin
      .get(`/console/organisations/${contact.organisationId}?done=erased`)
      .expect(200);
    expect(dossier.text).toContain("The person has been erased");
    expect(dossier.text).not.toContain("Ottoline");
    await admin.get(page).expect(404);
    await admin.get(`/console/contacts/${contact.id}`).expect(404);
  });

  test("does the same for scripts", async () => {
    const contact = await aContact(app);
    const authorization = await bearer(app);
    const ask = (method: "get" | "post" | "put" | "delete", path: string, body?: object) =>
      browser(app)[method](`/api/v1${path}`).set("Authorization", authorization).send(body);
    await app.db("contacts").update({ source_at: new Date(app.clock.now().getTime() - 800 * DAY) });
    expect((await ask("get", "/ending-bases").expect(200)).body).toMatchObject({
      items: [{ contact_id: contact.id, expired: true }],
    });
    await ask("post", `/contacts/${contact.id}/basis`, { outcome: "holds" }).expect(204);
    const rule = {
      first_contact: "allowed",
      first_contact_person: "forbidden",
      why: "Counsel.",
      source: "Counsel",
    };
    await ask("put", "/country-policies/FJ", rule).expect(204);
    const { items } = (await ask("get", "/country-policies").expect(200)).body as {
      items: { country: string }[];
    };
    expect(items.map(({ country }) => country)).toContain("FJ");
    await ask("delete", "/country-policies/FJ").expect(204);
    await ask("post", `/contacts/${contact.id}/erase`, { confirm: true, stop: true }).expect(204);
    await ask("get", `/contacts/${contact.id}`).expect(404);
  });
});
