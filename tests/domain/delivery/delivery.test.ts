import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import request from "supertest";
import { deliverLetter } from "../../../src/domain/delivery/service.js";
import { deliveryOf, leftOutOf } from "../../../src/domain/delivery/views.js";
import { staffCtx, testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterEach(() => app.database.clean());
afterAll(() => app.close());

const DAY = 86_400_000;

async function closedLetter(hoursAgo: number, states: readonly string[]): Promise<string[]> {
  const rows = campaign(app);
  const at = new Date(app.clock.now().getTime() - (hoursAgo * DAY) / 24);
  const letter = await rows.letter("keep-orbit-usable", { state: "closed", closed_at: at });
  const ids: string[] = [letter];
  for (const [index, state] of states.entries()) {
    ids.push(await rows.signature(letter, await rows.organisation(`Tidewater ${index}`), { state }));
  }
  return ids;
}

async function deliver(without: readonly string[] = []) {
  const ctx = await staffCtx(app, "admin");
  return deliverLetter(ctx, app.messages, "keep-orbit-usable", {
    addressee: "The Secretary-General",
    delivered_by: "Ada Brook",
    delivered_at: app.clock.now().toISOString(),
    left_out: without.map((id) => ({ id, reason: "The register has not answered yet." })),
  });
}

describe("a letter that is handed over", () => {
  it("keeps the very files with their hashes, shows them, and is delivered", async () => {
    await closedLetter(25, ["published"]);
    await deliver();
    const page = await request(app.web).get("/letters/keep-orbit-usable/delivery").expect(200);
    expect(page.text).toContain("The Secretary-General");
    const file = await request(app.web)
      .get("/letters/keep-orbit-usable/delivery/keep-orbit-usable.json")
      .buffer(true)
      .expect(200);
    expect(page.text).toContain(createHash("sha256").update(file.text).digest("hex"));
    expect(page.text).not.toContain("Erratum");
    const row = (await app.database.adminDb("letters").first("state")) as { state: string };
    expect(row.state).toBe("delivered");
    expect(await app.database.adminDb("log_notices").where({ kind: "delivery" })).toHaveLength(1);
  });

  it("waits for a day after its end, and for each entry in review unless that one is left out with a reason", async () => {
    const [letter = "", , one = "", other = ""] = await closedLetter(25, [
      "published",
      "in_review",
      "in_review",
    ]);
    await expect(deliver()).rejects.toMatchObject({ code: "letter.entries_in_review" });
    await expect(deliver([one])).rejects.toMatchObject({ code: "letter.entries_in_review" });
    await app.database.adminDb("signatures").where({ id: other }).update({ visibility: "confidential" });
    await deliver([one, other]);
    // The public page counts none in confidence; staff see each with its reason.
    expect(await deliveryOf(app.system, letter)).toMatchObject({ entries: 1, leftOut: 1 });
    const left = await leftOutOf(app.system, letter);
    expect(left.map(({ id }) => id).sort()).toEqual([one, other].sort());
    expect(left[0]?.reason).toBe("The register has not answered yet.");
  });

  it("is not handed over within a day after its end", async () => {
    await closedLetter(23, ["published"]);
    await expect(deliver()).rejects.toMatchObject({ code: "letter.too_early" });
    expect(await app.database.adminDb("deliveries")).toHaveLength(0);
  });

  it("gets an erratum when an organisation withdraws later, and the record itself cannot be changed", async () => {
    const [, signature] = await closedLetter(25, ["published"]);
    await deliver();
    await app.database
      .adminDb("signatures")
      .where({ id: signature })
      .update({ state: "withdrawn", withdrawn_at: app.clock.now() });
    const page = await request(app.web).get("/letters/keep-orbit-usable/delivery").expect(200);
    expect(page.text).toContain("Erratum");
    expect(page.text).toContain("Tidewater 0");
    await expect(app.database.adminDb("deliveries").update({ addressee: "x" })).rejects.toThrow();
    await expect(app.system.db("delivery_files").delete()).rejects.toThrow();
  });
});
