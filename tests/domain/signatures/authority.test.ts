import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { declineByOfficer } from "../../../src/domain/declines/officer-service.js";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { eraseContact } from "../../../src/domain/privacy/erasure-service.js";
import { requireChecks } from "../../../src/domain/letters/requirement-service.js";
import { addDomain, retireDomain } from "../../../src/domain/organisations/domain-service.js";
import {
  attestSignature,
  delegateAttestation,
  openAttestation,
  refuseSignature,
  settleDelegate,
} from "../../../src/domain/signatures/attest-service.js";
import {
  checkIndependently,
  fileEvidence,
  missingEvidence,
} from "../../../src/domain/signatures/evidence-service.js";
import { acceptSignature } from "../../../src/domain/signatures/review-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import type { SignatureRow } from "../../../src/domain/signatures/store.js";
import { meaningHash } from "../../../src/domain/signatures/authority-columns.js";
import { DAY } from "../../../src/platform/clock.js";
import type { Ctx } from "../../../src/platform/context.js";
import { settle } from "../../support/settle.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  confirmLink,
  countRows,
  mailsTo,
  openLetterWithCompany,
  signingForm,
  type InvitedCompany,
} from "../../support/company.js";

let app: TestApp;
let visitor: Ctx;
beforeAll(async () => {
  app = await testApp();
  visitor = app.ctx({ kind: "public" });
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

const CLERK = "clerk@law.example";

/** A colleague fills in the form for the officer, by the company's own link, and confirms their address. */
async function filledInByOther(
  company: InvitedCompany,
  changes: Record<string, string | undefined> = {},
): Promise<void> {
  const form = signingForm(company, {
    filled_by: "other",
    submitter_name: "Otieno Clerk",
    submitter_email: CLERK,
    ...changes,
  });
  await submitSignature(visitor, { door: "invitation", token: company.token }, form);
  await confirmAnswer(visitor, await confirmToken(changes["submitter_email"] ?? CLERK));
}

async function confirmToken(email: string): Promise<string> {
  return (await confirmLink(app, email)).slice("/confirm/".length);
}

/** The secret of the newest attest link that was mailed to an address. */
async function attestToken(email: string): Promise<string> {
  const mail = (await mailsTo(app, email, "signature-officer")).at(-1);
  if (!mail) throw new Error(`no officer was asked at ${email}`);
  const [id = ""] = placeholdersIn(String(mail.data["link"]));
  return (
    String((await linkAddresses(app.system, [id])).get(id))
      .split("/")
      .at(-1) ?? ""
  );
}

async function only(): Promise<SignatureRow> {
  const rows = (await app.db("signatures").select("*")) as SignatureRow[];
  expect(rows).toHaveLength(1);
  return rows[0] as SignatureRow;
}

async function kinds(): Promise<string[]> {
  return app.db("signature_evidence").orderBy("at").orderBy("id").pluck("kind");
}

describe("an officer who signs and fills in the form", () => {
  it("attests by confirming; at the known domain that is the officer's own act", async () => {
    const { company } = await openLetterWithCompany(app);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    await confirmAnswer(visitor, await confirmToken(company.email));
    expect((await only()).state).toBe("in_review");
    expect(await kinds()).toEqual(["address_confirmed", "own_domain", "attested", "officer_attested"]);
  });

  it("at an address nobody vouched for proves the address and no more, whatever is added later", async () => {
    const { company } = await openLetterWithCompany(app);
    const email = "grace@elsewhere.example";
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm({ email }));
    app.clock.advance(1000);
    await addDomain(app.system, company.organisationId, { domain: "elsewhere.example" });
    await confirmAnswer(visitor, await confirmToken(email));
    expect(await kinds()).toEqual(["address_confirmed", "attested"]);
  });

  it("gets nothing from a domain that was retired", async () => {
    const { company } = await openLetterWithCompany(app);
    const [id] = (await app.db("organisation_domains").pluck("id")) as string[];
    await retireDomain(app.system, String(id));
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    await confirmAnswer(visitor, await confirmToken(company.email));
    expect(await kinds()).toEqual(["address_confirmed", "attested"]);
  });

  it("has the words of what signing means pinned with the signature", async () => {
    const { company } = await openLetterWithCompany(app);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    expect((await only()).meaning_hash).toEqual(meaningHash("en"));
    expect(meaningHash("fr")).not.toEqual(meaningHash("en"));
  });
});

describe("an officer for whom somebody else filled in the form", () => {
  it("is asked once the submitter has confirmed, and attests by a link of their own", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    expect((await only()).state).toBe("awaiting_authority");
    expect(await mailsTo(app, company.email, "signature-confirm")).toEqual([]);
    expect((await mailsTo(app, company.email, "signature-officer")).length).toBe(1);
    const { verdict } = await attestSignature(visitor, await attestToken(company.email));
    expect(verdict).toBe("attested");
    expect((await only()).state).toBe("in_review");
    expect(await kinds()).toEqual(["address_confirmed", "attested", "own_domain", "officer_attested"]);
  });

  it("changes nothing by looking, acts once, and a second press shows the same", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const token = await attestToken(company.email);
    for (let look = 0; look < 3; look += 1)
      expect((await openAttestation(visitor, token)).verdict).toBe("usable");
    expect((await only()).state).toBe("awaiting_authority");
    await Promise.all([1, 2, 3].map(() => attestSignature(visitor, token)));
    expect((await attestSignature(visitor, token)).verdict).toBe("attested");
    expect(await countRows(app, "signature_history", { to_state: "attested" })).toBe(1);
    expect(await countRows(app, "messages", { template: "signature-confirmed" })).toBe(1);
    await expect(refuseSignature(visitor, token)).rejects.toMatchObject({ kind: "gone" });
    expect((await only()).state).toBe("in_review");
  });

  it("needs an address that is not the submitter's, in no spelling", async () => {
    const { company } = await openLetterWithCompany(app);
    for (const submitter of [company.email, company.email.replace("@", "+me@").toUpperCase()]) {
      await expect(filledInByOther(company, { submitter_email: submitter })).rejects.toMatchObject({
        kind: "invalid",
        fields: { submitter_email: "errors.signatures.submitter_is_officer" },
      });
    }
    expect(await countRows(app, "signatures")).toBe(0);
    await filledInByOther(company);
    await expect(
      app.db("signatures").update({ submitter_email: company.email.toUpperCase() }),
    ).rejects.toMatchObject({ constraint: "signatures_submitter_check" });
  });

  it("may end the entry with a no, which leaves no public trace and can be given with its reason", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const token = await attestToken(company.email);
    await expect(declineByOfficer(visitor, token, { reason_code: "timing" })).rejects.toMatchObject({
      kind: "conflict",
    });
    expect((await refuseSignature(visitor, token)).verdict).toBe("refused");
    expect((await refuseSignature(visitor, token)).verdict).toBe("refused");
    expect((await only()).state).toBe("rescinded");
    await declineByOfficer(visitor, token, { reason_code: "timing" });
    await declineByOfficer(visitor, token, { reason_code: "political" });
    const declines = (await app.db("declines").select("*")) as Record<string, unknown>[];
    expect(declines).toHaveLength(1);
    expect(declines[0]).toMatchObject({ reason_code: "timing", said_by: "Grace Wanjiru" });
  });

  it("can't decline for an organisation that nobody knows them to belong to: staff is told", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    const form = signingForm(
      { email: "accomplice@elsewhere.example" },
      {
        display_name: "Harrow & Vale",
        filled_by: "other",
        submitter_name: "Mallory",
        submitter_email: "mallory@elsewhere.example",
      },
    );
    await submitSignature(visitor, { door: "public", slug: letter.slug }, form);
    await confirmAnswer(visitor, await confirmToken("mallory@elsewhere.example"));
    const token = await attestToken("accomplice@elsewhere.example");
    await refuseSignature(visitor, token);
    await declineByOfficer(visitor, token, { reason_code: "political" });
    expect(await countRows(app, "declines")).toBe(0);
    expect(await countRows(app, "tasks", { kind: "officer_refused" })).toBe(1);
    expect(company.organisationId).toBeTruthy();
  });
});

