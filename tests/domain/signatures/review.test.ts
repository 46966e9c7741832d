import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import {
  acceptSignature,
  publishHeldSignatures,
  rejectSignature,
  transitionSignature,
} from "../../../src/domain/signatures/review-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { NOT_LIVE, SIGNATURE_STATES } from "../../../src/domain/signatures/signature.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import type { Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  invitedCompany,
  mailsTo,
  signingForm,
  type InvitedCompany,
} from "../../support/company.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

let app: TestApp;
let reviewer: Ctx;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  reviewer = await staffCtx(app, "reviewer");
});
afterAll(() => app.close());

async function waiting(
  slug: string,
  changes: Record<string, unknown> = {},
): Promise<{ id: string; company: InvitedCompany }> {
  const company = await invitedCompany(app, slug);
  const visitor = app.ctx({ kind: "public" });
  await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company, changes));
  const token = (await confirmLink(app, company.email)).slice("/confirm/".length);
  const { signature } = await confirmAnswer(visitor, token);
  return { id: signature.id, company };
}

describe("reviewing a signature", () => {
  it("accepts it onto the page, tells its signatory, and leaves history and audit", async () => {
    const { slug } = await makeLetter(app.system);
    const { id, company } = await waiting(slug, { quote: "Words." });
    expect(await acceptSignature(reviewer, id, { quote_approved: true })).toEqual({ state: "published" });
    const [row] = (await app.db("signatures").select("*")) as Record<string, unknown>[];
    expect(row).toMatchObject({ state: "published", quote_approved: true, published_at: app.clock.now() });
    expect(row?.["reviewed_by"]).toBe(reviewer.actor.kind === "staff" ? reviewer.actor.id : "");
    expect(await countRows(app, "activity", { action: "signature.accepted", actor_kind: "staff" })).toBe(1);
    const [mail] = await mailsTo(app, company.email, "signature-accepted");
    expect(mail?.data["outcome"]).toBe("published");
  });

  it("keeps the statement off the page unless the reviewer lets it on", async () => {
    const { slug } = await makeLetter(app.system);
    const { id } = await waiting(slug, { quote: "Words." });
    await acceptSignature(reviewer, id, {});
    expect(await countRows(app, "signatures", { quote_approved: false })).toBe(1);
  });

  it("holds a signature back until launch, and publishes it once the letter is open", async () => {
    const { slug } = await makeLetter(app.system, { state: "approved" });
    await changeLetterState(app.system, slug, { to: "gathering" });
    const { id } = await waiting(slug);
    expect(await acceptSignature(reviewer, id)).toEqual({ state: "held" });
    expect(await publishHeldSignatures(app.system)).toBe(0);
    await changeLetterState(app.system, slug, { to: "open" });
    expect(await publishHeldSignatures(app.system)).toBe(1);
    expect(await publishHeldSignatures(app.system)).toBe(0);
    expect(await countRows(app, "signatures", { state: "published" })).toBe(1);
  });

  it("lets a pledge stand and counts a confidential one without publishing it", async () => {
    const { slug } = await makeLetter(app.system);
    const pledge = await waiting(slug, {
      appearance: "pledge",
      condition_count: "10",
      condition_class: "any",
    });
    const quiet = await waiting(slug, { appearance: "confidential" });
    expect(await acceptSignature(reviewer, pledge.id)).toEqual({ state: "standing" });
    expect(await acceptSignature(reviewer, quiet.id)).toEqual({ state: "accepted" });
    expect(await countRows(app, "signatures", { published_at: null })).toBe(2);
  });

  it("rejects with a structured reason, which the signatory reads", async () => {
    const { slug } = await makeLetter(app.system);
    const { id, company } = await waiting(slug);
    await expect(rejectSignature(reviewer, id, { reason_code: "because" })).rejects.toMatchObject({
      fields: { reason_code: "errors.signatures.reason" },
    });
    await expect(rejectSignature(reviewer, id, { reason_code: "other" })).rejects.toMatchObject({
      fields: { note: "errors.signatures.note" },
    });
    await rejectSignature(reviewer, id, { reason_code: "not_authorised", note: "Ask your board." });
    const [mail] = await mailsTo(app, company.email, "signature-rejected");
    expect(mail?.data).toMatchObject({ reason: "not_authorised", note: "Ask your board." });
    expect(await countRows(app, "signatures", { state: "rejected", rejection_code: "not_authorised" })).toBe(
      1,
    );
  });

  it("refuses a stale view, and lets only one of two reviewers decide", async () => {
    const { slug } = await makeLetter(app.system);
    const { id } = await waiting(slug);
    const [{ row_version }] = (await app.db("signatures").select("row_version")) as [{ row_version: number }];
    await expect(acceptSignature(reviewer, id, { row_version: row_version - 1 })).rejects.toMatchObject({
      code: "signatures.stale",
    });
    const both = await Promise.allSettled([
      acceptSignature(reviewer, id, { row_version }),
      rejectSignature(reviewer, id, { reason_code: "unverifiable", row_version }),
    ]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(acceptSignature(reviewer, id)).rejects.toMatchObject({ kind: "conflict" });
  });

  it("is for reviewers: others are refused before anything is read", async () => {
    const outreach = await staffCtx(app, "outreach");
    await expect(acceptSignature(outreach, newId(app.clock))).rejects.toMatchObject({ kind: "forbidden" });
    await expect(acceptSignature(reviewer, "nonsense")).rejects.toMatchObject({ kind: "not_found" });
  });

  it("by script, follows the same table", async () => {
    const { slug } = await makeLetter(app.system);
    const { id } = await waiting(slug);
    await transitionSignature(reviewer, id, { to: "accepted" });
    await expect(transitionSignature(reviewer, id, { to: "accepted" })).rejects.toMatchObject({
      kind: "conflict",
    });
    expect(await transitionSignature(reviewer, id, { to: "invalidated" })).toEqual({ state: "invalidated" });
    expect(await countRows(app, "activity", { action: "signature.invalidated" })).toBe(1);
  });
});

/** The states that a definition in the database names. */
function words(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/'([a-z_]+)'/g)].map((match) => match[1] ?? "").sort();
}

