import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { browser, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, unsubscribeToken, type TestContact } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let contact: TestContact;
let address: string;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  contact = await aContact(app);
  await aMailing(await staffCtx(app), await aLetter(app), [contact]);
  await settle(app);
  address = `/unsubscribe/${await unsubscribeToken(app, contact)}`;
});

const suppressions = (): Promise<{ reason: string; letter_id: string | null }[]> =>
  app.db("suppressions").select("reason", "letter_id");

describe("the unsubscribe link", () => {
  test("only shows when it is opened, however often and by whatever method that reads", async () => {
    for (let n = 0; n < 3; n += 1) {
      const shown = await supertest(app.web).get(address).expect(200);
      expect(shown.text).toContain("Low Orbit Stewardship Forum never writes to this address again");
      expect(shown.headers["cache-control"]).toBe("no-store");
      expect(shown.headers["x-robots-tag"]).toContain("noindex");
      expect(shown.headers["referrer-policy"]).toBe("no-referrer");
      expect(shown.text).not.toContain(contact.email);
      await supertest(app.web).head(address).expect(200);
      await supertest(app.web).options(address);
    }
    expect(await suppressions()).toEqual([]);
    expect(await app.db("links").where({ purpose: "unsubscribe" }).whereNotNull("acted_at")).toEqual([]);
  });

  test("stops all letters by its button, and says so from then on", async () => {
    const visitor = browser(app);
    await visitor.post(address).type("form").send({ from: "button" }).expect(303).expect("location", address);
    expect(await suppressions()).toEqual([{ reason: "unsubscribed", letter_id: null }]);
    expect((await visitor.get(address).expect(200)).text).toContain(
      "We will not write to this address again",
    );
    expect(await app.db("activity").where({ action: "address.suppressed" })).toMatchObject([
      { organisation_id: contact.organisationId, contact_id: contact.id, actor_kind: "public" },
    ]);
  });

  test("stops by one click from a mail program: no cookie, no Origin, another site, no redirect (RFC 8058)", async () => {
    const post = (): supertest.Test =>
      supertest(app.web)
        .post(address)
        .set("Sec-Fetch-Site", "cross-site")
        .set("Origin", "https://mail.example")
        .type("form")
        .send("List-Unsubscribe=One-Click");
    await post().expect(200);
    await Promise.all(Array.from({ length: 12 }, () => post().expect(200)));
    expect(await suppressions()).toEqual([{ reason: "unsubscribed", letter_id: null }]);
    expect(await app.db("activity").where({ action: "address.suppressed" })).toHaveLength(1);
  });

  test("stops by one click sent as multipart too", async () => {
    await supertest(app.web).post(address).field("List-Unsubscribe", "One-Click").expect(200);
    expect(await suppressions()).toHaveLength(1);
  });

  test("never expires", async () => {
    app.clock.advance(5 * 365 * 86_400_000);
    await browser(app).post(address).expect(200);
    expect(await suppressions()).toHaveLength(1);
    app.clock.advance(-5 * 365 * 86_400_000);
  });

  test("speaks the language of the mail, or the one asked for", async () => {
    await app.db("messages").update({ language: "fr" });
    expect((await supertest(app.web).get(address)).text).toContain("Ne plus jamais écrire à cette adresse");
    expect((await supertest(app.web).get(`${address}?lang=en`)).text).toContain(
      "Never write to this address again",
    );
  });

  test("with a secret we never gave out is unknown", async () => {
    await supertest(app.web).get("/unsubscribe/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").expect(404);
    await supertest(app.web).post("/unsubscribe/x").expect(404);
    expect(await suppressions()).toEqual([]);
  });

  test("keeps addresses and secrets out of the log", async () => {
    expect(JSON.stringify(await app.db("activity").select())).not.toContain(contact.email);
    expect(JSON.stringify(await app.db("suppressions").select())).not.toContain(contact.email);
  });
});