function other(domain: string, name = "amina") {
  return { name: "Amina Odhiambo", title: "General Counsel", email: `${name}@${domain}` };
}

describe("handing the question on", () => {
  it("makes a new link, revokes the old one, and names the new officer in the entry", async () => {
    const { company } = await openLetterWithCompany(app);
    const domain = company.email.split("@")[1] ?? "";
    await filledInByOther(company);
    const first = await attestToken(company.email);
    expect((await delegateAttestation(visitor, first, other(domain))).verdict).toBe("delegated");
    await expect(attestSignature(visitor, first)).rejects.toMatchObject({ kind: "gone" });
    await attestSignature(visitor, await attestToken(`amina@${domain}`));
    expect(await only()).toMatchObject({ state: "in_review", signatory_name: "Amina Odhiambo" });
  });

  it("is possible twice and no more", async () => {
    const { company } = await openLetterWithCompany(app);
    const domain = company.email.split("@")[1] ?? "";
    await filledInByOther(company);
    await delegateAttestation(visitor, await attestToken(company.email), other(domain, "b"));
    await delegateAttestation(visitor, await attestToken(`b@${domain}`), other(domain, "c"));
    await expect(
      delegateAttestation(visitor, await attestToken(`c@${domain}`), other(domain, "d")),
    ).rejects.toMatchObject({ code: "signatures.delegated_twice" });
    await attestSignature(visitor, await attestToken(`c@${domain}`));
  });

  it("leads to nobody's own second address: not the submitter's, not one's own", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const token = await attestToken(company.email);
    for (const email of [CLERK, "clerk+officer@law.example", company.email]) {
      await expect(
        delegateAttestation(visitor, token, { ...other("x.example"), email }),
      ).rejects.toMatchObject({ kind: "invalid" });
    }
  });

  it("leads to no mail service, where anybody can have an address, and staff can't let one through", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const token = await attestToken(company.email);
    for (const email of ["amina@gmail.com", "Amina@freemail.example"]) {
      await expect(
        delegateAttestation(visitor, token, { ...other("x.example"), email }),
      ).rejects.toMatchObject({ fields: { email: "errors.signatures.officer_mail_service" } });
    }
    await delegateAttestation(visitor, token, other("elsewhere.example"));
    await app
      .db("signature_officers")
      .where({ state: "waits_for_staff" })
      .update({ email: "amina@gmail.com" });
    const { id } = (await app.db("signature_officers").where({ state: "waits_for_staff" }).first("id")) as {
      id: string;
    };
    const reviewer = await staffCtx(app, "reviewer");
    await expect(settleDelegate(reviewer, id, { approve: true })).rejects.toMatchObject({
      code: "signatures.officer_mail_service",
    });
    await settleDelegate(reviewer, id, { approve: false });
    expect((await openAttestation(visitor, await attestToken(company.email))).verdict).toBe("usable");
  });

  it("to an unknown domain waits for staff, who may turn it down: then the first officer is asked anew", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const reviewer = await staffCtx(app, "reviewer");
    const ask = async () => {
      await delegateAttestation(visitor, await attestToken(company.email), other("elsewhere.example"));
      expect(await mailsTo(app, "amina@elsewhere.example")).toEqual([]);
      const [id] = (await app
        .db("tasks")
        .where({ kind: "approve_officer" })
        .whereNull("done_at")
        .pluck("subject_id")) as string[];
      return String(id);
    };
    await settleDelegate(reviewer, await ask(), { approve: false });
    expect((await openAttestation(visitor, await attestToken(company.email))).verdict).toBe("usable");
    const again = await ask();
    await settleDelegate(reviewer, again, { approve: true });
    await expect(settleDelegate(reviewer, again, { approve: true })).rejects.toMatchObject({
      kind: "conflict",
    });
    await attestSignature(visitor, await attestToken("amina@elsewhere.example"));
    expect((await only()).state).toBe("in_review");
    expect(await kinds()).toEqual(["address_confirmed", "attested"]);
  });
});

