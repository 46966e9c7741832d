import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import supertest from "supertest";
import { liftSuppression, suppress } from "../../../src/domain/consent/service.js";
import { eraseContact } from "../../../src/domain/privacy/erasure-service.js";
import { browser, staffCtx, testApp, type TestApp } from "../../support/app.js";
import {
  aContact,
  aLetter,
  aMailing,
  messageTo,
  type TestContact,
  type TestLetter,
} from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let contact: TestContact;
let letter: TestLetter;
let address: string;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  contact = await aContact(app, { organisation: "Vesta Orbital" });
  letter = await aLetter(app);
  await aMailing(await staffCtx(app), letter, [contact]);
  await settle(app);
  const link = (await app
    .db("links")
    .where({ purpose: "preferences", subject_id: (await messageTo(app, contact))["id"] })
    .first("id")) as { id: string };
  address = `/preferences/${app.keys.token("preferences", link.id, 1)}`;
});

const act = (name: string, fields: Record<string, string> = {}) =>
  browser(app)
    .post(address)
    .type("form")
    .send({ act: name, ...fields });
const stops = (): Promise<unknown[]> =>
  app.db("suppressions").select("reason", "letter_id", "source").orderBy("letter_id");

describe("the page of preferences", () => {
  test("is linked at the foot of each outreach mail, in both twins, beside the link that stops", async () => {
    const message = await messageTo(app, contact);
    for (const part of [message["body_text"], message["body_html"]] as string[]) {
      expect(part).toContain("Never write to this address again");
      expect(part).toContain("Why you get this, and what you get");
    }
    const { preferences, unsubscribe } = message["data"] as Record<string, string>;
    expect(preferences).not.toBe(unsubscribe);
    expect(message["body_text"]).toContain(preferences);
  });

  test("says who writes, why, since when and whom to ask, keeps the address to itself, and changes nothing", async () => {
    const shown = await supertest(app.web).get(address).expect(200);
    expect(shown.text).toContain("Low Orbit Stewardship Forum");
    expect(shown.text).toContain("team@forum.example");
    expect(shown.text).toContain("12 Quay Street, Bergen 5003, Norway");
    expect(shown.text).toMatch(
      /because Vesta Orbital publishes it for enquiries \(source: https:\/\/vesta\d+/,
    );
    expect(shown.text).toContain("/privacy");
    expect(shown.text).not.toContain(contact.email);
    expect(shown.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    expect(await stops()).toEqual([]);
  });

  test("stops mail about this letter or all mail, and takes back what the person stopped", async () => {
    await act("stop_letter").expect(303).expect("location", `${address}?done=stop_letter`);
    expect(await stops()).toEqual([{ reason: "unsubscribed", letter_id: letter.id, source: "preferences" }]);
    expect((await browser(app).get(address)).text).toContain("Allow mail about this letter again");
    await act("allow_letter").expect(303);
    expect(await stops()).toEqual([]);
    await act("stop_all").expect(303);
    await act("stop_all").expect(303);
    expect(await stops()).toEqual([{ reason: "unsubscribed", letter_id: null, source: "preferences" }]);
    await act("allow_all").expect(303);
    expect(await stops()).toEqual([]);
    const acts = await app.db("activity").whereLike("action", "address.%").orderBy("id").pluck("action");
    expect(acts).toEqual([
      "address.suppressed",
      "address.allowed_again",
      "address.suppressed",
      "address.allowed_again",
    ]);
  });

  test("takes back nobody else's stop, and the person's own is not staff's to take back", async () => {
    await suppress(app.system, { addressHash: contact.hash, reason: "staff", source: "phone" });
    const refused = await act("allow_all").expect(422);
    expect(refused.text).toContain("There is nothing here that you could take back yourself");
    await act("stop_all").expect(303);
    expect(await stops()).toHaveLength(2);
    await act("allow_all").expect(303);
    expect(await stops()).toEqual([{ reason: "staff", letter_id: null, source: "phone" }]);
    expect((await browser(app).get(address)).text).toContain("This was not stopped by this page");

    await act("stop_letter").expect(303);
    const admin = await staffCtx(app);
    const rows = (await app.db("suppressions").select("id", "reason")) as { id: string; reason: string }[];
    for (const { id, reason } of rows) {
      const lifted = liftSuppression(admin, id, { why: "They called and agreed." });
      if (reason === "staff") await lifted;
      else await expect(lifted).rejects.toMatchObject({ code: "consent.own_stop" });
    }
    expect(await stops()).toMatchObject([{ reason: "unsubscribed" }]);
    expect(
      await app.db("activity").where({ action: "address.allowed_again", actor_kind: "staff" }),
    ).toMatchObject([{ detail: { why: "They called and agreed.", reason: "staff" } }]);
  });

  test("chooses the language of mails, among those there are", async () => {
    await act("language", { language: "fr" }).expect(303);
    expect(await app.db("contacts").first("language")).toEqual({ language: "fr" });
    expect((await supertest(app.web).get(address)).text).toContain("Ce que nous vous envoyons");
    expect((await supertest(app.web).get(`${address}?lang=en`)).text).toContain("What you get from us");
    await act("language", { language: "tlh" }).expect(422);
    await act("burn").expect(422);
  });

  test("leads to “not the right person” by the link of the same mail", async () => {
    const { text } = await browser(app).get(address).expect(200);
    const path = /href="(\/r\/[^"]+\/wrong-person)"/.exec(text)?.[1] ?? "";
    await browser(app).get(path).expect(200);
  });

  test("takes no form from another site, in contrast to one-click unsubscribing", async () => {
    const foreign = supertest(app.web).post(address).set("Sec-Fetch-Site", "cross-site").type("form");
    await foreign.send({ act: "stop_all" }).expect(403);
    expect(await stops()).toEqual([]);
  });

  test("opens with its own secret only, and never ends", async () => {
    const rows = (await app.db("links").where({ purpose: "unsubscribe" })) as { id: string }[];
    const token = app.keys.token("unsubscribe", rows[0]?.id ?? "", 1);
    await supertest(app.web).get(`/preferences/${token}`).expect(404);
    await supertest(app.web).get(address.replace("/preferences", "/unsubscribe")).expect(404);
    app.clock.advance(5 * 365 * 86_400_000);
    await act("stop_all").expect(303);
    app.clock.advance(-5 * 365 * 86_400_000);
  });

  test("still stops the address once the person has been erased, and says that nothing else is kept", async () => {
    await eraseContact(await staffCtx(app), contact.id, { confirm: true, stop: false });
    const { text } = await browser(app).get(address).expect(200);
    expect(text).toContain("We no longer keep this address with a name");
    expect(text).not.toContain("Language of our mails");
    await act("language", { language: "fr" }).expect(422);
    await act("stop_all").expect(303);
    expect(await app.db("suppressions").where({ address_hash: contact.hash })).toHaveLength(1);
  });
});
