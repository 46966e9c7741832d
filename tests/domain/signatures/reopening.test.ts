import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { attestSignature } from "../../../src/domain/signatures/attest-service.js";
import { rejectSignature } from "../../../src/domain/signatures/review-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { reopenSignature } from "../../../src/domain/signatures/undo-service.js";
import type { Ctx } from "../../../src/platform/context.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { confirmLink, mailsTo, openLetterWithCompany, signingForm } from "../../support/company.js";

let app: TestApp;
let visitor: Ctx;
let reviewer: Ctx;
beforeAll(async () => {
  app = await testApp();
  visitor = app.ctx({ kind: "public" });
});
beforeEach(async () => {
  await app.database.clean();
  reviewer = await staffCtx(app, "reviewer");
});
afterAll(() => app.close());

const CLERK = "clerk@law.example";
const SECOND = "second@elsewhere.example";

/** Two officers sign by links of their own; a colleague filled in the form. Answers with the first one's address. */
async function askedOfTwo(): Promise<string> {
  const { company } = await openLetterWithCompany(app);
  const form = signingForm(company, {
    filled_by: "other",
    submitter_name: "Otieno Clerk",
    submitter_email: CLERK,
    joint: "on",
    second_name: "Wanjiru Second",
    second_title: "Director",
    second_email: SECOND,
  });
  await submitSignature(visitor, { door: "invitation", token: company.token }, form);
  await confirmAnswer(visitor, (await confirmLink(app, CLERK)).slice("/confirm/".length));
  return company.email;
}

async function attest(email: string): Promise<void> {
  const mail = (await mailsTo(app, email, "signature-officer")).at(-1);
  const [id = ""] = placeholdersIn(String(mail?.data["link"]));
  const address = String((await linkAddresses(app.system, [id])).get(id));
  await attestSignature(visitor, address.split("/").at(-1) ?? "");
}

async function entry(): Promise<{ id: string; state: string }> {
  return (await app.db("signatures").first("id", "state")) as { id: string; state: string };
}

async function rejectAndReopen(): Promise<string> {
  const { id } = await entry();
  await rejectSignature(reviewer, id, { reason_code: "other", note: "By mistake." });
  return (await reopenSignature(reviewer, id)).state;
}

describe("a rejection that is undone", () => {
  it("asks only the officer who has not attested, and the entry goes on from there", async () => {
    const first = await askedOfTwo();
    await attest(first);
    expect(await rejectAndReopen()).toBe("awaiting_authority");
    expect(await mailsTo(app, first, "signature-officer")).toHaveLength(1);
    expect(await mailsTo(app, SECOND, "signature-officer")).toHaveLength(2);
    await attest(SECOND);
    expect((await entry()).state).toBe("in_review");
  });

  it("brings an entry that both have attested straight back into the review", async () => {
    const first = await askedOfTwo();
    await attest(first);
    await attest(SECOND);
    expect(await rejectAndReopen()).toBe("in_review");
    expect(await app.db("signature_officers").pluck("state")).toEqual(["attested", "attested"]);
    expect(await mailsTo(app, first, "signature-officer")).toHaveLength(1);
  });

  it("asks an officer again whose answer had been no", async () => {
    await askedOfTwo();
    await app
      .db("signature_officers")
      .where({ email: SECOND })
      .update({ state: "refused", answered_at: app.clock.now() });
    expect(await rejectAndReopen()).toBe("awaiting_authority");
    expect(await app.db("signature_officers").where({ email: SECOND }).pluck("state")).toEqual(["asked"]);
    expect(await mailsTo(app, SECOND, "signature-officer")).toHaveLength(2);
  });
});