function second(email: string) {
  return {
    joint: "on",
    second_name: "Amina Odhiambo",
    second_title: "Finance Director",
    second_email: email,
  };
}

describe("two officers who sign together", () => {
  it("bind the organisation only once both have attested", async () => {
    const { company } = await openLetterWithCompany(app);
    const email = `amina@${company.email.split("@")[1]}`;
    const form = signingForm(company, second(email));
    await submitSignature(visitor, { door: "invitation", token: company.token }, form);
    await confirmAnswer(visitor, await confirmToken(company.email));
    expect((await only()).state).toBe("awaiting_authority");
    await attestSignature(visitor, await attestToken(email));
    expect((await only()).state).toBe("in_review");
    expect((await kinds()).filter((kind) => kind === "officer_attested")).toHaveLength(2);
  });

  it("are asked for by a letter that wants them, and one's no ends it for both", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await requireChecks(app.system, letter.slug, { required_checks: [], two_officers: true });
    const via = { door: "invitation", token: company.token } as const;
    await expect(submitSignature(visitor, via, signingForm(company))).rejects.toMatchObject({
      fields: { second_name: "errors.signatures.second_needed" },
    });
    const email = `amina@${company.email.split("@")[1]}`;
    await filledInByOther(company, second(email));
    const first = await attestToken(company.email);
    await attestSignature(visitor, first);
    expect((await only()).state).toBe("awaiting_authority");
    await refuseSignature(visitor, await attestToken(email));
    expect((await only()).state).toBe("rescinded");
  });
});

