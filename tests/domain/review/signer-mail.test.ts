import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { unsubscribe } from "../../../src/domain/consent/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { anonymiseFrom } from "../../../src/domain/privacy/anonymise.js";
import { anonymiseLetter, previewAnonymise } from "../../../src/domain/privacy/anonymise-service.js";
import {
  approveSignerMail,
  sendSignerMail,
  showSignerMail,
  testSignerMail,
  workOnSignerMails,
  writeSignerMail,
} from "../../../src/domain/review/signer-mail-service.js";
import { createApiToken, tokenActor } from "../../../src/domain/team/service.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { browser, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { countRows } from "../../support/company.js";
import { CANARY, insertSignature, makeLetter } from "../../support/letters.js";
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

const NEWS = { subject: "Delivered", body: "The letter **was delivered** today." };

interface Mail {
  id: string;
  to_email: string;
  state: string;
  body_text: string;
  headers: Record<string, unknown>;
  data: Record<string, unknown>;
}

async function updates(): Promise<Mail[]> {
  return (await app
    .db("messages")
    .where({ template: "signer-update", purpose: "transactional" })
    .whereNotNull("organisation_id")
    .orderBy("to_email")) as Mail[];
}

async function finish(): Promise<void> {
  for (let done = -1; done !== 0;) done = await workOnSignerMails(app.system);
}

describe("a mail to everybody who signed", () => {
  it("needs subject and text, and somebody to read it", async () => {
    await expect(writeSignerMail(reviewer, letter.slug, {})).rejects.toMatchObject({
      fields: { subject: "errors.field.required", body: "errors.field.required" },
    });
    const { id } = await writeSignerMail(reviewer, letter.slug, NEWS);
    await expect(sendSignerMail(reviewer, id)).rejects.toMatchObject({ code: "signer_mail.nobody" });
  });

  it("is tried on oneself first, and reaches each address once, with a copy for staff", async () => {
    const first = await insertSignature(app.system, { letterId: letter.id });
    await insertSignature(app.system, { letterId: letter.id, visibility: "confidential", state: "accepted" });
    await insertSignature(app.system, { letterId: letter.id, state: "in_review" });
    await insertSignature(app.system, { letterId: letter.id, state: "withdrawn" });
    const twin = await insertSignature(app.system, { letterId: letter.id });
    const { signatory_email: address } = (await app.db("signatures").where({ id: first.id }).first()) as {
      signatory_email: string;
    };
    await app.db("signatures").where({ id: twin.id }).update({ signatory_email: address.toUpperCase() });
    const { id } = await writeSignerMail(reviewer, letter.slug, NEWS);
    await testSignerMail(reviewer, id);
    expect(await countRows(app, "messages", { purpose: "test" })).toBe(1);
    expect(await updates()).toEqual([]);
    expect(await sendSignerMail(reviewer, id)).toEqual({ state: "sending", recipients: 2 });
    await finish();
    await finish();
    expect(await updates()).toHaveLength(2);
    expect((await showSignerMail(reviewer, id)).mail).toMatchObject({ state: "sent", queued: 2, stopped: 0 });
    expect(await countRows(app, "messages", { send_key: `signer-update-copy:${id}` })).toBe(1);
    await expect(sendSignerMail(reviewer, id)).rejects.toMatchObject({ code: "signer_mail.not_now" });
  });

  it("carries a way to stop for this letter, after which no further one comes", async () => {
    await insertSignature(app.system, { letterId: letter.id });
    const { id } = await writeSignerMail(reviewer, letter.slug, NEWS);
    await sendSignerMail(reviewer, id);
    await finish();
    await settle(app);
    const [mail] = await updates();
    expect(mail).toMatchObject({ state: "sent" });
    expect(mail?.headers).toHaveProperty("list_unsubscribe");
    const [linkId = ""] = placeholdersIn(String(mail?.data["unsubscribe"]));
    const address = new URL((await linkAddresses(app.system, [linkId])).get(linkId) ?? "").pathname;
    const page = await browser(app).get(address).expect(200);
    expect(page.text).toContain("No more mails about this letter");
    await unsubscribe(app.ctx({ kind: "public" }), address.slice("/unsubscribe/".length));
    expect(await countRows(app, "suppressions", { letter_id: letter.id })).toBe(1);

    const second = await writeSignerMail(reviewer, letter.slug, { ...NEWS, subject: "Answered" });
    await sendSignerMail(reviewer, second.id);
    await finish();
    expect((await showSignerMail(reviewer, second.id)).mail).toMatchObject({ queued: 0, stopped: 1 });
    const other = await makeLetter(app.system, { slug: "another-letter" });
    await insertSignature(app.system, { letterId: other.id });
    const elsewhere = await writeSignerMail(reviewer, other.slug, NEWS);
    await sendSignerMail(reviewer, elsewhere.id);
    await finish();
    expect((await showSignerMail(reviewer, elsewhere.id)).mail).toMatchObject({ queued: 1 });
  });

  it("does not go out to one who says stop while it waits in the queue", async () => {
    await insertSignature(app.system, { letterId: letter.id });
    const { id } = await writeSignerMail(reviewer, letter.slug, NEWS);
    await sendSignerMail(reviewer, id);
    await finish();
    const [mail] = await updates();
    const [linkId = ""] = placeholdersIn(String(mail?.data["unsubscribe"]));
    const address = new URL((await linkAddresses(app.system, [linkId])).get(linkId) ?? "").pathname;
    await unsubscribe(app.ctx({ kind: "public" }), address.slice("/unsubscribe/".length));
    await settle(app);
    expect((await updates()).map(({ state }) => state)).toEqual(["suppressed"]);
  });

  it("over fifty waits for a second person", async () => {
    for (let n = 0; n < 51; n += 1) await insertSignature(app.system, { letterId: letter.id });
    const { id } = await writeSignerMail(reviewer, letter.slug, NEWS);
    const second = await staffCtx(app, "reviewer");
    expect(await sendSignerMail(reviewer, id)).toEqual({ state: "waiting", recipients: 51 });
    await finish();
    expect(await updates()).toEqual([]);
    await expect(approveSignerMail(reviewer, id)).rejects.toMatchObject({ code: "signer_mail.own" });
    await approveSignerMail(second, id);
    await finish();
    expect(await updates()).toHaveLength(51);
  });

  it("over fifty that a colleague sends through a token of their own waits for another one", async () => {
    const admin = await staffCtx(app, "admin");
    const { token } = await createApiToken(admin, { name: "script", scopes: ["signatures:review"] });
    const script = app.ctx((await tokenActor(app.system, token)) ?? { kind: "public" });
    for (let n = 0; n < 51; n += 1) await insertSignature(app.system, { letterId: letter.id });
    const { id } = await writeSignerMail(script, letter.slug, NEWS);
    expect(await sendSignerMail(script, id)).toEqual({ state: "waiting", recipients: 51 });
    await expect(approveSignerMail(admin, id)).rejects.toMatchObject({ code: "signer_mail.own" });
    await approveSignerMail(reviewer, id);
  });
});

