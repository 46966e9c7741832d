import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { DAY } from "../../../src/platform/clock.js";
import { bearer, signedIn, testApp, type TestApp } from "../../support/app.js";
import { campaign, type Campaign } from "../../support/campaign.js";

let app: TestApp;
let rows: Campaign;

beforeAll(async () => {
  app = await testApp();
  rows = campaign(app);
});
beforeEach(() => app.database.clean());
afterAll(() => app.close());

async function seeded(): Promise<string> {
  const letter = await rows.letter("keep-orbit-usable");
  const one = await rows.organisation("=Rimfrost <i>Thermal</i> Oy");
  const two = await rows.organisation("Gannet Marine");
  await rows.signature(letter, one, {
    state: "in_review",
    published_at: null,
    display_name: "=Rimfrost <i>Thermal</i> Oy",
  });
  await rows.decline(letter, two);
  await rows.task({ letter_id: letter, organisation_id: two, due_at: new Date("2027-02-20T09:00:00Z") });
  return letter;
}

describe("the first page of the console", () => {
  it("shows what waits, the funnel and the reasons with their tables", async () => {
    await seeded();
    const answer = await (await signedIn(app, "viewer")).get("/console").expect(200);
    expect(answer.text).toContain("2 things wait for somebody");
    expect(answer.text).toContain("1 is late");
    expect(answer.text).toContain("=Rimfrost &lt;i&gt;Thermal&lt;/i&gt; Oy".replace("=", "&#x3D;"));
    expect(answer.text).toContain("The most frequent reason for a no: not among the first");
    expect(answer.text.match(/<svg class="chart"/g)).toHaveLength(2);
    expect(answer.text.match(/<caption class="vh">/g)?.length).toBeGreaterThanOrEqual(4);
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "x-robots-tag": "noindex, nofollow",
    });
  });

  it("says how much of the review is late, and leads to each entry", async () => {
    await seeded();
    app.clock.advance(10 * DAY);
    const { text } = await (await signedIn(app, "viewer")).get("/console").expect(200);
    expect(text).toContain("1 overdue, 0 due soon.");
    const [id] = (await app.db("signatures").pluck("id")) as string[];
    expect(text).toContain(`href="/console/review/${String(id)}"`);
  });

  it("says what would stand there while there is nothing", async () => {
    const admin = await signedIn(app);
    const empty = await admin.get("/console").expect(200);
    expect(empty.text).toContain("There is no letter yet");
    await rows.letter("keep-orbit-usable");
    const fresh = await admin.get("/console").expect(200);
    expect(fresh.text).toContain("No signature waits.");
    expect(fresh.text).toContain("Nobody has declined yet");
  });

  it("switches between letters, and knows no letter that is not there", async () => {
    await seeded();
    await rows.letter("another");
    const viewer = await signedIn(app, "viewer");
    const other = await viewer.get("/console?letter=another").expect(200);
    expect(other.text).toContain("Nobody has declined yet");
    expect(other.text).toContain("Title of keep-orbit-usable");
    await viewer.get("/console?letter=unknown").expect(404);
  });

  it("hands the figures out as JSON and CSV, to the console and to scripts alike", async () => {
    await seeded();
    const viewer = await signedIn(app, "viewer");
    const authorization = await bearer(app, ["reports:read"]);
    for (const report of ["funnel", "declines"]) {
      const page = await viewer.get(`/console/reports/${report}.json?letter=keep-orbit-usable`).expect(200);
      const api = await supertest(app.web)
        .get(`/api/v1/reports/${report}?letter=keep-orbit-usable`)
        .set("Authorization", authorization)
        .expect(200);
      expect(page.body).toEqual(api.body);
      const csv = await viewer.get(`/console/reports/${report}.csv?letter=keep-orbit-usable`).expect(200);
      const apiCsv = await supertest(app.web)
        .get(`/api/v1/reports/${report}?letter=keep-orbit-usable`)
        .set("Authorization", authorization)
        .set("Accept", "text/csv")
        .expect(200)
        .expect("Content-Type", "text/csv; charset=utf-8");
      expect(csv.text).toBe(apiCsv.text);
      expect(csv.headers["content-disposition"]).toBe(`attachment; filename=${report}-keep-orbit-usable.csv`);
    }
    const csv = await viewer.get("/console/reports/declines.csv?letter=keep-orbit-usable").expect(200);
    expect(csv.text).toBe("\ufeffcode,group,declines\r\nfirst_mover,collective,1\r\n");
    await viewer.get("/console/reports/declines.csv").expect(404);
  });
});

describe("the tasks", () => {
  it("are ticked off by those who may, once, and read by the rest", async () => {
    await seeded();
    const viewer = await signedIn(app, "viewer");
    const read = await viewer.get("/console/tasks").expect(200);
    expect(read.text).toContain("Find another contact");
    expect(read.text).toContain("1 is late");
    expect(read.text).not.toContain("Tick off");
    const outreach = await signedIn(app, "outreach");
    const page = await outreach.get("/console/tasks").expect(200);
    const [, action = ""] = /action="(\/console\/tasks\/[^"]+)"/.exec(page.text) ?? [];
    await viewer.post(action).expect(403);
    await outreach.post(action).expect(303);
    await outreach.post(action).expect(409);
    const empty = await outreach.get("/console/tasks?done=1").expect(200);
    expect(empty.text).toContain("No task is open.");
  });
});

describe("the menu", () => {
  it("offers each role what it may open, and the rest is refused with a page", async () => {
    await seeded();
    const links = {
      admin: ["Today", "Staff", "API tokens", "Audit"],
      reviewer: ["Today", "Audit"],
      viewer: ["Today"],
    };
    for (const [role, expected] of Object.entries(links)) {
      const colleague = await signedIn(app, role as keyof typeof links);
      const page = await colleague.get("/console").expect(200);
      const nav = /<nav aria-label="Console">([\s\S]*?)<\/nav>/.exec(page.text)?.[1] ?? "";
      for (const label of ["Today", "Staff", "API tokens", "Audit"]) {
        expect([role, label, nav.includes(`>${label}<`)]).toEqual([role, label, expected.includes(label)]);
      }
    }
    const refused = await (await signedIn(app, "viewer")).get("/console/staff").expect(403);
    expect(refused.text).toContain("You may not do this");
    expect(refused.headers["content-type"]).toContain("text/html");
  });
});
