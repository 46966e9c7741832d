import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { fillPlaceholders, placeholdersIn } from "../../../src/domain/links/link.js";
import { linkAddress, linkAddresses } from "../../../src/domain/links/service.js";
import { addStaff, changeStaff, listColleagues, signInLinkFor } from "../../../src/domain/team/service.js";
import { HOUR, MINUTE } from "../../../src/platform/clock.js";
import { browser, signedIn, testApp, type TestApp } from "../../support/app.js";
import { settle } from "../../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  await addStaff(app.system, { email: "ines@forum.example", name: "Ines Falk", role: "admin" });
  await app.database.adminDb("links").delete();
});
afterAll(() => app.close());

async function link(email = "ines@forum.example"): Promise<string> {
  const found = await signInLinkFor(app.system, { email });
  if (!found) throw new Error("nobody has this address");
  return new URL(linkAddress(app.system, found.link)).pathname;
}

async function mails(): Promise<{ to_email: string; data: { href: string } }[]> {
  return app.database.adminDb("messages").select("to_email", "data");
}

function cookieOf(answer: supertest.Response): string {
  const [cookie = ""] = [answer.headers["set-cookie"] ?? []].flat();
  return cookie;
}

describe("a colleague who asks for a link", () => {
  it("gets a mail with a link that signs in, and comes to where they wanted to go", async () => {
    const visitor = browser(app);
    const asked = await visitor.get("/console/audit").expect(303);
    expect(asked.headers["location"]).toBe("/console/sign-in?next=%2Fconsole%2Faudit");
    const form = await visitor.get(asked.headers["location"] ?? "").expect(200);
    expect(form.text).toContain('name="next" value="/console/audit"');
    await visitor
      .post("/console/sign-in")
      .type("form")
      .send({ email: " INES@forum.example ", next: "/console/audit" })
      .expect(303)
      .expect("Location", "/console/sign-in?sent=1");
    const [mail] = await mails();
    expect(mail?.to_email).toBe("ines@forum.example");
    const ids = placeholdersIn(mail?.data.href ?? "");
    const href = fillPlaceholders(mail?.data.href ?? "", await linkAddresses(app.system, ids));
    const { pathname, search } = new URL(href);
    const page = await visitor.get(pathname + search).expect(200);
    expect(page.text).toContain('name="next" value="/console/audit"');
    await visitor
      .post(pathname)
      .type("form")
      .send({ next: "/console/audit" })
      .expect(303)
      .expect("Location", "/console/audit");
    await visitor.get("/console/audit").expect(200);
  });

  it("gets one mail in five minutes, however often they ask", async () => {
    const visitor = browser(app);
    for (const email of ["ines@forum.example", "INES@forum.example", "ines@forum.example"]) {
      await visitor.post("/console/sign-in").type("form").send({ email }).expect(303);
    }
    expect(await mails()).toHaveLength(1);
    app.clock.advance(5 * MINUTE);
    await visitor.post("/console/sign-in").type("form").send({ email: "ines@forum.example" }).expect(303);
    expect(await mails()).toHaveLength(2);
  });

  it("is answered the same whether or not the address is known", async () => {
    const [staff] = await listColleagues(app.system);
    await addStaff(app.system, { email: "gone@forum.example", role: "viewer" });
    const gone = (await listColleagues(app.system)).find(({ email }) => email.startsWith("gone"));
    await changeStaff(app.system, gone?.id ?? "", { active: false, row_version: 1 });
    const answers = await Promise.all(
      [staff?.email, "nobody@forum.example", "gone@forum.example"].map((email) =>
        browser(app).post("/console/sign-in").type("form").send({ email }),
      ),
    );
    for (const answer of answers) {
      expect([answer.status, answer.headers["location"], answer.text]).toEqual([
        303,
        "/console/sign-in?sent=1",
        answers[0]?.text,
      ]);
    }
    expect(await mails()).toHaveLength(1);
  });

  it("is told at the field when the address is none, and what was typed is kept", async () => {
    const answer = await browser(app)
      .post("/console/sign-in")
      .type("form")
      .send({ email: 'ines "at" forum', next: "//evil.example" })
      .expect(422);
    expect(answer.text).toContain("ines &quot;at&quot; forum");
    expect(answer.text).toContain(app.messages.t("en", "errors.field.email"));
    expect(answer.text).not.toContain("evil.example");
  });

  it("can't send anything but text", async () => {
    for (const body of ["email=a%40b.example&email=c%40d.example", "email[x]=1", "", "next=%2Fconsole"]) {
      await browser(app).post("/console/sign-in").type("form").send(body).expect(422);
    }
  });
});