describe("the least evidence that a letter asks for", () => {
  it("holds an entry back with a sentence for each check it lacks, until two colleagues have made them", async () => {
    const { letter, company } = await openLetterWithCompany(app);
    await requireChecks(app.system, letter.slug, {
      required_checks: ["officer_attested", "checked_independently", "qualified_signature"],
    });
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    await confirmAnswer(visitor, await confirmToken(company.email));
    const { id } = await only();
    const [ada, bo] = [await staffCtx(app, "reviewer"), await staffCtx(app, "reviewer")];
    await expect(acceptSignature(ada, id)).rejects.toMatchObject({
      kind: "conflict",
      fields: {
        form: "errors.signatures.lacks.checked_independently",
        qualified_signature: "errors.signatures.lacks.qualified_signature",
      },
    });
    await checkIndependently(ada, id, { how: "Called the switchboard of the register's number." });
    await expect(checkIndependently(ada, id, { how: "Again." })).rejects.toMatchObject({
      code: "signatures.checked_before",
    });
    await checkIndependently(bo, id, { how: "Read the commercial register." });
    const pdf = { name: "../signed.pdf", bytes: Buffer.from("%PDF-1.7\n") };
    await fileEvidence(ada, id, { kind: "qualified_file" }, pdf);
    await expect(fileEvidence(ada, id, { kind: "validator_report" }, pdf)).rejects.toMatchObject({
      code: "signatures.filed_by_other",
    });
    await fileEvidence(bo, id, { kind: "validator_report", validator: "DSS" }, pdf);
    expect(await missingEvidence(app.system, await only())).toEqual([]);
    await acceptSignature(ada, id);
    expect((await only()).state).toBe("published");
  });

  it("is held by the database: neither two checks nor both halves of a file by one colleague, and nothing is rewritten", async () => {
    const { company } = await openLetterWithCompany(app);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    const { id } = await only();
    const ada = await staffCtx(app, "reviewer");
    await checkIndependently(ada, id, { how: "Register." });
    const [row] = (await app.db("signature_evidence").select("*")) as Record<string, unknown>[];
    await expect(
      app.db("signature_evidence").insert({ ...row, id: company.organisationId, detail: "{}" }),
    ).rejects.toMatchObject({ constraint: "signature_evidence_two_checkers_idx" });
    await expect(app.database.adminDb("signature_evidence").update({ kind: "attested" })).rejects.toThrow();
    await expect(app.database.adminDb("signature_evidence").delete()).rejects.toThrow();
    await expect(
      app.db("signature_evidence").insert({ ...row, id: company.contactId, staff_id: null, detail: "{}" }),
    ).rejects.toThrow();
  });

  it("takes files for what their bytes are, not for their name, and none that is too large", async () => {
    const { company } = await openLetterWithCompany(app);
    await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company));
    const { id } = await only();
    const ada = await staffCtx(app, "reviewer");
    const file = (name: string, bytes: Buffer) =>
      fileEvidence(ada, id, { kind: "qualified_file" }, { name, bytes });
    await expect(file("a.pdf", Buffer.from("<svg onload=alert(1)>"))).rejects.toMatchObject({
      fields: { file: "errors.signatures.file_type" },
    });
    await expect(file("a.pdf", Buffer.alloc(0))).rejects.toMatchObject({
      fields: { file: "errors.signatures.file_empty" },
    });
    const large = Buffer.concat([Buffer.from("%PDF-"), Buffer.alloc(10 * 1024 * 1024)]);
    await expect(file("a.pdf", large)).rejects.toMatchObject({
      fields: { file: "errors.signatures.file_too_large" },
    });
    const asic = Buffer.concat([
      Buffer.from("PK\x03\x04", "latin1"),
      Buffer.alloc(26),
      Buffer.from("mimetypeapplication/vnd.etsi.asic-e+zip"),
    ]);
    await file('x"\r\n.asice', asic);
    expect(await app.db("evidence_files").pluck("media_type")).toEqual(["application/vnd.etsi.asic-e+zip"]);
    expect(await app.db("evidence_files").pluck("name")).toEqual(["x_.asice"]);
  });
});