describe("the database itself", () => {
  it("refuses a second live signature, one public without confirmation, one rejected without reason", async () => {
    const { id: letterId } = await makeLetter(app.system);
    const { organisationId } = await insertSignature(app.system, { letterId });
    await expect(insertSignature(app.system, { letterId, organisationId })).rejects.toThrow(
      "signatures_one_live_idx",
    );
    const other = await insertSignature(app.system, { letterId, state: "withdrawn" });
    await app.db("signatures").where({ id: other.id }).update({ organisation_id: organisationId });
    const change = (values: Record<string, unknown>) =>
      app.db("signatures").where({ state: "published" }).update(values);
    await expect(change({ confirmed_at: null })).rejects.toThrow("signatures_confirmed_check");
    await expect(change({ published_at: null })).rejects.toThrow("signatures_published_check");
    await expect(change({ state: "nearly" })).rejects.toThrow("does not go from published to nearly");
    await expect(change({ rejection_code: "other" })).rejects.toThrow("signatures_rejection_check");
    await expect(change({ kind: "pledge" })).rejects.toThrow("signatures_condition_check");
  });

  it("takes nothing of a history back", async () => {
    const { slug } = await makeLetter(app.system);
    await waiting(slug);
    await expect(app.db("signature_history").delete()).rejects.toThrow();
    await expect(app.db("signature_history").update({ cause: "x" })).rejects.toThrow();
  });

  it("knows the same states, and the same ends, as the table of transitions", async () => {
    const state = (await app.database.adminDb.raw(
      "select pg_get_constraintdef(oid) as text from pg_constraint where conname = 'signatures_state_check'",
    )) as { rows: { text: string }[] };
    const index = (await app.database.adminDb.raw(
      "select indexdef as text from pg_indexes where indexname = 'signatures_one_live_idx'",
    )) as { rows: { text: string }[] };
    expect(words(state.rows[0]?.text)).toEqual([...SIGNATURE_STATES].sort());
    expect(words(index.rows[0]?.text)).toEqual([...NOT_LIVE].sort());
  });
});