describe("a captured sign-in mail", () => {
  it("shows its link to those who may make one, and to nobody else", async () => {
    await browser(app)
      .post("/console/sign-in")
      .type("form")
      .send({ email: "ines@forum.example" })
      .expect(303);
    await settle(app);
    const [mail] = await app.database
      .adminDb<{ id: string; transport: string }>("messages")
      .select("id", "transport");
    expect(mail?.transport).toBe("capture");
    for (const role of ["admin", "outreach", "viewer"] as const) {
      const colleague = await signedIn(app, role);
      const page = await colleague.get(`/console/mail/${mail?.id}`).expect(200);
      const frame = await colleague.get(`/console/mail/${mail?.id}/html`).expect(200);
      const shown = /\/console\/sign-in\/[\w-]{43}/.test(page.text + frame.text);
      expect([role, shown]).toEqual([role, role === "admin"]);
    }
  });
});

describe("a sign-in link", () => {
  it("does nothing when it is opened, however often", async () => {
    const path = await link();
    for (const opened of [1, 2, 3]) await browser(app).get(path).query({ opened }).expect(200);
    await browser(app).head(path).expect(200);
    const signed = await browser(app).post(path).expect(303);
    expect(signed.headers["location"]).toBe("/console");
  });

  it("works once", async () => {
    const path = await link();
    await browser(app).post(path).expect(303);
    const again = await browser(app).post(path).expect(410);
    expect(again.headers["set-cookie"]).toBeUndefined();
    const page = await browser(app).get(path).expect(410);
    expect(page.text).toContain("This link was used already");
  });

  it("signs in once when it is pressed in fifty tabs at the same time", async () => {
    const path = await link();
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser(app).post(path)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(49);
  });

  it("ends after an hour", async () => {
    const path = await link();
    app.clock.advance(HOUR);
    await browser(app).post(path).expect(410);
    const page = await browser(app).get(path).expect(410);
    expect(page.text).toContain("This link has ended");
  });

  it("is of no use to somebody who was let go meanwhile", async () => {
    await addStaff(app.system, { email: "tomas@forum.example", role: "viewer" });
    const path = await link("tomas@forum.example");
    const tomas = (await listColleagues(app.system)).find(({ email }) => email.startsWith("tomas"));
    await changeStaff(app.system, tomas?.id ?? "", { active: false, row_version: 1 });
    await browser(app).post(path).expect(403);
  });

  it("can't be guessed, and one for another purpose opens nothing", async () => {
    await browser(app)
      .get(`/console/sign-in/${"A".repeat(43)}`)
      .expect(404);
    await browser(app)
      .post(`/console/sign-in/${"A".repeat(43)}`)
      .expect(404);
    const found = await signInLinkFor(app.system, { email: "ines@forum.example" });
    const other = app.keys.token("confirm", found?.link.id ?? "", 1);
    await browser(app).post(`/console/sign-in/${other}`).expect(404);
  });

  it("leads only to pages of ours afterwards", async () => {
    for (const next of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "/letters",
      "/console/..//evil.example",
    ]) {
      const answer = await browser(app)
        .post(await link())
        .type("form")
        .send({ next })
        .expect(303);
      expect(answer.headers["location"]).toBe("/console");
    }
  });
});

