import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { confirmAnswer } from "../../../src/domain/declines/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { judgeWaiting, workingDaysSince } from "../../../src/domain/signatures/reminder.js";
import { remindStuckSigners } from "../../../src/domain/signatures/reminder-service.js";
import { mailOfficerAgain, openAttestation } from "../../../src/domain/signatures/attest-service.js";
import { mailConfirmationAgain, openConfirmation } from "../../../src/domain/signatures/confirm-service.js";
import { takeInformation } from "../../../src/domain/signatures/information-service.js";
import { mailsOfSignature } from "../../../src/domain/signatures/reminder-views.js";
import { askForInformation } from "../../../src/domain/review/information-service.js";
import { submitSignature } from "../../../src/domain/signatures/service.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import { transaction, type Ctx } from "../../../src/platform/context.js";
import { browser, staffCtx, testApp, type TestApp } from "../../support/app.js";
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

async function submit(company: InvitedCompany, changes: Record<string, unknown> = {}): Promise<void> {
  await submitSignature(visitor, { door: "invitation", token: company.token }, signingForm(company, changes));
}

async function state(): Promise<string> {
  const [row] = (await app.db("signatures").pluck("state")) as string[];
  return String(row);
}

/** Lets days go by as the worker sees them, a look every six hours. */
async function daysGoBy(days: number): Promise<void> {
  for (let look = 0; look < days * 4; look += 1) {
    app.clock.advance(6 * HOUR);
    await remindStuckSigners(app.system);
  }
}

async function reminders(email: string): Promise<string[]> {
  return (await mailsTo(app, email, "signature-reminder")).map(({ data }) => String(data["number"]));
}

describe("working days", () => {
  it("are those on which offices of the country are open", () => {
    const friday = new Date("2027-03-05T09:00:00Z");
    expect(workingDaysSince(friday, new Date("2027-03-08T09:00:00Z"), "NO")).toBe(1);
    expect(workingDaysSince(friday, new Date("2027-03-07T09:00:00Z"), "NO")).toBe(0);
    const beforeEaster = new Date("2027-03-24T09:00:00Z");
    expect(workingDaysSince(beforeEaster, new Date("2027-03-30T09:00:00Z"), "NO")).toBe(1);
    expect(workingDaysSince(beforeEaster, new Date("2027-03-30T09:00:00Z"), "US")).toBe(4);
  });

  it("are waited for after a pause of ours too: no two reminders on one day, no end right after one", () => {
    const since = new Date("2027-03-01T09:00:00Z");
    const at = new Date("2027-05-01T09:00:00Z");
    const waiting = { since, country: "NO", reminded: 0, remindedAt: null };
    expect(judgeWaiting(waiting, at)).toEqual({ due: "reminder", number: 1 });
    expect(judgeWaiting({ ...waiting, reminded: 1, remindedAt: at }, at).due).toBe("nothing");
    expect(judgeWaiting({ ...waiting, reminded: 2, remindedAt: at }, at).due).toBe("nothing");
  });
});

describe("somebody who does not confirm", () => {
  it("is reminded after three and seven working days, then the entry ends with a task", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    await daysGoBy(2);
    expect(await reminders(company.email)).toEqual([]);
    await daysGoBy(2);
    expect(await reminders(company.email)).toEqual(["1"]);
    await daysGoBy(5);
    expect(await reminders(company.email)).toEqual(["1"]);
    await daysGoBy(2);
    expect(await reminders(company.email)).toEqual(["1", "2"]);
    expect(await state()).toBe("submitted");
    await daysGoBy(10);
    expect(await state()).toBe("expired");
    expect(await countRows(app, "tasks", { kind: "signer_silent" })).toBe(1);
    await daysGoBy(30);
    expect(await reminders(company.email)).toEqual(["1", "2"]);
  });

  it("can still confirm by the link of the last reminder", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    await daysGoBy(11);
    const mail = (await mailsTo(app, company.email, "signature-reminder")).at(-1);
    const [id = ""] = placeholdersIn(String(mail?.data["link"]));
    const token = String((await linkAddresses(app.system, [id])).get(id))
      .split("/")
      .at(-1);
    await confirmAnswer(visitor, String(token));
    expect(await state()).toBe("in_review");
  });

  it("gets five mails at most, however often somebody asks for the link again", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    const token = (await confirmLink(app, company.email)).slice("/confirm/".length);
    for (let day = 0; day < 20; day += 1) {
      for (let press = 0; press < 5; press += 1) await mailConfirmationAgain(visitor, token).catch(() => {});
      await daysGoBy(1);
    }
    expect((await mailsTo(app, company.email)).length).toBeLessThanOrEqual(5);
  });
});

