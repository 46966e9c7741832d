import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { verifyLetterLog } from "../../../src/domain/log/verification-service.js";
import { latestCheckpoint } from "../../../src/domain/log/service.js";
import { decideStatement } from "../../../src/domain/statements/moderation-service.js";
import { newId } from "../../../src/platform/ids.js";
import { browser, START, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { bySuperuser, openLetter, publish } from "../../support/log.js";
import { managePath } from "../../support/signatory.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  app.logbook.lines.length = 0;
  letter = await openLetter(app);
});
afterAll(() => app.close());

async function kinds(): Promise<string[]> {
  const rows = (await app.db("log_leaves").orderBy("position").pluck("leaf")) as string[];
  return rows.map((leaf) => (JSON.parse(leaf) as { kind: string }).kind);
}

async function verdict(): Promise<string[]> {
  return (await verifyLetterLog(app.system, letter)).discrepancies.map(({ sentence }) => sentence);
}

describe("the public log after another name", () => {
  it("says that the entry was amended, and fits the list, when its signatory spells it otherwise", async () => {
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    app.clock.advance(60_000);
    await browser(app)
      .post(`${await managePath(app, id)}/name`)
      .type("form")
      .send({ display_name: "RIMFROST Thermal Oy" })
      .expect(303);
    await settle(app);
    expect(await app.db("signatures").pluck("display_name")).toEqual(["RIMFROST Thermal Oy"]);
    expect([await kinds(), await verdict()]).toEqual([["text", "published", "amended"], []]);
  });

  it("does so too when staff approve a corrected legal name", async () => {
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    app.clock.advance(60_000);
    const statement = newId(app.clock);
    await app.db("signature_statements").insert({
      id: statement,
      signature_id: id,
      kind: "legal_name",
      body: "Rimfrost Thermal Group Oyj",
      language: "en",
      state: "waiting",
      submitted_at: app.clock.now(),
    });
    const reviewer = await staffCtx(app, "reviewer");
    await decideStatement(reviewer, statement, { decision: "approved", note: "" });
    await settle(app);
    expect([await kinds(), await verdict()]).toEqual([["text", "published", "amended"], []]);
  });

  it("finds a name out that somebody changed in the database", async () => {
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    await bySuperuser(app, "update signatures set display_name = 'Somebody Else' where id = ?", [id]);
    expect((await verdict()).length).toBeGreaterThan(0);
  });
});

describe("an entry that was held until the launch", () => {
  it("is not called tampering in the moment before the worker has published it", async () => {
    await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    const held = await publish(app, letter, "Gannet Marine Syndicate", { state: "in_review" });
    await bySuperuser(app, "update signatures set state = 'held' where id = ?", [held]);
    await bySuperuser(app, "update letters set launch_at = ? where id = ?", [app.clock.now(), letter]);
    await bySuperuser(
      app,
      "delete from signature_history where signature_id = ? and to_state = 'published'",
      [held],
    );
    expect(await verdict()).toEqual([]);
  });
});

describe("where the log is led to", () => {
  it("is the letter's page, and its feed carries the newest checkpoint", async () => {
    await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    const page = await browser(app).get("/letters/keep-orbit-usable").expect(200);
    expect(page.text).toContain('href="/letters/keep-orbit-usable/log"');
    const feed = await browser(app).get("/letters/keep-orbit-usable/signatories.atom").expect(200);
    const root = (await latestCheckpoint(app.system, letter))?.split("\n")[2] ?? "none";
    const text = feed.text ?? String(feed.body);
    expect(text).toContain(root.replaceAll("=", "&#x3D;"));
  });

  it("is the signatory's own page, with the proof that opens their name for them alone", async () => {
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    const path = await managePath(app, id);
    expect((await browser(app).get(path).expect(200)).text).not.toContain("/log/check");
    await settle(app);
    const { text } = await browser(app).get(path).expect(200);
    expect(text).toContain("line 1 of the public log");
    expect(text).toContain("/letters/keep-orbit-usable/log/check?leaf&#x3D;1");
    expect(text).toContain("signatory_name");
  });
});
