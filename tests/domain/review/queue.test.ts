import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { linkAddress } from "../../../src/domain/links/service.js";
import { ensureLink } from "../../../src/domain/links/service.js";
import { claimEntry, releaseEntry } from "../../../src/domain/review/claim-service.js";
import { acceptEntry, rejectEntry, reopenEntry } from "../../../src/domain/review/deciding-service.js";
import {
  askForInformation,
  giveInformation,
  openQuestion,
  questionsAbout,
} from "../../../src/domain/review/information-service.js";
import { noteOn, setReviewTime, writeNote } from "../../../src/domain/review/note-service.js";
import { nextEntry, queueOf, queueTotals } from "../../../src/domain/review/queue-views.js";
import { previewRejection } from "../../../src/domain/review/rejection-preview-service.js";
import {
  addScreeningRule,
  forgetNetworks,
  readHints,
  screenNewEntries,
} from "../../../src/domain/review/screening-service.js";
import { exportEntries, findEntries } from "../../../src/domain/review/search-service.js";
import {
  addRejectionReason,
  changeRejectionReason,
  rejectionReasons,
} from "../../../src/domain/signatures/reason-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, countRows, invitedCompany, mailsTo, signingForm } from "../../support/company.js";
import { makeLetter } from "../../support/letters.js";

let app: TestApp;
let ana: Ctx;
let ben: Ctx;
let slug: string;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
  ana = await staffCtx(app, "reviewer");
  ben = await staffCtx(app, "reviewer");
  ({ slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

async function waiting(changes: Record<string, unknown> = {}): Promise<{ id: string; email: string }> {
  const company = await invitedCompany(app, slug);
  const visitor = app.ctx({ kind: "public" });
  await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company, changes));
  const { signature } = await confirmAnswer(
    visitor,
    (await confirmLink(app, company.email)).slice("/confirm/".length),
  );
  return { id: signature.id, email: company.email };
}

/** Signs from the public page, for the hints. */
async function fromPublic(name: string, email: string, network: string): Promise<string> {
  const visitor = app.ctx({ kind: "public" });
  const form = signingForm({ email }, { display_name: name });
  await submitSignature(visitor, { door: "public", slug, network }, form);
  const { signature } = await confirmAnswer(
    visitor,
    (await confirmLink(app, email)).slice("/confirm/".length),
  );
  return signature.id;
}

