import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { listActivity } from "../../../src/domain/activity/views.js";
import { addStaff, changeStaff, createApiToken, ensureStaff } from "../../../src/domain/team/service.js";
import { colleagues, tokenLines } from "../../../src/domain/team/views.js";
import { browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

async function acts(): Promise<string[]> {
  const { items } = await listActivity(app.system, { limit: 100 });
  return items.map(({ action }) => action);
}

describe("an administrator", () => {
  it("adds a colleague, who then signs in by the link on the page", async () => {
    const admin = await signedIn(app);
    const answer = await admin
      .post("/console/staff")
      .type("form")
      .send({ email: "tomas@forum.example", name: "Tomas Lind", role: "reviewer" })
      .expect(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const [path] = /\/console\/sign-in\/[\w-]{43}/.exec(answer.text) ?? [];
    const visitor = browser(app);
    await visitor.post(path ?? "").expect(303);
    await visitor.get("/console").expect(200);
    expect(await acts()).toEqual(expect.arrayContaining(["staff.added", "staff.signed_in"]));
  });

  it("is told at the field what does not fit, with everything typed kept", async () => {
    const admin = await signedIn(app);
    const answer = await admin
      .post("/console/staff")
      .type("form")
      .send({ email: "tomas@", name: "Tomas <b>Lind</b>", role: "king" })
      .expect(422);
    expect(answer.text).toContain("<title>Error:");
    expect(answer.text).toContain('value="tomas@"');
    expect(answer.text).toContain("Tomas &lt;b&gt;Lind&lt;/b&gt;");
    expect(answer.text).toContain(app.messages.t("en", "errors.field.email"));
    expect(answer.text).toContain(app.messages.t("en", "errors.team.role"));
  });

  it("can't add an address twice, in any case of letters", async () => {
    const admin = await signedIn(app);
    const add = (email: string) => admin.post("/console/staff").type("form").send({ email, role: "viewer" });
    await add("tomas@forum.example").expect(200);
    const again = await add("Tomas@Forum.example").expect(422);
    expect(again.text).toContain(app.messages.t("en", "errors.team.known_address"));
  });

  it("changes a role, but not on top of a change they have not seen", async () => {
    const admin = await signedIn(app);
    const { id } = await addStaff(app.system, { email: "tomas@forum.example", role: "viewer" });
    const change = (role: string, version: number) =>
      admin.post(`/console/staff/${id}`).type("form").send({ role, row_version: version });
    await change("editor", 1).expect(303);
    const stale = await change("outreach", 1).expect(422);
    expect(stale.text).toContain(app.messages.t("en", "errors.team.changed_meanwhile"));
    const tomas = (await colleagues(app.system)).find((each) => each.id === id);
    expect(tomas?.role).toBe("editor");
  });

  it("can't leave the console without an administrator", async () => {
    const admin = await signedIn(app);
    const [me] = await colleagues(app.system);
    const letGo = { active: "no", row_version: me?.rowVersion };
    const answer = await admin.post(`/console/staff/${me?.id}`).type("form").send(letGo).expect(422);
    expect(answer.text).toContain(app.messages.t("en", "errors.team.last_admin"));
    await admin.get("/console/staff").expect(200);
  });

  it("can't dismiss the other administrator while being dismissed", async () => {
    const [one, two] = [await staffCtx(app), await staffCtx(app)];
    const idOf = (ctx: typeof one): string => (ctx.actor.kind === "staff" ? ctx.actor.id : "");
    const results = await Promise.allSettled([
      changeStaff(one, idOf(two), { active: false, row_version: 1 }),
      changeStaff(two, idOf(one), { active: false, row_version: 1 }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("makes a token that is shown once and can be ended", async () => {
    const admin = await signedIn(app);
    const made = await admin
      .post("/console/tokens")
      .type("form")
      .send("name=Nightly+figures&scopes=reports%3Aread&scopes=audit%3Aread")
      .expect(200);
    const [token = ""] = /cs_[\w-]{43}/.exec(made.text) ?? [];
    await browser(app).get("/api/v1/audit").set("Authorization", `Bearer ${token}`).expect(200);
    const list = await admin.get("/console/tokens").expect(200);
    expect(list.text).toContain("Nightly figures");
    expect(list.text).not.toContain(token);
    const [line] = await tokenLines(app.system);
    expect(line?.scopes).toEqual(["reports:read", "audit:read"]);
    await admin.post(`/console/tokens/${line?.id}/revoke`).expect(303);
    await browser(app).get("/api/v1/audit").set("Authorization", `Bearer ${token}`).expect(401);
    expect(await acts()).toEqual(expect.arrayContaining(["token.created", "token.revoked"]));
  });

  it("ends the tokens of an administrator who is dismissed", async () => {
    const [one, two] = [await staffCtx(app), await staffCtx(app)];
    const { token } = await createApiToken(two, { name: "Nightly", scopes: ["audit:read"] });
    const asks = () => browser(app).get("/api/v1/audit").set("Authorization", `Bearer ${token}`);
    await asks().expect(200);
    const id = two.actor.kind === "staff" ? two.actor.id : "";
    await changeStaff(one, id, { active: false, row_version: 1 });
    await asks().expect(401);
    expect(await acts()).toContain("token.revoked");
  });

  it("can't make a token without a name or a scope", async () => {
    const admin = await signedIn(app);
    const answer = await admin
      .post("/console/tokens")
      .type("form")
      .send("name=&scopes=everything")
      .expect(422);
    expect(answer.text).toContain(app.messages.t("en", "errors.field.required"));
    expect(await tokenLines(app.system)).toEqual([]);
  });

  it("reads every act in the audit trail, page by page", async () => {
    const admin = await signedIn(app);
    for (let count = 0; count < 120; count += 1) {
      await createApiToken(app.system, { name: `Token ${count}`, scopes: ["audit:read"] });
    }
    const first = await admin.get("/console/audit").expect(200);
    const [, older = ""] = /href="(\/console\/audit\?cursor[^"]+)"/.exec(first.text) ?? [];
    const second = await admin.get(older.replaceAll("&amp;", "&").replaceAll("&#x3D;", "=")).expect(200);
    expect(`${first.text}${second.text}`.match(/Token created/g)).toHaveLength(120);
    expect(second.text).toContain("To the newest");
  });

  it("keeps the database from rewriting the audit trail", async () => {
    await addStaff(app.system, { email: "tomas@forum.example", role: "viewer" });
    await expect(app.database.db("activity").update({ action: "nothing" })).rejects.toThrow();
    await expect(app.database.db("activity").delete()).rejects.toThrow();
    await expect(app.database.ownerDb("activity").delete()).rejects.toThrow(/append-only/);
  });
});

describe("the command line", () => {
  it("gives a lost administrator a way back in", async () => {
    const first = await ensureStaff(app.system, { email: "ines@forum.example", role: "admin" });
    await ensureStaff(app.system, { email: "tomas@forum.example", role: "admin" });
    const ines = (await colleagues(app.system)).find(({ id }) => id === first.id);
    await changeStaff(app.system, first.id, { active: false, row_version: ines?.rowVersion });
    const again = await ensureStaff(app.system, { email: "INES@forum.example", role: "admin" });
    expect(again).toMatchObject({ id: first.id, known: true });
    await browser(app).post(new URL(again.signInAddress).pathname).expect(303);
  });
});
