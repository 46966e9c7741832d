import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { suppressAddress } from "../../../src/domain/consent/service.js";
import { deliverLetter } from "../../../src/domain/delivery/service.js";
import { recordAnswer } from "../../../src/domain/letters/course-service.js";
import { tellSignatories } from "../../../src/domain/review/letter-news-service.js";
import { DAY } from "../../../src/platform/clock.js";
import { testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { settle } from "../../support/settle.js";

const SLUG = "keep-orbit-usable";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

/** A letter that ended two days ago, signed in public, in French, in confidence, and withdrawn. */
async function signed(): Promise<void> {
  const rows = campaign(app);
  const letter = await rows.letter(SLUG, {
    state: "closed",
    closed_at: new Date(app.clock.now().getTime() - 2 * DAY),
  });
  const sign = async (name: string, values: Record<string, unknown>) =>
    rows.signature(letter, await rows.organisation(name), { display_name: name, ...values });
  await sign("Tidewater *Optics*", { signatory_email: "a@tidewater.example" });
  await sign("Orbitale du Sud", { signatory_email: "b@orbitale.example", language: "fr" });
  await sign("Quiet Sky", {
    signatory_email: "c@quiet.example",
    visibility: "confidential",
    state: "accepted",
  });
  await sign("Kestrelline", {
    signatory_email: "d@kestrelline.example",
    state: "withdrawn",
    withdrawn_at: app.clock.now(),
  });
}

async function deliver(): Promise<void> {
  await deliverLetter(app.system, app.messages, SLUG, {
    addressee: "The Secretary-General",
    delivered_by: "Ada Brook",
    delivered_at: app.clock.now().toISOString(),
  });
}

interface Mail {
  to_email: string;
  subject: string;
  body_text: string;
}

const mails = async (): Promise<Mail[]> =>
  (await app.database
    .adminDb("messages")
    .where({ template: "signer-update" })
    .orderBy("to_email")
    .select("to_email", "subject", "body_text")) as Mail[];

describe("when a letter is handed over, its signatories hear of it", () => {
  it("each once, in their language, those in confidence too, and nobody who withdrew", async () => {
    await signed();
    await deliver();
    await settle(app);
    await settle(app);
    const sent = await mails();
    expect(sent.map(({ to_email }) => to_email)).toEqual([
      "a@tidewater.example",
      "b@orbitale.example",
      "c@quiet.example",
    ]);
    expect(sent[0]?.subject).toBe("Handed over: the letter that you signed");
    expect(sent[0]?.body_text).toContain("Tidewater *Optics*");
    expect(sent[0]?.body_text).toContain(`/letters/${SLUG}/delivery`);
    expect(sent[0]?.body_text).toContain("Never write to this address again: [[link:");
    expect(sent[1]?.subject).toBe("Remise : la lettre que vous avez signée");
    expect(sent[0]?.body_text).not.toContain("Quiet Sky");
  });

  it("never twice, though a worker died in the middle and another one came at the same moment", async () => {
    await signed();
    await deliver();
    await Promise.all(Array.from({ length: 4 }, () => tellSignatories(app.system, app.messages)));
    await tellSignatories(app.system, app.messages);
    expect(await app.database.adminDb("messages").where({ template: "signer-update" })).toHaveLength(3);
    expect(await app.database.adminDb("letter_news").whereNull("finished_at")).toEqual([]);
  });

  it("but not those who want no more mail about it", async () => {
    await signed();
    await suppressAddress(app.system, { email: "a@tidewater.example" });
    await deliver();
    await settle(app);
    expect((await mails()).map(({ to_email }) => to_email)).toEqual([
      "b@orbitale.example",
      "c@quiet.example",
    ]);
  });

  it("and of the addressee’s answer, but not again when its words are put right", async () => {
    await signed();
    await deliver();
    await settle(app);
    const day = app.clock.now().toISOString().slice(0, 10);
    const answer = { answered_on: day, language: "en", summary: "We agree." };
    const { id } = await recordAnswer(app.system, SLUG, answer);
    await settle(app);
    await recordAnswer(app.system, SLUG, { ...answer, summary: "We agree with it.", replaces: id });
    await settle(app);
    const subjects = (await mails()).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject.startsWith("Answered"))).toHaveLength(2);
    expect(subjects).toHaveLength(6);
  });
});