describe("a claim", () => {
  it("keeps colleagues from deciding unknowingly, and lapses after half an hour", async () => {
    const { id } = await waiting();
    await claimEntry(ana, id);
    const [seen] = await queueOf(app.system, null);
    expect(seen?.claim).toMatchObject({ holderName: ana.actor.kind === "staff" ? ana.actor.name : "" });
    await expect(claimEntry(ben, id)).rejects.toMatchObject({ code: "review.taken" });
    await expect(acceptEntry(ben, id)).rejects.toMatchObject({
      code: "review.taken",
      detail: { by: ana.actor.kind === "staff" ? ana.actor.name : "", minutes: 0 },
    });
    app.clock.advance(30 * MINUTE);
    expect((await queueOf(app.system, null))[0]?.claim).toBeUndefined();
    expect(await acceptEntry(ben, id)).toEqual({ state: "published" });
    expect(await countRows(app, "review_claims")).toBe(0);
  });

  it("is taken by one of two who reach for it at once", async () => {
    const { id } = await waiting();
    const both = await Promise.allSettled([claimEntry(ana, id), claimEntry(ben, id)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("is passed over knowingly, taken over in the open, and let go", async () => {
    const [one, two] = [await waiting(), await waiting()];
    await claimEntry(ana, one.id);
    await claimEntry(ana, two.id);
    expect(await acceptEntry(ben, one.id, { despite_claim: "on" })).toEqual({ state: "published" });
    await claimEntry(ben, two.id, { over: "on" });
    expect(await countRows(app, "activity", { action: "review.taken_over" })).toBe(1);
    await releaseEntry(ana, two.id);
    expect(await countRows(app, "review_claims")).toBe(1);
    await releaseEntry(ben, two.id);
    expect(await countRows(app, "review_claims")).toBe(0);
  });

  it("leads everybody else to the next entry", async () => {
    const [one, two, three] = [await waiting(), await waiting(), await waiting()];
    await claimEntry(ana, two.id);
    const benId = ben.actor.kind === "staff" ? ben.actor.id : "";
    expect(await nextEntry(app.system, benId, {}, one.id)).toBe(three.id);
  });
});

describe("the queue", () => {
  it("says what is overdue and what nearly is, in the working days of its letter", async () => {
    const { id } = await waiting();
    app.clock.advance(DAY + 13 * HOUR);
    expect((await queueOf(app.system, null)).map(({ band }) => band)).toEqual(["nearly"]);
    app.clock.advance(12 * HOUR);
    const late = await queueOf(app.system, null, { band: "overdue" });
    expect(late.map((entry) => entry.id)).toEqual([id]);
    await setReviewTime(ana, slug, { working_days: "5" });
    expect(await queueTotals(app.system)).toEqual([
      { letter: slug, workingDays: 5, overdue: 0, nearly: 0, in_time: 1, stopped: 0 },
    ]);
    await expect(setReviewTime(ana, slug, { working_days: "0" })).rejects.toMatchObject({ kind: "invalid" });
  });
});

describe("a question to the signatory", () => {
  it("goes out by mail with a link, stops the time, and its answer comes back to the review", async () => {
    const { id, email } = await waiting();
    await askForInformation(ana, id, { question: "Who may sign for you?" });
    const [mail] = await mailsTo(app, email, "signature-question");
    expect(mail?.data["question"]).toBe("Who may sign for you?");
    app.clock.advance(7 * DAY);
    const [entry] = await queueOf(app.system, null);
    expect(entry).toMatchObject({ state: "needs_information", band: "stopped" });

    const token =
      linkAddress(app.system, await ensureLink(app.system, "manage", id))
        .split("/")
        .at(-1) ?? "";
    const company = app.ctx({ kind: "company", id });
    expect(await openQuestion(company, token)).toMatchObject({
      verdict: "open",
      question: "Who may sign for you?",
    });
    await expect(giveInformation(company, token, { answer: "" })).rejects.toMatchObject({ kind: "invalid" });
    await giveInformation(company, token, { answer: "Our director." });
    await giveInformation(company, token, { answer: "Somebody else." });
    expect(await openQuestion(company, token)).toMatchObject({ verdict: "answered", question: null });
    expect(await questionsAbout(ana, id)).toMatchObject([{ answer: "Our director." }]);
    expect((await queueOf(app.system, null))[0]).toMatchObject({ state: "in_review", band: "in_time" });
    expect(
      await countRows(app, "signature_history", { cause: "information_given", actor_kind: "company" }),
    ).toBe(1);
  });

  it("is over once the entry was decided", async () => {
    const { id } = await waiting();
    await askForInformation(ana, id, { question: "Who?" });
    await rejectEntry(ana, id, { reason_code: "unverifiable" });
    const token =
      linkAddress(app.system, await ensureLink(app.system, "manage", id))
        .split("/")
        .at(-1) ?? "";
    const company = app.ctx({ kind: "company", id });
    expect((await openQuestion(company, token)).verdict).toBe("over");
    await expect(giveInformation(company, token, { answer: "Me." })).rejects.toMatchObject({
      code: "review.nothing_asked",
    });
  });
});

describe("a rejection", () => {
  it("shows its mail before anything is done", async () => {
    const { id, email } = await waiting();
    const { view, sentence } = await previewRejection(ana, id, {
      reason_code: "not_authorised",
      note: "Ask your board.",
    });
    expect(sentence).toBe("The signatory may not bind the organisation");
    expect(view.data).toMatchObject({ reasonText: sentence, note: "Ask your board." });
    expect(await mailsTo(app, email, "signature-rejected")).toEqual([]);
    await expect(previewRejection(ana, id, { reason_code: "other" })).rejects.toMatchObject({
      fields: { note: "errors.signatures.note" },
    });
  });

  it("is undone back into the review, and can be decided anew, with a mail of its own", async () => {
    const { id, email } = await waiting();
    await rejectEntry(ana, id, { reason_code: "unverifiable" });
    expect(await reopenEntry(ana, id)).toEqual({ state: "in_review" });
    await expect(reopenEntry(ana, id)).rejects.toMatchObject({ kind: "conflict" });
    await rejectEntry(ana, id, { reason_code: "out_of_scope" });
    expect(await mailsTo(app, email, "signature-rejected")).toHaveLength(2);
  });

  it("has reasons that staff word, add and archive; one that was used stays", async () => {
    await expect(addRejectionReason(ana, { code: "No Mandate", sentence_en: "x" })).rejects.toMatchObject({
      fields: { code: "errors.signatures.reason_code" },
    });
    const code = `no_mandate_${app.clock.now().getTime()}`;
    await addRejectionReason(ana, { code, sentence_en: "No mandate", sentence_fr: "Sans mandat" });
    await expect(addRejectionReason(ana, { code, sentence_en: "x" })).rejects.toMatchObject({
      code: "signatures.reason_known",
    });
    const { id, email } = await waiting({ language: "fr" });
    await rejectEntry(ana, id, { reason_code: code });
    const [mail] = await mailsTo(app, email, "signature-rejected");
    expect(mail?.data["reasonText"]).toBe("Sans mandat");
    await changeRejectionReason(ana, code, { archived: "on", row_version: 1 });
    await expect(
      changeRejectionReason(ana, code, { sentence_en: "x", row_version: 1 }),
    ).rejects.toMatchObject({
      code: "signatures.reason_stale",
    });
    const other = await waiting();
    await expect(rejectEntry(ana, other.id, { reason_code: code })).rejects.toMatchObject({
      fields: { reason_code: "errors.signatures.reason" },
    });
    expect((await rejectionReasons(ana)).find((reason) => reason.code === code)).toMatchObject({
      archived: true,
      used: true,
    });
    await expect(app.database.adminDb("rejection_reasons").where({ code }).delete()).rejects.toThrow(
      "signatures_rejection_code_fkey",
    );
  });
});

describe("a note", () => {
  it("is not overwritten by a colleague who has not seen it", async () => {
    const { id } = await waiting();
    await writeNote(ana, id, { staff_note: "Called them.", tags: "Call back, call back, press" });
    await expect(writeNote(ben, id, { staff_note: "Mine." })).rejects.toMatchObject({
      code: "review.note_stale",
    });
    await writeNote(ben, id, { staff_note: "Called them twice.", tags: "press", row_version: 1 });
    expect(await noteOn(ana, id)).toMatchObject({
      note: "Called them twice.",
      tags: ["press"],
      row_version: 2,
    });
    expect((await findEntries(ana, { tag: "press" })).items.map((entry) => entry.id)).toEqual([id]);
  });
});

describe("finding an entry", () => {
  it("goes by names, address in any case, domain, letter and id", async () => {
    const { id, email } = await waiting({ display_name: "Tumaini 100% Ltd" });
    await waiting({ display_name: "Other Ltd" });
    const domain = email.split("@")[1] ?? "";
    for (const q of ["tumaini 100%", email.toUpperCase(), `@${domain}`, domain, id]) {
      expect((await findEntries(ana, { q })).items.map((entry) => entry.id)).toEqual([id]);
    }
    expect((await findEntries(ana, { q: "grace wan", letter: slug })).items).toHaveLength(2);
    expect((await findEntries(ana, { letter: "another" })).items).toEqual([]);
  });

  it("takes along what is seen, under a name with its moment, and notes it", async () => {
    await waiting();
    const list = await exportEntries(ana, { letter: slug });
    expect(list.name).toBe("signatures-20270301-090000");
    expect(list.rows).toHaveLength(1);
    expect(await countRows(app, "activity", { action: "list.exported" })).toBe(1);
  });
});

describe("signs of fraud", () => {
  it("are hints: many entries from one network are all kept, and staff are alerted once each", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(await fromPublic(`Swarm ${n} Ltd`, `a@swarm-${n}.example`, `198.51.100.${n}`));
    }
    const hints = await readHints(app.system, ids);
    for (const id of ids) expect(hints.get(id)).toEqual(["many_from_network", "young_domain"]);
    expect(await screenNewEntries(app.system)).toBe(5);
    expect(await screenNewEntries(app.system)).toBe(0);
    expect(await countRows(app, "tasks", { kind: "suspicious_entry" })).toBe(5);
    expect(await countRows(app, "signatures", { state: "in_review" })).toBe(5);
  });

  it("are overridden by a trusted domain, and a listed one is held for a person with the same answers", async () => {
    const listed = await fromPublic("Listed Ltd", "a@listed.example", "203.0.113.1");
    await addScreeningRule(ana, { verdict: "hold", kind: "domain", pattern: "listed.example" });
    expect((await readHints(app.system, [listed])).get(listed)).toContain("listed");
    await addScreeningRule(ana, { verdict: "allow", kind: "network", pattern: "203.0.113.200" });
    expect((await readHints(app.system, [listed])).get(listed)).toContain("listed");
    await addScreeningRule(ana, { verdict: "allow", kind: "address", pattern: "a@listed.example" });
    expect((await readHints(app.system, [listed])).get(listed)).toEqual([]);
    await expect(
      addScreeningRule(ana, { verdict: "hold", kind: "domain", pattern: "*" }),
    ).rejects.toMatchObject({ fields: { pattern: "errors.screening.domain" } });
  });

  it("rest on a hash of the network's first part, which is erased after 90 days", async () => {
    await fromPublic("Kept Ltd", "a@kept.example", "203.0.113.1");
    const [row] = (await app.db("signatures").select("network_hash")) as { network_hash: Buffer | null }[];
    expect(row?.network_hash).toHaveLength(32);
    app.clock.advance(89 * DAY);
    expect(await forgetNetworks(app.system)).toBe(0);
    app.clock.advance(2 * DAY);
    expect(await forgetNetworks(app.system)).toBe(1);
    expect(await countRows(app, "signatures", { network_hash: null })).toBe(1);
  });
});
