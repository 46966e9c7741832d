import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { addDomain } from "../../../src/domain/organisations/domain-service.js";
import { forgetNetworksOfReports } from "../../../src/domain/statements/entry-report-service.js";
import { HOUR } from "../../../src/platform/clock.js";
import { browser, signedIn, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
let slug = "";
let id = "";

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  const letter = await makeLetter(app.system);
  slug = letter.slug;
  const entry = await insertSignature(app.system, { letterId: letter.id, organisation: "Vesta Relay" });
  id = entry.id;
  await addDomain(app.system, entry.organisationId, { domain: "vesta.example", note: "their website" });
});
afterAll(() => app.close());

const FORM = { entry: "vesta relay", reporter_name: "Aino Virtanen", reporter_role: "Counsel" };

const report = (fields: Record<string, string>) =>
  browser(app)
    .post(`/letters/${slug}/report`)
    .type("form")
    .send({ ...FORM, ...fields });

async function confirmPath(to = "%"): Promise<string> {
  const mails = app.db("messages").where({ template: "report-confirm" }).whereLike("to_email", to);
  const mail = (await mails.first("data")) as {
    data: { link: string };
  };
  const addresses = await linkAddresses(app.system, placeholdersIn(mail.data.link));
  return new URL([...addresses.values()][0] ?? "").pathname;
}

async function answer(entry: string): Promise<unknown[]> {
  const { status, headers, text } = await report({ entry, reporter_email: "aino@vesta.example" });
  return [status, headers["location"], text];
}

async function stateOf(): Promise<unknown> {
  const [state] = (await app.db("signatures").where({ id }).pluck("state")) as string[];
  return state;
}

describe("reporting an entry without a link", () => {
  it("makes a task due in a day and changes nothing by itself", async () => {
    await browser(app).get(`/letters/${slug}/report`).expect(200);
    await report({ reporter_email: "aino@vesta.example", said: "We never signed." }).expect(303);
    expect(await stateOf()).toBe("published");
    const task = (await app.db("tasks").first("kind", "due_at")) as { kind: string; due_at: Date };
    expect(task.kind).toBe("entry_reported");
    expect(task.due_at.getTime() - app.clock.now().getTime()).toBe(24 * 3_600_000);
    const staff = await signedIn(app, "reviewer");
    expect((await staff.get("/console/statements").expect(200)).text).toContain("We never signed.");
  });

  it("suspends the entry once it is confirmed from the organisation's own confirmed domain", async () => {
    await report({ reporter_email: "aino@vesta.example" }).expect(303);
    const path = await confirmPath();
    await browser(app).get(path).expect(200);
    expect(await stateOf()).toBe("published");
    await browser(app).post(path).expect(303);
    expect(await stateOf()).toBe("disputed");
    await browser(app).post(path).expect(303);
    expect((await browser(app).get(path).expect(200)).text).toContain("Your report is confirmed");
    expect(await app.db("tasks").where({ kind: "settle_dispute" })).toHaveLength(1);
    const list = await browser(app).get(`/letters/${slug}/signatories.json`).expect(200);
    expect(list.body).toMatchObject({ items: [] });
  });

  it.each(["mallory@elsewhere.example", "vesta@gmail.com", "mallory@notvesta.example"])(
    "never suspends for %s, however often it is confirmed",
    async (reporter_email) => {
      await report({ reporter_email }).expect(303);
      await browser(app)
        .post(await confirmPath())
        .expect(303);
      expect(await stateOf()).toBe("published");
    },
  );

  it("does not trust a domain that is not on record for the organisation", async () => {
    await app.db("organisation_domains").update({ retired_at: app.clock.now() });
    await report({ reporter_email: "aino@vesta.example" }).expect(303);
    await browser(app)
      .post(await confirmPath())
      .expect(303);
    expect(await stateOf()).toBe("published");
  });

  it("answers the same whatever is typed, entry or not", async () => {
    const known = await answer("Vesta Relay");
    expect(await answer("Nobody of that name")).toEqual(known);
    expect(await app.db("entry_reports").pluck("signature_id")).toEqual(expect.arrayContaining([id, null]));
    expect(await app.db("messages").pluck("template")).toEqual(["report-confirm", "report-confirm"]);
  });

  it("does not let anybody flood a stranger's inbox", async () => {
    const answers: unknown[] = [];
    for (let times = 0; times < 6; times += 1) {
      const { status, headers, text } = await report({ reporter_email: "victim@elsewhere.example" });
      answers.push([status, headers["location"], text]);
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(await app.db("messages").where({ template: "report-confirm" })).toHaveLength(3);
    expect(await app.db("entry_reports")).toHaveLength(3);
  });

  it("tells staff of five a day about one entry, and of any other once it is confirmed", async () => {
    for (let at = 0; at < 6; at += 1) {
      await report({ reporter_email: `one${at}@elsewhere.example` }).expect(303);
    }
    expect(await app.db("tasks").where({ kind: "entry_reported" })).toHaveLength(5);
    const staff = await signedIn(app, "reviewer");
    expect((await staff.get("/console/statements").expect(200)).text).not.toContain("one5@");
    await browser(app)
      .post(await confirmPath("one5@elsewhere.example"))
      .expect(303);
    expect(await app.db("tasks").where({ kind: "entry_reported" })).toHaveLength(6);
    expect((await staff.get("/console/statements").expect(200)).text).toContain("one5@");
    await report({ entry: "Another Entry", reporter_email: "one6@elsewhere.example" }).expect(303);
    expect(await app.db("tasks").where({ kind: "entry_reported" })).toHaveLength(7);
  });

  it("hears one network twenty times a day, and forgets after it which that was", async () => {
    for (let at = 0; at < 22; at += 1) {
      await report({ entry: `Entry ${at}`, reporter_email: `one${at}@elsewhere.example` }).expect(303);
    }
    expect(await app.db("entry_reports")).toHaveLength(20);
    expect(await app.db("messages").where({ template: "report-confirm" })).toHaveLength(20);
    app.clock.advance(25 * HOUR);
    expect(await forgetNetworksOfReports(app.system)).toBe(20);
    await report({ reporter_email: "later@elsewhere.example" }).expect(303);
    expect(await app.db("entry_reports")).toHaveLength(21);
  });

  it("names what is missing, and knows no letter that is not public", async () => {
    const { text } = await report({ reporter_email: "not an address" }).expect(422);
    expect(text).toContain('href="#f-reporter_email"');
    await browser(app).get("/letters/nowhere/report").expect(404);
  });
});
