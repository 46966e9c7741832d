import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { ensureLink, linkAddress } from "../../../src/domain/links/service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { MINUTE } from "../../../src/platform/clock.js";
import { bearer, browser, signedIn, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, countRows, invitedCompany, mailsTo, signingForm } from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let slug: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  ({ slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

type Visitor = Awaited<ReturnType<typeof signedIn>>;

async function waiting(
  name: string,
  changes: Record<string, unknown> = {},
): Promise<{ id: string; email: string; row_version: number }> {
  const company = await invitedCompany(app, slug, { name });
  const visitor = app.ctx({ kind: "public" });
  const form = signingForm(company, { display_name: name, ...changes });
  await submitSignature(visitor, { door: "invitation", token: company.token }, form);
  const token = (await confirmLink(app, company.email)).slice("/confirm/".length);
  const { signature } = await confirmAnswer(visitor, token);
  return { id: signature.id, email: company.email, row_version: signature.row_version };
}

function post(visitor: Visitor, path: string, form: Record<string, unknown> = {}): supertest.Test {
  return visitor.post(path).type("form").send(form);
}

describe("two reviewers", () => {
  it("see who has an entry, and neither decides over the other's head", async () => {
    const { id, row_version } = await waiting("Rimfrost Thermal Oy");
    const [ana, ben] = [await signedIn(app, "reviewer"), await signedIn(app, "reviewer")];
    await post(ana, `/console/review/${id}/claim`).expect(303);
    app.clock.advance(5 * MINUTE);
    const queue = await ben.get("/console/review").expect(200);
    expect(queue.text).toMatch(/taken by Ines Falk \d+ 5 minutes ago/);
    const refused = await post(ben, `/console/review/${id}/accept`, { row_version }).expect(409);
    expect(refused.text).toContain("A colleague has taken this entry.");
    expect(refused.text).toContain("Decide although a colleague has it");
    await post(ben, `/console/review/${id}/accept`, { row_version, despite_claim: "on" }).expect(303);
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1);
  });

  it("who come too late get a page that shows what has changed", async () => {
    const { id, row_version } = await waiting("Rimfrost Thermal Oy");
    const [ana, ben] = [await signedIn(app, "reviewer"), await signedIn(app, "reviewer")];
    await post(ana, `/console/review/${id}/accept`, { row_version }).expect(303);
    const late = await post(ben, `/console/review/${id}/reject`, {
      row_version,
      reason_code: "unverifiable",
    }).expect(409);
    expect(late.text).toContain("What changed since you opened it");
    expect(late.text).toContain("put on the public page");
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1);
  });

  it("are led to the next entry after each decision, and back to the queue after the last", async () => {
    const [one, two] = [await waiting("First Oy"), await waiting("Second Oy")];
    const ana = await signedIn(app, "reviewer");
    const first = await post(ana, `/console/review/${one.id}/accept`, one).expect(303);
    expect(first.headers["location"]).toBe(`/console/review/${two.id}?done=published&after=${one.id}`);
    const second = await post(ana, `/console/review/${two.id}/accept`, two).expect(303);
    expect(second.headers["location"]).toBe(`/console/review?done=published&after=${two.id}`);
  });
});

describe("a rejection", () => {
  it("shows the mail first, and is undone with one button", async () => {
    const { id, email, row_version } = await waiting("Rimfrost Thermal Oy");
    const ana = await signedIn(app, "reviewer");
    const form = { row_version, reason_code: "not_authorised", note: "Ask <your> board." };
    const look = await post(ana, `/console/review/${id}/reject`, { ...form, preview: "1" }).expect(200);
    expect(look.text).toContain("The signatory may not bind the organisation.");
    expect(look.text).toContain("Ask &lt;your&gt; board.");
    expect(await mailsTo(app, email, "signature-rejected")).toEqual([]);
    await post(ana, `/console/review/${id}/reject`, form).expect(303);
    await settle(app);
    const [mail] = await mailsTo(app, email, "signature-rejected");
    expect(mail?.body_text).toContain("The signatory may not bind the organisation.");
    await post(ana, `/console/review/${id}/reopen`).expect(303);
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(1);
  });
});