async function asked(): Promise<{ company: InvitedCompany; token: string }> {
  const { company } = await openLetterWithCompany(app);
  await submit(company, { filled_by: "other", submitter_name: "Otieno", submitter_email: CLERK });
  await confirmAnswer(visitor, (await confirmLink(app, CLERK)).slice("/confirm/".length));
  const [mail] = await mailsTo(app, company.email, "signature-officer");
  const [id = ""] = placeholdersIn(String(mail?.data["link"]));
  const address = String((await linkAddresses(app.system, [id])).get(id));
  return { company, token: address.split("/").at(-1) ?? "" };
}

describe("an officer who does not answer", () => {
  it("is reminded twice, the submitter is not, then the entry ends and the link does nothing", async () => {
    const { company, token } = await asked();
    await daysGoBy(12);
    expect(await reminders(company.email)).toEqual(["1", "2"]);
    expect(await reminders(CLERK)).toEqual([]);
    await daysGoBy(10);
    expect(await state()).toBe("expired");
    expect((await openAttestation(visitor, token)).verdict).toBe("over");
    const all = await app.db("messages").whereRaw("data ->> 'signature' is not null").select("id");
    expect(all.length).toBeLessThanOrEqual(5);
  });

  it("can have the mail sent again, once an hour and five an entry", async () => {
    const { company, token } = await asked();
    for (let press = 0; press < 4; press += 1) await mailOfficerAgain(visitor, token);
    expect(await mailsTo(app, company.email, "signature-officer")).toHaveLength(2);
    for (let hour = 0; hour < 12; hour += 1) {
      app.clock.advance(HOUR);
      await mailOfficerAgain(visitor, token);
    }
    expect(await mailsTo(app, company.email, "signature-officer")).toHaveLength(4);
  });
});

describe("a signatory whom we asked something", () => {
  it("is reminded with the page to answer on, and the question counts among the five mails", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    await confirmAnswer(visitor, (await confirmLink(app, company.email)).slice("/confirm/".length));
    const [id] = (await app.db("signatures").pluck("id")) as string[];
    const reviewer = await staffCtx(app, "reviewer");
    await askForInformation(reviewer, String(id), { question: "Are you the managing director?" });
    expect(await mailsOfSignature(app.system, String(id))).toBe(2);
    await daysGoBy(10);
    expect(await reminders(company.email)).toEqual(["1", "2"]);
    expect(await mailsOfSignature(app.system, String(id))).toBe(4);
    for (const { data } of await mailsTo(app, company.email, "signature-reminder")) {
      const [link = ""] = placeholdersIn(String(data["link"]));
      const address = (await linkAddresses(app.system, [link])).get(link) ?? "";
      expect(String(data["link"])).toMatch(/\/answer$/);
      const page = await browser(app)
        .get(`${new URL(address).pathname}/answer`)
        .expect(200);
      expect(page.text).toContain("Are you the managing director?");
    }
  });

  it("is asked no sixth time", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    await confirmAnswer(visitor, (await confirmLink(app, company.email)).slice("/confirm/".length));
    const [id] = (await app.db("signatures").pluck("id")) as string[];
    const reviewer = await staffCtx(app, "reviewer");
    for (let times = 0; times < 4; times += 1) {
      await askForInformation(reviewer, String(id), { question: "Who are you?" });
      await transaction(app.system, (tx) => takeInformation(tx, String(id)));
    }
    await expect(askForInformation(reviewer, String(id), { question: "Who?" })).rejects.toMatchObject({
      code: "signatures.too_many_mails",
    });
  });
});

describe("promise 21: a link that has ended", () => {
  it("stays ended, whatever else happens: new links, other confirmations, sign-ins, reminders", async () => {
    const { company } = await openLetterWithCompany(app);
    await submit(company);
    const old = (await confirmLink(app, company.email)).slice("/confirm/".length);
    app.clock.advance(14 * DAY);
    expect((await openConfirmation(visitor, old)).verdict).toBe("expired");
    await mailConfirmationAgain(visitor, old);
    await remindStuckSigners(app.system);
    expect((await openConfirmation(visitor, old)).verdict).toBe("expired");
    const fresh = (await confirmLink(app, company.email)).slice("/confirm/".length);
    expect(fresh).not.toBe(old);
    await confirmAnswer(visitor, fresh);
    await expect(confirmAnswer(visitor, old)).rejects.toMatchObject({ kind: "gone" });
    expect((await openConfirmation(visitor, old)).verdict).not.toBe("usable");
  });
});
