import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { addVersion } from "../../../src/domain/letters/service.js";
import { requireChecks } from "../../../src/domain/letters/requirement-service.js";
import { linkAddress, ensureLink } from "../../../src/domain/links/service.js";
import { holdPledge, makeSignature } from "../../../src/domain/signatures/pledge-service.js";
import { reaffirm } from "../../../src/domain/signatures/reaffirm-service.js";
import { transitionSignature } from "../../../src/domain/signatures/review-service.js";
import type { SignatureRow } from "../../../src/domain/signatures/store.js";
import { restoreRow } from "../../../src/domain/signatures/undo-service.js";
import { decideStatement } from "../../../src/domain/statements/moderation-service.js";
import { signatoryTotals } from "../../../src/domain/publication/views.js";
import { transaction } from "../../../src/platform/context.js";
import { DAY } from "../../../src/platform/clock.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, LETTER, makeLetter } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: { id: string; slug: string };
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  letter = await makeLetter(app.system);
});
afterAll(() => app.close());

/** Its signatory has a reservation that nobody has approved. */
async function reserve(signature: string): Promise<string> {
  const id = newId(app.clock);
  await app.db("signature_statements").insert({
    id,
    signature_id: signature,
    kind: "reservation",
    clause: 1,
    body: "Not clause one as it stands.",
    language: "en",
    state: "waiting",
    submitted_at: app.clock.now(),
  });
  return id;
}

async function rowOf(id: string): Promise<SignatureRow> {
  return (await app.db("signatures").where({ id }).first()) as SignatureRow;
}

async function approve(statement: string): Promise<void> {
  await decideStatement(await staffCtx(app, "reviewer"), statement, { decision: "approved", note: "" });
}

describe("an entry whose reservation nobody has approved", () => {
  it("is not published when its pledge becomes a signature, and is once staff approve", async () => {
    const { id } = await insertSignature(app.system, {
      letterId: letter.id,
      kind: "pledge",
      state: "standing",
    });
    const statement = await reserve(id);
    await transaction(app.system, async (tx) => {
      const held = (await holdPledge(tx, id)) as SignatureRow;
      expect((await makeSignature(tx, held, "signed_now", "open")).state).toBe("accepted");
    });
    expect((await signatoryTotals(app.system, letter.id)).signed).toBe(0);
    await approve(statement);
    expect((await rowOf(id)).state).toBe("published");
  });

  it("is not published when its signatory says yes to the new text, and keeps its date once it is", async () => {
    const { id } = await insertSignature(app.system, { letterId: letter.id });
    const { published_at: before } = await rowOf(id);
    app.clock.advance(DAY);
    await addVersion(app.system, letter.slug, {
      ...LETTER,
      body_md: "1. All new.",
      reason: "New.",
      material: true,
    });
    await settle(app);
    const statement = await reserve(id);
    const link = linkAddress(app.system, await ensureLink(app.system, "manage", id));
    const token = new URL(link).pathname.split("/").at(-1) ?? "";
    expect(await reaffirm(app.ctx({ kind: "public" }), token, { version: 2 })).toEqual({ state: "accepted" });
    await approve(statement);
    expect(await rowOf(id)).toMatchObject({ state: "published", published_at: before });
  });

  it("is not published when its invalidation is undone", async () => {
    const { id } = await insertSignature(app.system, { letterId: letter.id, state: "invalidated" });
    await reserve(id);
    const undone = await transaction(app.system, async (tx) =>
      restoreRow(tx, await rowOf(id), { state: "published", publishedAt: null }),
    );
    expect(undone.state).toBe("accepted");
  });
});

describe("an entry whose invalidation is undone", () => {
  it("stays in review when it lacks a check that its letter has come to ask for", async () => {
    const { id } = await insertSignature(app.system, { letterId: letter.id, state: "invalidated" });
    await requireChecks(app.system, letter.slug, { required_checks: ["officer_attested"] });
    const undone = await transaction(app.system, async (tx) =>
      restoreRow(tx, await rowOf(id), { state: "published", publishedAt: null }),
    );
    expect(undone.state).toBe("in_review");
  });
});

describe("a second entry that waited beside the first", () => {
  it("goes on to the question of authority when staff let it, but not while the first is live", async () => {
    const reviewer = await staffCtx(app, "reviewer");
    const waiting = await insertSignature(app.system, { letterId: letter.id, state: "parked" });
    const { id, organisationId } = waiting;
    const given = { letterId: letter.id, organisationId, state: "in_review" } as const;
    const first = await insertSignature(app.system, given);
    await expect(transitionSignature(reviewer, id, { to: "email_confirmed" })).rejects.toMatchObject({
      code: "signatures.reopen_live",
    });
    await transitionSignature(reviewer, first.id, { to: "rescinded" });
    expect(await transitionSignature(reviewer, id, { to: "email_confirmed" })).toEqual({
      state: "in_review",
    });
    const kinds = await app.db("signature_evidence").where({ signature_id: id }).orderBy("id").pluck("kind");
    expect(kinds).toEqual(["address_confirmed", "attested"]);
  });
});
