import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import sharp from "sharp";
import { decideStatement } from "../../../src/domain/statements/moderation-service.js";
import { transitionAnswer } from "../../../src/domain/declines/service.js";
import { askForInformation, questionsAbout } from "../../../src/domain/review/information-service.js";
import { rejectSignature } from "../../../src/domain/signatures/review-service.js";
import { mailRequestedLinks } from "../../../src/domain/signatures/link-request-service.js";
import { HOUR } from "../../../src/platform/clock.js";
import { browser, signedIn, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";
import { managePath } from "../../support/signatory.js";

let app: TestApp;
let letterId = "";
let slug = "";

beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  ({ id: letterId, slug } = await makeLetter(app.system));
});
afterAll(() => app.close());

const list = () => browser(app).get(`/letters/${slug}/signatories.json`).expect(200);

async function items(): Promise<Record<string, unknown>[]> {
  return ((await list()).body as { items: Record<string, unknown>[] }).items;
}

async function stateOf(id: string): Promise<string> {
  const [state = ""] = (await app.db("signatures").where({ id }).pluck("state")) as string[];
  return state;
}

async function mails(): Promise<string[]> {
  return app.db("messages").orderBy("id").pluck("template");
}

async function waitingId(kind: string): Promise<string> {
  const row = (await app.db("signature_statements").where({ kind, state: "waiting" }).first("id")) as
    { id: string } | undefined;
  if (!row) throw new Error(`no ${kind} waits`);
  return row.id;
}

const decide = async (kind: string, decision: string, note = ""): Promise<void> => {
  await decideStatement(await staffCtx(app, "reviewer"), await waitingId(kind), { decision, note });
};