describe("a session", () => {
  it("is a cookie that scripts and other sites can't use", async () => {
    const cookie = cookieOf(await browser(app).post(await link()));
    expect(cookie).toMatch(/^countersign=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it("is bound to the host and to https where there is https", async () => {
    const secure = await testApp({ config: { publicUrl: "https://letters.example" } });
    try {
      await addStaff(secure.system, { email: "ines@forum.example", role: "admin" });
      const found = await signInLinkFor(secure.system, { email: "ines@forum.example" });
      const path = found ? new URL(linkAddress(secure.system, found.link)).pathname : "";
      const cookie = cookieOf(await browser(secure).post(path).expect(303));
      expect(cookie).toMatch(
        /^__Host-countersign=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
    } finally {
      await secure.close();
    }
  });

  it("is kept as a hash only, and a hash opens nothing", async () => {
    const secret = /countersign=([^;]+)/.exec(cookieOf(await browser(app).post(await link())))?.[1] ?? "";
    const [row] = await app.database.adminDb<{ token_hash: Buffer }>("sessions");
    expect(row?.token_hash.toString("base64url")).not.toBe(secret);
    for (const value of [row?.token_hash.toString("base64url"), row?.token_hash.toString("hex"), "x", ""]) {
      await browser(app).get("/console").set("Cookie", `countersign=${value}`).expect(303);
    }
  });

  it("is always a fresh one: what was planted or used before is worth nothing after signing in", async () => {
    const planted = "A".repeat(43);
    const visitor = browser(app);
    const first = cookieOf(
      await visitor
        .post(await link())
        .set("Cookie", `countersign=${planted}`)
        .expect(303),
    );
    expect(first).not.toContain(planted);
    const second = cookieOf(await visitor.post(await link()).expect(303));
    expect(second).not.toBe(first);
    await browser(app)
      .get("/console")
      .set("Cookie", first.split(";")[0] ?? "")
      .expect(303);
    await browser(app)
      .get("/console")
      .set("Cookie", second.split(";")[0] ?? "")
      .expect(200);
    await browser(app).get("/console").set("Cookie", `countersign=${planted}`).expect(303);
  });

  it("ends after two hours without use", async () => {
    const visitor = browser(app);
    await visitor.post(await link()).expect(303);
    app.clock.advance(2 * HOUR - MINUTE);
    await visitor.get("/console").expect(200);
    app.clock.advance(2 * HOUR - MINUTE);
    await visitor.get("/console").expect(200);
    app.clock.advance(2 * HOUR + MINUTE);
    await visitor.get("/console").expect(303);
  });

  it("ends after twelve hours, used or not", async () => {
    const visitor = browser(app);
    await visitor.post(await link()).expect(303);
    for (let hour = 1; hour < 12; hour += 1) {
      app.clock.advance(HOUR);
      await visitor.get("/console").expect(200);
    }
    app.clock.advance(HOUR);
    await visitor.get("/console").expect(303);
  });

  it("ends at once by signing out, also for whoever kept the cookie", async () => {
    const visitor = browser(app);
    const cookie = cookieOf(await visitor.post(await link())).split(";")[0] ?? "";
    await visitor.get("/console/sign-out").expect(404);
    await visitor.post("/console/sign-out").expect(303).expect("Location", "/console/sign-in?out=1");
    await browser(app).get("/console").set("Cookie", cookie).expect(303);
  });

  it("ends at once when the role changes or the colleague is let go", async () => {
    await addStaff(app.system, { email: "tomas@forum.example", role: "viewer" });
    const tomas = (await listColleagues(app.system)).find(({ email }) => email.startsWith("tomas"));
    const visitor = browser(app);
    await visitor.post(await link("tomas@forum.example")).expect(303);
    await visitor.get("/console").expect(200);
    await changeStaff(app.system, tomas?.id ?? "", { role: "editor", row_version: 1 });
    await visitor.get("/console").expect(303);
    await visitor.post(await link("tomas@forum.example")).expect(303);
    await changeStaff(app.system, tomas?.id ?? "", { active: false, row_version: 2 });
    await visitor.get("/console").expect(303);
  });
});