describe("an attest link", () => {
  it("ends after three weeks and can be sent again, to the same address only", async () => {
    const { company } = await openLetterWithCompany(app);
    await filledInByOther(company);
    const token = await attestToken(company.email);
    app.clock.advance(21 * DAY);
    expect((await openAttestation(visitor, token)).verdict).toBe("expired");
    await expect(attestSignature(visitor, token)).rejects.toMatchObject({ kind: "gone" });
  });
});

describe("erasing a person", () => {
  it("takes out who handed on, who filled in and what was noted of them, and leaves whoever attested", async () => {
    const { company } = await openLetterWithCompany(app);
    const domain = company.email.split("@")[1] ?? "";
    await filledInByOther(company);
    await delegateAttestation(visitor, await attestToken(company.email), other(domain));
    await attestSignature(visitor, await attestToken(`amina@${domain}`));
    const { id } = await only();
    await checkIndependently(await staffCtx(app, "reviewer"), id, { how: "Spoke to Grace Wanjiru." });
    await settle(app);
    await eraseContact(await staffCtx(app), company.contactId, { confirm: true, stop: true });
    const officers = await app
      .db("signature_officers")
      .orderBy("asked_at")
      .orderBy("id")
      .select("name", "email");
    expect(officers).toEqual([
      { name: null, email: null },
      { name: "Amina Odhiambo", email: `amina@${domain}` },
    ]);
    const details = JSON.stringify(await app.db("signature_evidence").pluck("detail"));
    expect(details).toContain("Spoke to [erased].");
    expect(details).not.toContain("Grace");
  });
});
