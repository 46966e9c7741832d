import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  approveBulk,
  cancelBulk,
  countBulk,
  removeBulk,
  saveBulk,
  showBulk,
  startBulk,
  undoBulk,
} from "../../../src/domain/review/bulk-service.js";
import { workOnBulks } from "../../../src/domain/review/bulk-work-service.js";
import { transitionSignature } from "../../../src/domain/signatures/review-service.js";
import type { SignatureState } from "../../../src/domain/signatures/signature.js";
import { createApiToken, tokenActor } from "../../../src/domain/team/service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { countRows } from "../../support/company.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
let reviewer: Ctx;
let slug: string;
let letterId: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  reviewer = await staffCtx(app, "reviewer");
  ({ id: letterId, slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

async function entry(state: SignatureState, more: Record<string, unknown> = {}): Promise<string> {
  return (await insertSignature(app.system, { letterId, state, ...more })).id;
}

async function stateOf(id: string): Promise<Record<string, unknown>> {
  return (await app.db("signatures").where({ id }).first()) as Record<string, unknown>;
}

async function finish(): Promise<void> {
  for (let moved = -1; moved !== 0;) moved = await workOnBulks(app.system);
}

describe("a bulk invalidation", () => {
  it("needs a summary and at least one condition", async () => {
    await expect(saveBulk(reviewer, { letter: slug })).rejects.toMatchObject({
      fields: { summary: "errors.field.required" },
    });
    await expect(saveBulk(reviewer, { summary: "Spam" })).rejects.toMatchObject({
      fields: { form: "errors.bulk.no_condition" },
    });
    await expect(saveBulk(reviewer, { summary: "Spam", domain: "*" })).rejects.toMatchObject({
      fields: { domain: "errors.screening.domain" },
    });
    const outreach = await staffCtx(app, "outreach");
    await expect(saveBulk(outreach, { summary: "Spam", letter: slug })).rejects.toMatchObject({
      kind: "forbidden",
    });
  });

  it("counts first, changes nothing by it, and can be deleted before it is started", async () => {
    await entry("published");
    await entry("in_review");
    await entry("withdrawn");
    const count = await countBulk(reviewer, { letter: slug });
    expect(count.total).toBe(2);
    expect(count.byState).toEqual([
      { state: "in_review", count: 1 },
      { state: "published", count: 1 },
    ]);
    expect(count.sample).toHaveLength(2);
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    expect((await showBulk(reviewer, id)).count?.total).toBe(2);
    await finish();
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1);
    await removeBulk(reviewer, id);
    expect(await countRows(app, "bulk_invalidations")).toBe(0);
  });

  it("means only what fits every condition", async () => {
    await entry("published", { organisation: "Fake Orbit Ltd" });
    await entry("published", { organisation: "Real Orbit Ltd" });
    expect((await countBulk(reviewer, { letter: slug, name: "FAKE" })).total).toBe(1);
    expect((await countBulk(reviewer, { name: "orbit", domain: "private.example" })).total).toBe(2);
    expect((await countBulk(reviewer, { name: "orbit", domain: "other.example" })).total).toBe(0);
    expect((await countBulk(reviewer, { name: "orbit", submitted_from: "2027-03-02" })).total).toBe(0);
    expect((await countBulk(reviewer, { name: "orbit", submitted_until: "2027-03-01" })).total).toBe(2);
    expect((await countBulk(reviewer, { name: "orbit", door: "invitation" })).total).toBe(0);
    expect((await countBulk(reviewer, { letter: slug, states: ["in_review"] })).total).toBe(0);
  });

  it("takes off what counts, rejects what waits and throws away what nobody confirmed, without a mail", async () => {
    const published = await entry("published");
    const waiting = await entry("in_review");
    const unconfirmed = await entry("submitted");
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id);
    await finish();
    expect((await stateOf(published))["state"]).toBe("invalidated");
    expect(await stateOf(waiting)).toMatchObject({ state: "rejected", rejection_code: "unverifiable" });
    expect((await stateOf(unconfirmed))["state"]).toBe("expired");
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({
      state: "done",
      items: 3,
      invalidated: 1,
      rejected: 1,
      discarded: 1,
      skipped: 0,
    });
    expect(await countRows(app, "messages")).toBe(0);
    const step = (await app.db("signature_history").where({ signature_id: published }).first()) as Record<
      string,
      unknown
    >;
    expect(step).toMatchObject({
      cause: "invalidated",
      actor_kind: "staff",
      actor_id: reviewer.actor.kind === "staff" ? reviewer.actor.id : "",
    });
    expect(await countRows(app, "activity", { action: "bulk.done" })).toBe(1);
  });

  it("tells the signatories only when it is asked to", async () => {
    await entry("published");
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug, tell_signatories: "on" });
    await startBulk(reviewer, id);
    await finish();
    expect(await countRows(app, "messages", { template: "signature-invalidated" })).toBe(1);
  });

  it("is undone: everything is back where it was, with its dates", async () => {
    const at = app.clock.now();
    const before = {
      published: await entry("published", { at }),
      held: await entry("accepted", { visibility: "confidential" }),
      standing: await entry("standing", { kind: "pledge" }),
      disputed: await entry("disputed"),
      waiting: await entry("in_review"),
      unconfirmed: await entry("submitted"),
    };
    await app.db("signature_history").insert({
      id: before.waiting,
      signature_id: before.waiting,
      from_state: "email_confirmed",
      to_state: "attested",
      cause: "attested",
      actor_kind: "company",
      at,
    });
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id);
    await finish();
    app.clock.advance(3 * DAY);
    await undoBulk(reviewer, id);
    await finish();
    expect(await stateOf(before.published)).toMatchObject({
      state: "published",
      published_at: at,
      accepted_at: at,
    });
    expect((await stateOf(before.held))["state"]).toBe("accepted");
    expect((await stateOf(before.standing))["state"]).toBe("standing");
    expect((await stateOf(before.disputed))["state"]).toBe("in_review");
    expect(await stateOf(before.waiting)).toMatchObject({ state: "in_review", rejection_code: null });
    expect((await stateOf(before.unconfirmed))["state"]).toBe("expired");
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({ state: "undone", restored: 5, left: 1 });
  });

  it("leaves an entry alone whose organisation has signed again meanwhile", async () => {
    const { id: first, organisationId } = await insertSignature(app.system, { letterId });
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id);
    await finish();
    const again = await insertSignature(app.system, { letterId, organisationId });
    await undoBulk(reviewer, id);
    await finish();
    expect((await stateOf(first))["state"]).toBe("invalidated");
    expect((await stateOf(again.id))["state"]).toBe("published");
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({ state: "undone", restored: 0, left: 1 });
  });

  it("of thousands waits for a second person, shows how far it is, is stopped midway and undone", async () => {
    await many(2_000);
    const { id } = await saveBulk(reviewer, { summary: "Spam wave", letter: slug });
    expect(await startBulk(reviewer, id)).toEqual({ state: "waiting", items: 2_000 });
    await finish();
    expect(await countRows(app, "signatures", { state: "published" })).toBe(2_000);
    const second = await staffCtx(app, "reviewer");
    await expect(approveBulk(reviewer, id)).rejects.toMatchObject({ code: "bulk.own" });
    await approveBulk(second, id);
    expect(await workOnBulks(app.system)).toBe(1_000);
    const { bulk } = await showBulk(reviewer, id);
    expect(bulk).toMatchObject({ state: "running", items: 2_000, invalidated: 1_000 });
    await cancelBulk(reviewer, id, { row_version: bulk.row_version });
    expect(await workOnBulks(app.system)).toBe(0);
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1_000);
    await undoBulk(reviewer, id);
    await finish();
    expect(await countRows(app, "signatures", { state: "published" })).toBe(2_000);
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({ state: "undone", restored: 1_000 });
  }, 120_000);

  it("that a colleague makes through a token of their own has another one as its second person", async () => {
    const admin = await staffCtx(app, "admin");
    const { token } = await createApiToken(admin, { name: "script", scopes: ["signatures:review"] });
    const actor = await tokenActor(app.system, token);
    const script = app.ctx(actor ?? { kind: "public" });
    await many(51);
    const { id } = await saveBulk(script, { summary: "Spam", letter: slug });
    expect(await startBulk(script, id)).toEqual({ state: "waiting", items: 51 });
    await expect(approveBulk(script, id)).rejects.toMatchObject({ code: "bulk.own" });
    await expect(approveBulk(admin, id)).rejects.toMatchObject({ code: "bulk.own" });
    expect(await approveBulk(reviewer, id)).toEqual({ state: "running" });
  });

  it("goes on after a crash in the middle, and does nothing twice", async () => {
    await many(120);
    const lone = await staffCtx(app, "admin");
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id);
    await approveBulk(lone, id);
    let statements = 0;
    const { client } = app.db as unknown as { client: NodeJS.EventEmitter };
    const crash = ({ sql }: { sql: string }): void => {
      if (!sql.includes("bulk_invalidation_items") || !sql.startsWith("update")) return;
      statements += 1;
      if (statements === 75) throw new Error("the worker dies here");
    };
    client.on("query", crash);
    await expect(workOnBulks(app.system)).rejects.toThrow("the worker dies here");
    client.off("query", crash);
    expect(await countRows(app, "signatures", { state: "invalidated" })).toBe(50);
    await finish();
    expect(await countRows(app, "signatures", { state: "invalidated" })).toBe(120);
    expect(await countRows(app, "signature_history", { cause: "invalidated" })).toBe(120);
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({ state: "done", invalidated: 120 });
  }, 60_000);

  it("passes by a signatory who withdraws meanwhile", async () => {
    const withdrawn = await entry("published");
    const other = await entry("published");
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id);
    await transitionSignature(reviewer, withdrawn, { to: "withdrawn" });
    await finish();
    expect((await stateOf(withdrawn))["state"]).toBe("withdrawn");
    expect((await stateOf(other))["state"]).toBe("invalidated");
    expect((await showBulk(reviewer, id)).bulk).toMatchObject({ invalidated: 1, skipped: 1 });
    await undoBulk(reviewer, id);
    await finish();
    expect((await stateOf(withdrawn))["state"]).toBe("withdrawn");
  });

  it("is refused to whoever has not seen what a colleague did meanwhile", async () => {
    await entry("published");
    const { id } = await saveBulk(reviewer, { summary: "Spam", letter: slug });
    await startBulk(reviewer, id, { row_version: 1 });
    await expect(cancelBulk(reviewer, id, { row_version: 1 })).rejects.toMatchObject({ code: "bulk.stale" });
    await expect(removeBulk(reviewer, id)).rejects.toMatchObject({ code: "bulk.not_now" });
    await expect(undoBulk(reviewer, id)).rejects.toMatchObject({ code: "bulk.not_now" });
  });
});

/** So many published entries, in few statements. */
async function many(count: number): Promise<void> {
  const { id, organisationId } = await insertSignature(app.system, { letterId });
  await app.database.adminDb.raw(
    `insert into organisations (id, name, name_key, country, sector, source, created_at, updated_at)
     select gen_random_uuid(), 'Wave ' || n, 'wave ' || n, 'NO', 'satellite_operator', 'wave', ?, ?
       from generate_series(2, ?) n`,
    [app.clock.now(), app.clock.now(), count],
  );
  const columns = Object.keys(await stateOf(id)).filter(
    (name) => !["id", "organisation_id", "state", "search_key"].includes(name),
  );
  const list = columns.map((name) => `"${name}"`).join(", ");
  await app.database.adminDb.raw("alter table signatures disable trigger signatures_step");
  await app.database.adminDb.raw(
    `insert into signatures (id, organisation_id, state, ${list})
     select gen_random_uuid(), o.id, 'published', ${columns.map((name) => `s."${name}"`).join(", ")}
       from organisations o, signatures s where o.source = 'wave' and s.organisation_id = ?`,
    [organisationId],
  );
  await app.database.adminDb.raw("alter table signatures enable trigger signatures_step");
}
