import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { reportWrongContact } from "../../../src/domain/declines/contact-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { bearer, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, invitedCompany, openLetterWithCompany, signingForm } from "../../support/company.js";

let app: TestApp;
let token: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  token = await bearer(app);
});
afterAll(() => app.close());

const get = (path: string) => supertest(app.web).get(`/api/v1${path}`).set("Authorization", token);
const post = (path: string, body: object) =>
  supertest(app.web).post(`/api/v1${path}`).set("Authorization", token).send(body);

async function inReview(): Promise<{ slug: string; id: string; organisationId: string }> {
  const { letter, company } = await openLetterWithCompany(app);
  const visitor = app.ctx({ kind: "public" });
  await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
  const link = await confirmLink(app, company.email);
  const { signature } = await confirmAnswer(visitor, link.slice("/confirm/".length));
  return { slug: letter.slug, id: signature.id, organisationId: company.organisationId };
}

describe("answers by script", () => {
  it("gives a contact one link, lists invitations without it", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const first = await post("/invitations", { letter: letter.slug, contact_id: company.contactId }).expect(
      201,
    );
    const again = await post("/invitations", { letter: letter.slug, contact_id: company.contactId }).expect(
      201,
    );
    expect(again.body).toEqual(first.body);
    expect((first.body as { link: string }).link).toContain(company.link);
    await invitedCompany(app, letter.slug);
    const list = await get(`/invitations?letter=${letter.slug}&limit=1`).expect(200);
    const { items, next } = list.body as { items: unknown[]; next: string };
    expect(items).toHaveLength(1);
    const rest = await get(`/invitations?cursor=${encodeURIComponent(next)}`).expect(200);
    expect((rest.body as { items: unknown[] }).items).toHaveLength(1);
    expect(list.text + rest.text).not.toContain(company.token);
    await post("/invitations", { letter: "unknown", contact_id: company.contactId }).expect(404);
  });

  it("lists signatures by letter and status, shows one, and decides on it once", async () => {
    const { slug, id } = await inReview();
    const list = await get(`/signatures?letter=${slug}&status=in_review`).expect(200);
    expect((list.body as { items: { id: string }[] }).items.map((item) => item.id)).toEqual([id]);
    expect(
      ((await get("/signatures?status=published").expect(200)).body as { items: unknown[] }).items,
    ).toEqual([]);
    await get("/signatures?status=nearly").expect(422);
    const one = await get(`/signatures/${id}`).expect(200);
    const { row_version } = one.body as { row_version: number };
    await post(`/signatures/${id}/transitions`, { to: "rejected" }).expect(422);
    await post(`/signatures/${id}/transitions`, { to: "accepted", row_version: row_version - 1 }).expect(409);
    const done = await post(`/signatures/${id}/transitions`, { to: "accepted", row_version }).expect(200);
    expect(done.body).toEqual({ state: "published" });
    await post(`/signatures/${id}/transitions`, { to: "accepted" }).expect(409);
  });

  it("records and lists declines, and refuses one of an organisation that has signed", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const decline = {
      letter: letter.slug,
      organisation_id: company.organisationId,
      reason_code: "antitrust",
      source: "oral",
      said_by: "their counsel",
    };
    await post("/declines", { ...decline, reason_code: "nonsense" }).expect(422);
    await post("/declines", { ...decline, verdict: "no" }).expect(422);
    await post("/declines", decline).expect(201);
    const list = await get(`/declines?letter=${letter.slug}`).expect(200);
    const [item] = (list.body as { items: Record<string, unknown>[] }).items;
    expect(item).toMatchObject({
      reason_code: "antitrust",
      next_ask: "A5",
      contributing: [],
      superseded_at: null,
    });
    await app.database.clean();
    token = await bearer(app);
    const signed = await inReview();
    const refused = await post("/declines", {
      ...decline,
      letter: signed.slug,
      organisation_id: signed.organisationId,
    }).expect(409);
    expect((refused.body as { code: string }).code).toBe("declines.signed");
  });

  it("lists open tasks and ticks them off", async () => {
    const { company } = await openLetterWithCompany(app);
    await reportWrongContact(app.ctx({ kind: "public" }), company.token, { code: "left_company" });
    const list = await get("/tasks").expect(200);
    const [task] = (list.body as { items: { id: string; kind: string }[] }).items;
    expect(task?.kind).toBe("left_company");
    await post(`/tasks/${task?.id ?? ""}/done`, {}).expect(204);
    expect(((await get("/tasks").expect(200)).body as { items: unknown[] }).items).toEqual([]);
  });

  it("needs the scope of each act", async () => {
    const { id } = await inReview();
    token = await bearer(app, ["signatures:read"]);
    await get("/signatures").expect(200);
    await post(`/signatures/${id}/transitions`, { to: "accepted" }).expect(403);
    await get("/declines").expect(403);
  });
});
