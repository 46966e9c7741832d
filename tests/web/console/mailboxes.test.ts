import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { settingsMailbox } from "../../../src/domain/mail/mailbox-account-service.js";
import { pauseByItself } from "../../../src/domain/mail/mailbox-health-service.js";
import { findMailbox } from "../../../src/domain/mail/mailbox-views.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../../support/app.js";
import { aLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";
import { smtpSink, type SmtpSink } from "../../support/smtp-sink.js";

let app: TestApp;
let sink: SmtpSink;
let admin: ReturnType<typeof browser>;

beforeAll(async () => {
  sink = await smtpSink();
  app = await testApp({ config: { unsafeTestDb: false } });
});
afterAll(async () => {
  await app.mailers.close();
  await app.close();
  await sink.close();
});
beforeEach(async () => {
  await app.database.clean();
  sink.mails.length = 0;
  sink.behave("accept");
  await aLetter(app);
  admin = await signedIn(app);
});

const filledIn = () => ({
  name: "Press office",
  from_email: "press@office.example",
  smtp_host: "127.0.0.1",
  smtp_port: new URL(sink.url).port,
  smtp_security: "none",
  smtp_user: "press",
  smtp_password: "hush-hush",
  imap_folder: "INBOX",
  foreign_envelope: "on",
});

async function aMailbox(change: Record<string, string> = {}): Promise<string> {
  const answer = await admin
    .post("/console/mailboxes")
    .type("form")
    .send({ ...filledIn(), ...change })
    .expect(303);
  return String(/mailboxes\/([0-9a-f-]{36})/.exec(answer.headers["location"] as string)?.[1]);
}

describe("an administrator in the console", () => {
  test("adds a mailbox, sees how it stands and what the DNS has to say; the password shows nowhere", async () => {
    const id = await aMailbox();
    const shown = await admin.get(`/console/mailboxes/${id}`).expect(200);
    expect(shown.text).toContain("press@office.example");
    expect(shown.text).toContain("password kept");
    expect(shown.text).toContain("_dmarc.office.example");
    const pages = ["", `/${id}`, `/${id}/edit`].map((path) => admin.get(`/console/mailboxes${path}`));
    for (const page of await Promise.all(pages)) expect(page.text).not.toContain("hush");
  });

  test("gets a wrong form back with what they typed, but not with the password", async () => {
    const answer = await admin
      .post("/console/mailboxes")
      .type("form")
      .send({ ...filledIn(), smtp_host: "mail.office.example", from_name: "Typed before" })
      .expect(422);
    expect(answer.text).toContain("Typed before");
    expect(answer.text).toContain("A password may travel in clear within this machine only");
    expect(answer.text).not.toContain("hush");
  });

  test("changes limits without typing the password again", async () => {
    const id = await aMailbox();
    const { smtp_password: _password, ...rest } = filledIn();
    const form = { ...rest, cap_day: "50", row_version: "1" };
    await admin
      .post(`/console/mailboxes/${id}/edit`)
      .type("form")
      .send({ ...form, smtp_password: "" })
      .expect(303);
    expect(await findMailbox(app.system, id)).toMatchObject({
      capDay: 50,
      hasSmtpPassword: true,
      foreignEnvelope: true,
    });
    await admin.post(`/console/mailboxes/${id}/edit`).type("form").send(form).expect(422);
  });

  test("tries the connection and reads what went wrong", async () => {
    const id = await aMailbox({ smtp_user: "" });
    const good = await admin.post(`/console/mailboxes/${id}/test`).expect(303);
    const page = await admin.get(good.headers["location"] as string);
    expect(page.text).toContain("It works");
    sink.behave("drop_at_connect");
    const bad = await admin.post(`/console/mailboxes/${id}/test`).expect(422);
    expect(bad.text).toContain("the mail server could not be reached");
  });

  test("sends a mail to themselves through it", async () => {
    const id = await aMailbox({ smtp_user: "" });
    await admin.post(`/console/mailboxes/${id}/test-mail`).expect(303);
    await settle(app);
    expect(sink.mails).toHaveLength(1);
  });

  test("stops it with a reason, lets it go on, and puts it away", async () => {
    const id = await aMailbox();
    await admin.post(`/console/mailboxes/${id}/pause`).type("form").send({ reason: "" }).expect(422);
    await admin
      .post(`/console/mailboxes/${id}/pause`)
      .type("form")
      .send({ reason: "The provider moves" })
      .expect(303);
    expect((await admin.get("/console/mailboxes")).text).toContain("The provider moves");
    await admin.post(`/console/mailboxes/${id}/resume`).expect(303);
    await admin.post(`/console/mailboxes/${id}/resume`).expect(422);
    await admin.post(`/console/mailboxes/${id}/archive`).expect(303);
    await admin.get(`/console/mailboxes/${id}`).expect(404);
  });

  test("reads on Today and among the tasks that a mailbox stands still, and gets there", async () => {
    const { id } = await settingsMailbox(app.system);
    await pauseByItself(app.system, id, "login_refused", {});
    const today = await admin.get("/console").expect(200);
    expect(today.text).toContain("A mailbox stands still");
    expect(today.text).toContain("the mail server refused the login");
    expect((await admin.get("/console/tasks")).text).toContain(`/console/mailboxes/${id}`);
    const page = await admin.get(`/console/mailboxes/${id}`).expect(200);
    expect(page.text).toContain("Let it go on");
  });
});

describe("a script", () => {
  test("sets a mailbox up, reads it without its secrets, changes, stops and resumes it", async () => {
    const auth = await bearer(app);
    const post = (path: string, body: object) =>
      browser(app).post(`/api/v1/mailboxes${path}`).set("Authorization", auth).send(body);
    const { foreign_envelope: _foreign, ...body } = filledIn();
    const { id } = (await post("", { ...body, smtp_port: Number(body.smtp_port) }).expect(201)).body as {
      id: string;
    };
    const listed = await browser(app).get("/api/v1/mailboxes").set("Authorization", auth).expect(200);
    expect(listed.body).toMatchObject({
      items: [{ id, has_smtp_password: true, state: "active", health: "good" }],
    });
    expect(listed.text).not.toContain("hush");
    const changed = await browser(app)
      .patch(`/api/v1/mailboxes/${id}`)
      .set("Authorization", auth)
      .send({ cap_minute: 5, row_version: 1 })
      .expect(200);
    expect(changed.body).toMatchObject({ cap_minute: 5, row_version: 2 });
    expect((await post(`/${id}/pause`, { reason: "Wait" }).expect(200)).body).toMatchObject({
      state: "paused",
    });
    await post(`/${id}/pause`, { reason: "Wait" }).expect(409);
    expect((await post(`/${id}/resume`, {}).expect(200)).body).toMatchObject({ state: "active" });
    await post(`/${id}/archive`, {}).expect(204);
  });

  test("with the scope to read messages reads mailboxes and changes none", async () => {
    const auth = await bearer(app, ["messages:read"]);
    await browser(app).get("/api/v1/mailboxes").set("Authorization", auth).expect(200);
    await browser(app).post("/api/v1/mailboxes").set("Authorization", auth).send({}).expect(403);
  });
});