describe("the signatory's own page", () => {
  it("says where the entry stands and changes nothing by being opened", async () => {
    const { id } = await insertSignature(app.system, { letterId, organisation: "Vesta Relay" });
    const page = await browser(app)
      .get(await managePath(app, id))
      .expect(200);
    expect(page.text).toContain("Your entry: Vesta Relay");
    expect(page.text).toContain("It stands on the public list.");
    expect(page.headers["cache-control"]).toBe("no-store");
    expect(await stateOf(id)).toBe("published");
  });

  it("keeps the approved quote in public while a new one waits, and shows the new one once staff approve it", async () => {
    const { id } = await insertSignature(app.system, { letterId, quote: "Old words.", quoteApproved: true });
    const path = await managePath(app, id);
    await browser(app).post(`${path}/quote`).type("form").send({ quote: "New words." }).expect(303);
    expect((await items())[0]).toMatchObject({ quote: "Old words." });
    const page = await browser(app).get(path).expect(200);
    expect(page.text).toContain("Old words.");
    expect(page.text).toContain("New words.");
    await decide("quote", "approved");
    expect((await items())[0]).toMatchObject({ quote: "New words." });
    expect(await app.db("signature_statements").orderBy("submitted_at").pluck("state")).toEqual([
      "replaced",
      "approved",
    ]);
  });

  it("tells the signatory why a quote is not shown, and takes it back at once when it is emptied", async () => {
    const { id } = await insertSignature(app.system, { letterId, quote: "Old words.", quoteApproved: true });
    const path = await managePath(app, id);
    await browser(app).post(`${path}/quote`).type("form").send({ quote: "Buy our rockets." }).expect(303);
    await decide("quote", "refused", "This is an advertisement.");
    expect(await mails()).toEqual(["statement-decided"]);
    expect((await browser(app).get(path).expect(200)).text).toContain("This is an advertisement.");
    await browser(app).post(`${path}/quote`).type("form").send({ quote: "" }).expect(303);
    expect((await items())[0]).toMatchObject({ quote: null });
  });

  it("shows a name that differs in spelling at once, and lets another name wait", async () => {
    const { id } = await insertSignature(app.system, { letterId, organisation: "Vesta relay gmbh" });
    const path = await managePath(app, id);
    const send = (display_name: string) =>
      browser(app).post(`${path}/name`).type("form").send({ display_name }).expect(303);
    await send("Vesta Relay GmbH");
    expect((await items())[0]).toMatchObject({ organisation: "Vesta Relay GmbH" });
    await send("Evil Twin GmbH");
    expect((await items())[0]).toMatchObject({ organisation: "Vesta Relay GmbH" });
    await decide("display_name", "approved");
    expect((await items())[0]).toMatchObject({ organisation: "Evil Twin GmbH" });
  });

  it("corrects the legal name once staff have checked it, and says so", async () => {
    const { id, organisationId } = await insertSignature(app.system, { letterId });
    const path = await managePath(app, id);
    await browser(app)
      .post(`${path}/legal-name`)
      .type("form")
      .send({ legal_name: "Vesta Relay Holding SE" })
      .expect(303);
    expect(await app.db("tasks").whereNull("done_at").pluck("kind")).toEqual(["correct_name"]);
    await decide("legal_name", "approved");
    expect(await app.db("organisations").where({ id: organisationId }).first("legal_name")).toEqual({
      legal_name: "Vesta Relay Holding SE",
    });
    expect(await mails()).toEqual(["name-corrected"]);
    expect(await app.db("tasks").whereNull("done_at").pluck("kind")).toEqual([]);
  });

  it("withdraws on a second page only, in public and with both dates, and lets the organisation sign anew", async () => {
    const { id, organisationId } = await insertSignature(app.system, {
      letterId,
      organisation: "Vesta Relay",
    });
    const path = await managePath(app, id);
    const asked = await browser(app).get(`${path}/withdraw`).expect(200);
    expect(asked.text).toContain("Withdraw the signature of Vesta Relay?");
    expect(await stateOf(id)).toBe("published");
    await browser(app).post(`${path}/withdraw`).expect(303);
    expect((await items())[0]).toMatchObject({
      state: "withdrawn",
      withdrawn_at: app.clock.now().toISOString(),
    });
    expect(await mails()).toEqual(["signature-withdrawn"]);
    await browser(app).post(`${path}/withdraw`).expect(422);
    await insertSignature(app.system, { letterId, organisation: "Vesta Relay", organisationId });
    expect(await items()).toHaveLength(2);
  });

  it("takes back what was never public without a trace", async () => {
    const { id } = await insertSignature(app.system, { letterId, state: "held" });
    await app.db("signatures").where({ id }).update({ published_at: null });
    const path = await managePath(app, id);
    await browser(app).post(`${path}/withdraw`).expect(303);
    expect(await stateOf(id)).toBe("rescinded");
    expect(await items()).toEqual([]);
  });

  it("turns support in confidence public, and only by the signatory's own link", async () => {
    const { id } = await insertSignature(app.system, {
      letterId,
      state: "accepted",
      visibility: "confidential",
      organisation: "Quiet Orbit",
    });
    await app.db("signatures").where({ id }).update({ published_at: null });
    expect((await list()).text).not.toContain("Quiet Orbit");
    const path = await managePath(app, id);
    await browser(app).post(`${path}/go-public`).expect(303);
    expect((await items())[0]).toMatchObject({ organisation: "Quiet Orbit", state: "published" });
    expect(await mails()).toEqual(["signature-published"]);
    await browser(app).post(`${path}/go-public`).expect(422);
  });

  it("suspends an entry at once when its organisation says that it never signed, with a task due in a day", async () => {
    const { id } = await insertSignature(app.system, { letterId, organisation: "Vesta Relay" });
    const path = await managePath(app, id);
    await browser(app).get(`${path}/dispute`).expect(200);
    expect(await stateOf(id)).toBe("published");
    await browser(app)
      .post(`${path}/dispute`)
      .type("form")
      .send({ dispute: "Nobody here knows it." })
      .expect(303);
    expect(await stateOf(id)).toBe("disputed");
    expect(await items()).toEqual([]);
    const task = (await app.db("tasks").first("kind", "due_at")) as { kind: string; due_at: Date };
    expect(task.kind).toBe("settle_dispute");
    expect(task.due_at.getTime() - app.clock.now().getTime()).toBe(24 * 3_600_000);
    const staff = await signedIn(app, "reviewer");
    const page = await staff.get(`/console/review/${id}/statements`).expect(200);
    expect(page.text).toContain("Nobody here knows it.");
    await staff.post(`/console/review/${id}/settle`).type("form").send({ to: "in_review" }).expect(303);
    expect(await stateOf(id)).toBe("in_review");
    expect(await app.db("tasks").where({ kind: "settle_dispute" }).whereNull("done_at")).toEqual([]);
  });

  it("lets a second entry wait when its people dispute it, and shows them what any disputed entry shows", async () => {
    const first = await insertSignature(app.system, {
      letterId,
      organisation: "Vesta Relay",
      state: "in_review",
    });
    const second = await insertSignature(app.system, { letterId, organisation: "Halden", state: "parked" });
    const seen: string[] = [];
    for (const { id } of [first, second]) {
      const path = await managePath(app, id);
      await browser(app).post(`${path}/dispute`).type("form").send({ dispute: "Not us." }).expect(303);
      const { text } = await browser(app).get(path).expect(200);
      seen.push(text.replaceAll(path, "LINK").replaceAll(/Vesta Relay|Halden/g, "NAME"));
    }
    expect(seen[1]).toBe(seen[0]);
    expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(["disputed", "parked"]);
    expect(await app.db("tasks").where({ kind: "settle_dispute" })).toHaveLength(2);
    expect(await mails()).toEqual(["signature-disputed", "signature-disputed"]);
    const reviewer = await staffCtx(app, "reviewer");
    await rejectSignature(reviewer, second.id, { reason_code: "other", note: "A second one." });
    expect(await app.db("tasks").where({ kind: "settle_dispute" }).whereNull("done_at")).toHaveLength(1);
  });

  it("takes an answer to a question, and the review goes on", async () => {
    const { id } = await insertSignature(app.system, { letterId, state: "needs_information" });
    const path = await managePath(app, id);
    await browser(app).post(`${path}/information`).type("form").send({ answer: "" }).expect(422);
    await browser(app)
      .post(`${path}/information`)
      .type("form")
      .send({ answer: "Register number 4711." })
      .expect(303);
    expect(await stateOf(id)).toBe("in_review");
    expect(await app.db("signature_words").pluck("body")).toEqual(["Register number 4711."]);
  });

  it("takes the answer to a question of the desk just as the page of that question does", async () => {
    const { id } = await insertSignature(app.system, { letterId, state: "in_review" });
    const reviewer = await staffCtx(app, "reviewer");
    await askForInformation(reviewer, id, { question: "Who is your director?" });
    const path = await managePath(app, id);
    await browser(app).post(`${path}/information`).type("form").send({ answer: "Ann Lee." }).expect(303);
    expect(await stateOf(id)).toBe("in_review");
    expect(await questionsAbout(reviewer, id)).toMatchObject([{ answer: "Ann Lee." }]);
    expect(await app.db("signature_words")).toEqual([]);
    expect((await browser(app).get(`${path}/answer`)).text).not.toContain("Who is your director?");
  });

  it("ends with the link: revoked by staff it opens nothing, and a fresh one is mailed on request", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const path = await managePath(app, id);
    const staff = await signedIn(app, "reviewer");
    await staff.post(`/console/review/${id}/link`).type("form").send({ act: "renew" }).expect(303);
    await browser(app).get(path).expect(410);
    await browser(app).post(`${path}/withdraw`).expect(410);
    expect(await mails()).toEqual(["signature-link"]);
    expect(await stateOf(id)).toBe("published");
  });

  it("sends the link again to the address that signed, and says the same to everybody", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const { signatory_email: email } = (await app
      .db("signatures")
      .where({ id })
      .first("signatory_email")) as { signatory_email: string };
    const ask = async (address: string) => {
      const answer = await browser(app).post(`/letters/${slug}/manage`).type("form").send({ email: address });
      return [answer.status, answer.headers["location"], answer.text];
    };
    const known = await ask(email);
    expect(await ask("nobody@elsewhere.example")).toEqual(known);
    expect(await ask(email)).toEqual(known);
    expect(await mails()).toEqual([]);
    expect(await mailRequestedLinks(app.system)).toBe(2);
    expect(await mails()).toEqual(["signature-link"]);
  });

  it("is mailed three times a day at most, however often a stranger asks for it", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const row = (await app.db("signatures").where({ id }).first("signatory_email")) as Record<string, string>;
    app.clock.set("2027-03-01T00:00:00Z");
    for (let hour = 0; hour < 24; hour += 1) {
      const form = { email: row["signatory_email"] };
      await browser(app).post(`/letters/${slug}/manage`).type("form").send(form).expect(303);
      await mailRequestedLinks(app.system);
      app.clock.advance(HOUR);
    }
    expect(await mails()).toEqual(Array.from({ length: 3 }, () => "signature-link"));
  });
});