describe("a question", () => {
  it("is answered on a page of its own, which changes nothing until the button is pressed", async () => {
    const { id, email, row_version } = await waiting("Rimfrost Thermal Oy");
    const ana = await signedIn(app, "reviewer");
    await post(ana, `/console/review/${id}/ask`, { row_version, question: "Who signs <for> you?" }).expect(
      303,
    );
    await settle(app);
    const [mail] = await mailsTo(app, email, "signature-question");
    expect(mail).toMatchObject({ state: "sent" });
    const path = new URL(linkAddress(app.system, await ensureLink(app.system, "manage", id))).pathname;
    const page = await browser(app).get(`${path}/answer`).expect(200);
    expect(page.text).toContain("Who signs &lt;for&gt; you?");
    expect(page.headers["cache-control"]).toBe("no-store");
    await browser(app).post(`${path}/answer`).type("form").send({ answer: " " }).expect(422);
    await browser(app).post(`${path}/answer`).type("form").send({ answer: "Aino does." }).expect(303);
    const after = await browser(app).get(`${path}/answer`).expect(200);
    expect(after.text).toContain("your answer is here");
    expect((await ana.get(`/console/review/${id}`).expect(200)).text).toContain("Aino does.");
    await browser(app)
      .get(`/manage/${"A".repeat(43)}/answer`)
      .expect(404);
  });
});

describe("all entries", () => {
  it("are found from the hub and taken along as CSV, with formulas guarded", async () => {
    const { email } = await waiting("Rimfrost Thermal Oy", { signatory_title: "=1+1" });
    await waiting("Other Oy");
    const viewer = await signedIn(app, "viewer");
    const found = await viewer.get("/console/signatures").query({ q: email.toUpperCase() }).expect(200);
    expect(found.text).toContain("Rimfrost Thermal Oy");
    expect(found.text).not.toContain("Other Oy");
    const looked = await post(viewer, "/console/signatures/export", { q: email }).expect(200);
    expect(looked.text).toContain("Rimfrost Thermal Oy");
    expect(looked.text).not.toContain(email);
    const reviewer = await signedIn(app, "reviewer");
    const csv = await post(reviewer, "/console/signatures/export", { q: email }).expect(200);
    expect(csv.text).toContain(email);
    expect(csv.headers["content-disposition"]).toContain("filename=signatures-20270301-090000.csv");
    expect(csv.text).toContain("'=1+1");
    expect(csv.text).not.toContain("Other Oy");
  });
});

describe("a bulk invalidation in the console", () => {
  it("is counted, saved, started, watched and undone", async () => {
    await waiting("Rimfrost Thermal Oy");
    const ana = await signedIn(app, "reviewer");
    await post(ana, "/console/bulk", { summary: "Spam" }).expect(422);
    const counted = await ana.get("/console/bulk/new").query({ letter: slug }).expect(200);
    expect(counted.text).toContain("<b>1</b> entries");
    expect((await ana.get("/console/bulk/new?domain=*").expect(200)).text).toContain("Give a domain such as");
    const saved = await post(ana, "/console/bulk", { summary: "Spam", letter: slug }).expect(303);
    const path = String(saved.headers["location"]);
    await post(ana, `${path}/start`, { row_version: 1 }).expect(303);
    await settle(app);
    expect(await countRows(app, "signatures", { state: "rejected" })).toBe(1);
    expect((await ana.get(path).expect(200)).text).toContain("Taken off: 1 of 1");
    await post(ana, `${path}/cancel`).expect(409);
    await post(ana, `${path}/undo`).expect(303);
    await settle(app);
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(1);
    expect((await ana.get(path).expect(200)).text).toContain("Put back: 1 of 1");
  });
});

describe("reviewing by script", () => {
  it("takes, asks for reasons, rejects, reopens and counts as people do", async () => {
    const { id } = await waiting("Rimfrost Thermal Oy");
    const ana = await signedIn(app, "reviewer");
    await post(ana, `/console/review/${id}/claim`).expect(303);
    const token = await bearer(app);
    const call = (method: "get" | "post" | "delete" | "patch", path: string) =>
      supertest(app.web)[method](`/api/v1${path}`).set("Authorization", token);
    await call("post", `/signatures/${id}/claim`).send({}).expect(409);
    await call("post", `/signatures/${id}/transitions`).send({ to: "accepted" }).expect(409);
    const reasons = await call("get", "/rejection-reasons").expect(200);
    expect(reasons.text).toContain('"code":"unverifiable"');
    await call("post", `/signatures/${id}/transitions`)
      .send({ to: "rejected", reason_code: "unverifiable", despite_claim: true })
      .expect(200, { state: "rejected" });
    await call("post", `/signatures/${id}/reopening`).send({}).expect(200, { state: "in_review" });
    const count = await call("post", "/bulk-invalidations/count").send({ letter: slug }).expect(200);
    expect(count.body).toMatchObject({ total: 1, by_state: [{ state: "in_review", count: 1 }] });
    await call("post", "/screening-rules")
      .send({ verdict: "hold", kind: "network", pattern: "10.0.0.0/8" })
      .expect(422);
    const listed = await call("get", "/signatures").query({ letter: slug, status: "in_review" }).expect(200);
    expect(listed.text).toContain(id);
  });
});
