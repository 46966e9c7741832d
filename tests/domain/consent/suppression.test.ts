import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  isSuppressed,
  pageSuppressions,
  suppress,
  suppressAddress,
  unsubscribe,
} from "../../../src/domain/consent/service.js";
import { covers } from "../../../src/domain/consent/suppression.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { aContact, aLetter, aMailing, unsubscribeToken } from "../../support/mailing.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(() => app.database.clean());

test("a suppression for every letter reaches each, one for a letter only that one", () => {
  expect(covers([{ letterId: null }], "a")).toBe(true);
  expect(covers([{ letterId: "a" }], "a")).toBe(true);
  expect(covers([{ letterId: "a" }], "b")).toBe(false);
  expect(covers([{ letterId: "a" }], null)).toBe(false);
  expect(covers([], "a")).toBe(false);
});

describe("an address is never written to again", () => {
  test("once and for all: saying it again changes nothing, in any spelling", async () => {
    const letter = await aLetter(app);
    const say = (email: string) => suppress(app.system, { email, reason: "staff", source: "t" });
    await expect(say("Ada@Vesta.example")).resolves.toBe(true);
    await expect(say(" ada@vesta.example")).resolves.toBe(false);
    const hash = (email: string) => app.keys.addressHash(email);
    await expect(isSuppressed(app.system, hash("ADA@vesta.example"), letter.id)).resolves.toBe(true);
    await expect(isSuppressed(app.system, hash("other@vesta.example"), letter.id)).resolves.toBe(false);
    expect(await app.db("activity").where({ action: "address.suppressed" })).toHaveLength(1);
  });

  test("also when twenty say so at once", async () => {
    const contact = await aContact(app);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        suppress(app.system, { addressHash: contact.hash, reason: "unsubscribed", source: "t" }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await app.db("suppressions")).toHaveLength(1);
  });

  test("also after the contact is gone: only the keyed hash is kept", async () => {
    const contact = await aContact(app);
    await suppress(app.system, { email: contact.email, reason: "staff", source: "t" });
    await app.db("contacts").delete();
    await expect(isSuppressed(app.system, contact.hash, null)).resolves.toBe(true);
    expect(JSON.stringify(await app.db("suppressions"))).not.toContain("vesta");
  });

  test("and the link in a mail stops the address it went to, whatever the contact's address is now", async () => {
    const contact = await aContact(app);
    await aMailing(await staffCtx(app), await aLetter(app), [contact]);
    const other = app.keys.addressHash("new@vesta.example");
    await app.db("contacts").update({ email: "new@vesta.example", address_hash: other });
    await unsubscribe(app.ctx({ kind: "public" }), await unsubscribeToken(app, contact));
    await expect(isSuppressed(app.system, contact.hash, null)).resolves.toBe(true);
    await expect(isSuppressed(app.system, other, null)).resolves.toBe(false);
  });
});

describe("staff", () => {
  test("may say so only with the permission, and is told what is no address", async () => {
    const outreach = await staffCtx(app, "outreach");
    const viewer = await staffCtx(app, "viewer");
    await expect(suppressAddress(viewer, { email: "a@b.example" })).rejects.toMatchObject({
      kind: "forbidden",
    });
    await expect(suppressAddress(outreach, { email: "a@b.example, c@d.example" })).rejects.toMatchObject({
      fields: { email: "errors.field.email" },
    });
    await expect(suppressAddress(outreach, { email: "a@b.example" })).resolves.toEqual({ isNew: true });
  });

  test("reads the list page by page and sees no address in it", async () => {
    const staff = await staffCtx(app, "outreach");
    for (let n = 0; n < 5; n += 1) {
      app.clock.advance(1000);
      await suppressAddress(staff, { email: `a${n}@b.example` });
    }
    const first = await pageSuppressions(staff, { limit: 3 });
    const second = await pageSuppressions(staff, { limit: 3, cursor: first.next ?? "" });
    const all = [...first.items, ...second.items];
    expect(all).toHaveLength(5);
    expect(second.next).toBeNull();
    expect(new Set(all.map((item) => item.hashPrefix)).size).toBe(5);
    expect(first.items[0]?.hashPrefix).toHaveLength(12);
  });
});