describe("a logo", () => {
  it("is taken in as pixels only, with its terms, waits for staff, and is gone from everywhere once taken back", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const path = await managePath(app, id);
    const picture = await sharp({ create: { width: 900, height: 300, channels: 3, background: "#0b5a49" } })
      .withExif({ IFD0: { Copyright: "secret-metadata" } })
      .jpeg()
      .toBuffer();
    const send = (fields: Record<string, string>) => {
      const request = browser(app).post(`${path}/logo`);
      for (const [name, value] of Object.entries(fields)) void request.field(name, value);
      return request.attach("logo", picture, "logo.svg");
    };
    const refused = await send({ terms_version: "1" }).expect(422);
    expect(refused.text).toContain("Tick the box to say that we may show the logo on these terms.");
    await send({ terms_version: "1", terms: "on" }).expect(303);
    expect((await items())[0]).toMatchObject({ logo: null });
    await decide("logo", "approved");
    const [{ logo }] = (await items()) as [{ logo: string }];
    const address = new URL(logo).pathname;
    const shown = await browser(app).get(address).expect(200);
    expect(shown.headers).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; script-src 'none'; frame-ancestors 'none'; sandbox",
    });
    expect(String(shown.body)).not.toContain("secret-metadata");
    expect(await sharp(shown.body as Buffer).metadata()).toMatchObject({
      format: "png",
      width: 400,
      height: 133,
    });
    expect((await browser(app).get(`/letters/${slug}/signatories`)).text).toContain(`src="${address}"`);
    const kept = (await app.db("signature_statements").first()) as Record<string, unknown>;
    expect(kept).toMatchObject({ terms_version: 1, terms_language: "en", terms_agreed_at: app.clock.now() });

    await browser(app).post(`${path}/logo-back`).expect(303);
    await browser(app).get(address).expect(404);
    expect((await items())[0]).toMatchObject({ logo: null });
    expect(await app.db("signature_statements").pluck("logo")).toEqual([null]);
  });

  it("answers at its address only while its entry stands in public", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const path = await managePath(app, id);
    const picture = await sharp({ create: { width: 90, height: 30, channels: 3, background: "#0b5a49" } })
      .png()
      .toBuffer();
    await browser(app)
      .post(`${path}/logo`)
      .field("terms", "on")
      .field("terms_version", "1")
      .attach("logo", picture, "logo.png")
      .expect(303);
    await decide("logo", "approved");
    const [{ logo }] = (await items()) as [{ logo: string }];
    await browser(app).get(new URL(logo).pathname).expect(200);
    await transitionAnswer(await staffCtx(app, "reviewer"), id, { to: "invalidated" });
    await browser(app).get(new URL(logo).pathname).expect(404);
  });
});