function ended(text: string, state = "closed"): string | undefined {
  return anonymiseFrom({ state, endedAt: new Date(text) })?.toISOString();
}

describe("erasing the persons behind the signatures of a letter", () => {
  it("is possible six months after its end, a day of a month that is there", () => {
    expect(ended("2027-03-01T09:00:00Z")).toBe("2027-09-01T09:00:00.000Z");
    expect(ended("2027-08-31T00:00:00Z")).toBe("2028-02-29T00:00:00.000Z");
    expect(ended("2027-03-01T09:00:00Z", "open")).toBeUndefined();
  });

  it("keeps the organisations, waits for its time, and has nothing to do twice", async () => {
    const admin = await staffCtx(app, "admin");
    await insertSignature(app.system, { letterId: letter.id, organisation: "Harrow & Vale" });
    await changeLetterState(app.system, letter.slug, { to: "closed" });
    await expect(anonymiseLetter(admin, letter.slug, { confirm: "on" })).rejects.toMatchObject({
      code: "anonymise.too_early",
    });
    await expect(previewAnonymise(reviewer, letter.slug)).rejects.toMatchObject({ kind: "forbidden" });
    app.clock.advance(185 * DAY);
    expect(await previewAnonymise(admin, letter.slug)).toMatchObject({ persons: 1, may: true });
    await expect(anonymiseLetter(admin, letter.slug, {})).rejects.toMatchObject({
      fields: { confirm: "errors.anonymise.confirm" },
    });
    expect(await anonymiseLetter(admin, letter.slug, { confirm: "on" })).toEqual({ erased: 1 });
    const [row] = (await app.db("signatures").select("*")) as Record<string, unknown>[];
    expect(row).toMatchObject({ state: "published", display_name: "Harrow & Vale", signatory_name: "" });
    expect(JSON.stringify(row)).not.toContain(CANARY);
    const list = await browser(app).get(`/letters/${letter.slug}/signatories`).expect(200);
    expect(list.text).toContain("Harrow &amp; Vale");
    expect(list.text).not.toContain("Sigrid Aune");
    await expect(anonymiseLetter(admin, letter.slug, { confirm: "on" })).rejects.toMatchObject({
      code: "anonymise.nothing",
    });
    expect((await previewAnonymise(admin, letter.slug)).may).toBe(false);
  });
});
