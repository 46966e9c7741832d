/** What strangers can do to us by mail alone, and what they can't. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { sourceOfInbound } from "../../../src/domain/inbound/desk-service.js";
import { takeInMail } from "../../../src/domain/inbound/take-in-service.js";
import { ensureLink, linkAddress } from "../../../src/domain/links/service.js";
import { DAY } from "../../../src/platform/clock.js";
import { START, staffCtx, testApp, type TestApp } from "../../support/app.js";
import { inboundRow, rawMail, reader, takeIn } from "../../support/inbound.js";
import { aContact, aLetter, aMailing, messageTo, type TestLetter } from "../../support/mailing.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letter: TestLetter;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  letter = await aLetter(app);
});

describe("a mail that quotes ours", () => {
  test("leaves no link of a contact in the database that could be used, in whatever form it came", async () => {
    const contact = await aContact(app, { email: "ada@vesta.example" });
    await aMailing(await staffCtx(app), letter, [contact]);
    await settle(app);
    const message = await messageTo(app, contact);
    const link = await ensureLink(app.system, "unsubscribe", String(message["id"]));
    const address = linkAddress(app.system, link);
    const secret = address.slice(address.lastIndexOf("/") + 1);
    const wrapped = `https://guard.example/?u=${encodeURIComponent(address)}&k=1`;
    const text = `We will look.\n\n> Sign at ${address}\n> or ${wrapped}\n(${secret})`;
    const plain = await takeIn(
      app,
      rawMail({ Subject: `Re: ${address}`, To: `"${address}" <a@b.example>` }, text),
    );
    const encoded = rawMail(
      { "Content-Transfer-Encoding": "base64" },
      Buffer.from(text).toString("base64").replaceAll(/.{76}/g, "$&\n"),
    );
    const inBase64 = await takeIn(app, encoded);
    for (const taken of [plain, inBase64]) {
      const row = await inboundRow(app, taken);
      const { raw, hash: _hash, ...rest } = row;
      expect(row.body_text).toContain("[link]");
      expect(JSON.stringify(rest)).not.toContain(secret);
      expect(raw?.toString("latin1")).not.toContain("We will look");
      expect(raw?.toString("latin1")).not.toContain(secret);
    }
    const outreach = await staffCtx(app, "outreach");
    expect((await sourceOfInbound(outreach, String(plain.id))).toString()).toContain(secret);
    for (const role of ["viewer", "editor", "reviewer"] as const) {
      const other = await staffCtx(app, role);
      await expect(sourceOfInbound(other, String(plain.id))).rejects.toMatchObject({ kind: "forbidden" });
    }
  });
});

describe("a mail server that lies", () => {
  const claims = [
    { size: 4_294_967_295 },
    { size: Number.MAX_SAFE_INTEGER },
    { receivedAt: new Date(Number.NaN) },
    { receivedAt: new Date(8.64e15) },
    { receivedAt: new Date("0001-01-01T00:00:00Z") },
  ];
  test.each(claims)(
    "about %p of a mail holds up no other mail, and dates none into the future",
    async (claim) => {
      const raw = rawMail({}, "Hello");
      const taken = await takeInMail(app.system, reader, { raw, mailboxId: null, ...claim });
      expect(taken.class).toBe("human_reply");
      const row = await inboundRow(app, taken);
      expect(row.received_at.getTime()).toBeLessThanOrEqual(app.clock.now().getTime());
      expect(row.received_at.getTime()).toBeGreaterThan(app.clock.now().getTime() - DAY);
    },
  );
});

test("a header whose character falls on the cut doesn't hide what the mail says", async () => {
  const to = `${"a".repeat(999)}😀 <letters@forum.example>`;
  const row = await inboundRow(
    app,
    await takeIn(app, rawMail({ To: to, Subject: "unsubscribe" }, "unsubscribe")),
  );
  expect(row.class).toBe("unsubscribe_request");
});
