import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { verifyLetterLog } from "../../../src/domain/log/verification-service.js";
import { anonymiseLetter } from "../../../src/domain/privacy/anonymise-service.js";
import { askForInformation } from "../../../src/domain/review/information-service.js";
import { checkIndependently, fileEvidence } from "../../../src/domain/signatures/evidence-service.js";
import { takeInformation } from "../../../src/domain/signatures/information-service.js";
import { acceptSignature } from "../../../src/domain/signatures/review-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { transaction, type Ctx } from "../../../src/platform/context.js";
import { newId } from "../../../src/platform/ids.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { placesWith } from "../../support/places.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let reviewer: Ctx;
let letter: { id: string; slug: string };
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  reviewer = await staffCtx(app, "reviewer");
  letter = await makeLetter(app.system);
});
afterAll(() => app.close());

describe("after a letter was anonymised", () => {
  const MARK = "quillon-canary";

  /** An entry with two officers of whom, and of whose clerk and reporter, something stands in every room. */
  async function wellKnown(): Promise<string> {
    const { id } = await insertSignature(app.system, {
      letterId: letter.id,
      organisation: "Harrow & Vale",
      state: "in_review",
    });
    await publishedInLog(id);
    const at = app.clock.now();
    const officer = newId(app.clock);
    const named = { name: `${MARK} officer`, title: `${MARK} title`, email: `${MARK}@officer.example` };
    await app
      .db("signature_officers")
      .insert({ id: officer, signature_id: id, place: 2, ...named, state: "attested", asked_at: at });
    const words = { signature_id: id, kind: "information", body: `${MARK} wrote`, at };
    await app.db("signature_words").insert({ id: newId(app.clock), ...words });
    const report = {
      letter_id: letter.id,
      signature_id: id,
      entry_name: "Harrow & Vale",
      language: "en",
      at,
    };
    const reporter = {
      reporter_name: MARK,
      reporter_role: MARK,
      reporter_email: `${MARK}@x.example`,
      said: MARK,
    };
    await app
      .db("entry_reports")
      .insert({ id: newId(app.clock), ...report, ...reporter, address_hash: Buffer.alloc(32) });
    await app.db("signature_statements").insert({
      id: newId(app.clock),
      signature_id: id,
      kind: "quote",
      body: "We sign.",
      note: `${MARK} said so`,
      language: "en",
      state: "refused",
      submitted_at: at,
    });
    await checkIndependently(reviewer, id, { how: `Telephoned ${MARK} at the switchboard` });
    const file = { name: `${MARK}.pdf`, bytes: Buffer.from(`%PDF-1.7 ${MARK} %%EOF`) };
    await fileEvidence(reviewer, id, { kind: "qualified_file" }, file);
    await writeNote(id);
    return id;
  }

  async function writeNote(id: string): Promise<void> {
    const by = { changed_by: null, changed_at: app.clock.now(), row_version: 1 };
    await app.db("review_notes").insert({ signature_id: id, note: `${MARK} is away`, tags: [], ...by });
  }

  async function publishedInLog(id: string): Promise<void> {
    await app
      .db("signatures")
      .where({ id })
      .update({
        signatory_name: `${MARK} signatory`,
        signatory_title: `${MARK} director`,
        signatory_email: `${MARK}@signatory.example`,
        second_name: `${MARK} second`,
        second_title: `${MARK} second`,
        second_email: `${MARK}@second.example`,
        submitter_name: `${MARK} clerk`,
        submitter_email: `${MARK}@clerk.example`,
      });
    await askForInformation(reviewer, id, { question: `Is ${MARK} still with you?` });
    await transaction(app.system, (tx) => takeInformation(tx, id));
    await acceptSignature(app.system, id);
    await settle(app);
  }

  it("nothing of a signatory, officer, clerk or reporter is left in any table, and the log still verifies", async () => {
    await wellKnown();
    expect(await placesWith(app, MARK)).toContain("signatures.signatory_name");
    await changeLetterState(app.system, letter.slug, { to: "closed" });
    await settle(app);
    app.clock.advance(185 * DAY);
    await anonymiseLetter(await staffCtx(app, "admin"), letter.slug, { confirm: "on" });
    expect(await placesWith(app, MARK)).toEqual([]);
    const salts = await app.db("log_salts").whereIn("field", ["signatory_name", "signatory_title"]);
    expect(salts).toEqual([]);
    expect((await verifyLetterLog(app.system, letter.id)).discrepancies).toEqual([]);
  });
});
