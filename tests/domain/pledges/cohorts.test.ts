import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { linkAddresses } from "../../../src/domain/links/service.js";
import { placeholdersIn } from "../../../src/domain/links/link.js";
import { evaluateDuePledges } from "../../../src/domain/pledges/evaluation-service.js";
import { changeReaffirmHours, pledgeDesk } from "../../../src/domain/pledges/service.js";
import { actOnPledge, openPledge } from "../../../src/domain/pledges/standing-service.js";
import { settleEndedWindows } from "../../../src/domain/pledges/window-service.js";
import { acceptSignature, transitionSignature } from "../../../src/domain/signatures/review-service.js";
import { DAY, HOUR } from "../../../src/platform/clock.js";
import { browser, START, testApp, type TestApp } from "../../support/app.js";
import { insertSignature, makeLetter, type SignatureGiven } from "../../support/letters.js";
import { settle } from "../../support/settle.js";

let app: TestApp;
let letterId: string;

beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.database.clean();
  app.clock.set(START);
  letterId = (await makeLetter(app.system)).id;
});

/** A pledge that staff have accepted. */
async function pledge(count: number, given: Partial<SignatureGiven> = {}): Promise<string> {
  const { id } = await insertSignature(app.system, {
    letterId,
    kind: "pledge",
    state: "in_review",
    ...given,
  });
  await app.database.adminDb("signatures").where({ id }).update({ condition_count: count });
  await acceptSignature(app.system, id);
  return id;
}

async function firm(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push((await insertSignature(app.system, { letterId })).id);
  return ids;
}

async function state(id: string): Promise<string> {
  return String(await app.db("signatures").where({ id }).pluck("state"));
}

async function states(...ids: string[]): Promise<string[]> {
  return Promise.all(ids.map(state));
}

/** The secret in the newest mail of this kind about a pledge. */
async function token(id: string, template = "pledge-stands"): Promise<string> {
  const mails = (await app.db("messages").where({ template }).select("send_key", "data")) as {
    send_key: string;
    data: { link: string };
  }[];
  const mail = mails.find(({ send_key }) => send_key.includes(id));
  if (!mail) throw new Error(`no mail ${template} about ${id}`);
  const [link = ""] = placeholdersIn(mail.data.link);
  const address = (await linkAddresses(app.system, [link])).get(link) ?? "";
  return new URL(address).pathname.slice("/manage/".length);
}

async function mailed(template: string): Promise<number> {
  return (await app.db("messages").where({ template }).select("id")).length;
}

async function pass(milliseconds: number): Promise<void> {
  app.clock.advance(milliseconds);
  await settle(app);
}

describe("a pledge whose condition is met", () => {
  it("is asked for once more, and published together with the others that said yes", async () => {
    const [one, other] = [await pledge(1), await pledge(1)];
    await settle(app);
    expect(await states(one, other)).toEqual(["standing", "standing"]);
    expect(await mailed("pledge-stands")).toBe(2);

    await pass(DAY);
    expect(await states(one, other)).toEqual(["triggered", "triggered"]);
    expect(await mailed("pledge-met")).toBe(2);
    await actOnPledge(app.system, await token(one, "pledge-met"), "reaffirm");
    await pass(40 * HOUR);
    expect(await mailed("pledge-reminder")).toBe(1);
    await actOnPledge(app.system, await token(other, "pledge-met"), "reaffirm");
    expect(await states(one, other)).toEqual(["triggered", "triggered"]);

    await pass(33 * HOUR);
    expect(await states(one, other)).toEqual(["published", "published"]);
    expect(await mailed("pledge-activated")).toBe(2);
    const rows = (await app.db("signatures").whereIn("id", [one, other])) as Record<string, unknown>[];
    expect(rows.map((row) => [row["kind"], row["condition_count"]])).toEqual([
      ["signature", 1],
      ["signature", 1],
    ]);
    expect(rows[0]?.["published_at"]).toEqual(rows[1]?.["published_at"]);
    const { text } = await browser(app).get("/letters/keep-orbit-usable/signatories.json").expect(200);
    expect((JSON.parse(text) as { counts: { signed: number } }).counts.signed).toBe(2);
  });

  it("stands again when too few of the others said yes, who lapse", async () => {
    const [one, other] = [await pledge(1), await pledge(1)];
    await pass(DAY);
    await actOnPledge(app.system, await token(one, "pledge-met"), "reaffirm");
    await pass(73 * HOUR);
    expect(await states(one, other)).toEqual(["standing", "lapsed"]);
    expect([await mailed("pledge-set-back"), await mailed("pledge-lapsed")]).toEqual([1, 1]);
    expect(await app.db("signatures").where({ state: "published" }).select("id")).toEqual([]);
    const desk = await pledgeDesk(app.system, letterId);
    expect(desk.cohorts[0]?.members.map(({ outcome }) => outcome).sort()).toEqual(["lapsed", "set_back"]);
  });

  it("is looked at again before it is published: a withdrawal in the window counts", async () => {
    const [signed = ""] = await firm(5);
    const waiting = await pledge(5);
    await pass(DAY);
    expect(await state(waiting)).toBe("triggered");
    await actOnPledge(app.system, await token(waiting, "pledge-met"), "reaffirm");
    await transitionSignature(app.system, signed, { to: "withdrawn" });
    await pass(73 * HOUR);
    expect(await state(waiting)).toBe("standing");
  });

  it("stays a signature when others withdraw later", async () => {
    const [signed = ""] = await firm(5);
    const waiting = await pledge(5);
    await pass(DAY);
    await actOnPledge(app.system, await token(waiting, "pledge-met"), "reaffirm");
    await pass(73 * HOUR);
    await transitionSignature(app.system, signed, { to: "withdrawn" });
    await pass(7 * DAY);
    expect(await state(waiting)).toBe("published");
  });

  it("waits with the rest of the cohort until launch where the letter is not public yet", async () => {
    // No letter goes back to gathering: it is put there as if it had never opened.
    await app.database.adminDb.raw(
      "set session_replication_role = replica; update letters set state = 'gathering'; set session_replication_role = origin;",
    );
    const [one, other] = [await pledge(1), await pledge(1)];
    await pass(DAY);
    for (const id of [one, other]) await actOnPledge(app.system, await token(id, "pledge-met"), "reaffirm");
    await pass(73 * HOUR);
    expect(await states(one, other)).toEqual(["held", "held"]);
  });

  it("counts neither who is in review nor who supports in confidence", async () => {
    await firm(3);
    await insertSignature(app.system, { letterId, visibility: "confidential", state: "accepted" });
    await insertSignature(app.system, { letterId, state: "in_review" });
    const waiting = await pledge(4);
    await pass(DAY);
    expect(await state(waiting)).toBe("standing");
    await firm(1);
    await pass(DAY);
    expect(await state(waiting)).toBe("triggered");
  });

  it("is met for half of the ten largest as pinned, with figure, date and source", async () => {
    const roots: string[] = [];
    for (let n = 0; n < 11; n++) {
      const { organisationId } = await insertSignature(app.system, {
        letterId,
        state: n < 5 ? "published" : "in_review",
      });
      roots.push(organisationId);
      await app.database.adminDb("organisation_metrics").insert({
        organisation_id: organisationId,
        metric: "active_satellites",
        value: 100 - n,
        as_of: "2027-01-01",
        source: "UCS database",
        recorded_at: app.clock.now(),
      });
    }
    const { id } = await insertSignature(app.system, { letterId, kind: "pledge", state: "in_review" });
    await app.database
      .adminDb("signatures")
      .where({ id })
      .update({ condition_count: 5, condition_class: "ten_largest" });
    const { pinTenLargest, pledgeById } = await import("../../../src/domain/signatures/pledge-service.js");
    const row = await pledgeById(app.system, id);
    if (row) await pinTenLargest(app.system, row);
    await acceptSignature(app.system, id);
    const peers = (await app.db("pledge_peers").orderBy("place")) as Record<string, unknown>[];
    expect(peers.map((peer) => peer["organisation_id"])).toEqual(roots.slice(0, 10));
    expect(peers[0]).toMatchObject({ source: "UCS database", metric: "active_satellites", value: "100" });
    await app.database.adminDb("organisation_metrics").delete();
    await pass(DAY);
    expect(await state(id)).toBe("triggered");
    expect((await openPledge(app.system, await token(id))).peers).toHaveLength(10);
  });
});

describe("the times of a pledge", () => {
  it("are set: who was accepted after today's time waits for the next", async () => {
    const [one, other] = [await pledge(1), await pledge(1)];
    await settle(app);
    await pass(20 * HOUR);
    expect(await states(one, other)).toEqual(["standing", "standing"]);
    await pass(2 * HOUR);
    expect(await states(one, other)).toEqual(["triggered", "triggered"]);
  });

  it("end 72 hours before the letter: what is met later is met too late", async () => {
    const end = new Date("2027-03-20T12:00:00Z");
    await app.database.adminDb("letters").where({ id: letterId }).update({ closes_at: end });
    await firm(1);
    const [one, other] = [await pledge(1), await pledge(5)];
    app.clock.set(new Date(end.getTime() - 73 * HOUR));
    await settle(app);
    expect(await states(one, other)).toEqual(["triggered", "standing"]);
    await actOnPledge(app.system, await token(one, "pledge-met"), "retract");
    app.clock.set(new Date(end.getTime() - 71 * HOUR));
    await settle(app);
    await firm(4);
    app.clock.set(new Date(end.getTime() - 10 * HOUR));
    await settle(app);
    expect(await state(other)).toBe("standing");
    app.clock.set(new Date(end.getTime() + 25 * HOUR));
    await settle(app);
    expect(await states(one, other)).toEqual(["retracted", "lapsed"]);
  });

  it("let a pledge lapse when its own day is over", async () => {
    const waiting = await pledge(9);
    await app.database
      .adminDb("signatures")
      .where({ id: waiting })
      .update({ condition_deadline: "2027-03-03" });
    app.clock.set("2027-03-03T23:00:00Z");
    await settle(app);
    expect(await state(waiting)).toBe("standing");
    await pass(2 * HOUR);
    expect(await state(waiting)).toBe("lapsed");
  });

  it("can be set by staff for a letter, from a day to two weeks", async () => {
    await changeReaffirmHours(app.system, letterId, { reaffirm_hours: "24" });
    await expect(changeReaffirmHours(app.system, letterId, { reaffirm_hours: "2" })).rejects.toThrow();
    const [one] = [await pledge(1), await pledge(1)];
    await pass(DAY);
    await pass(25 * HOUR);
    expect(await state(one)).toBe("lapsed");
  });
});

describe("races", () => {
  it("two workers evaluate and settle once", async () => {
    const [one, other] = [await pledge(1), await pledge(1)];
    app.clock.advance(DAY);
    await Promise.all([1, 2, 3].map(() => evaluateDuePledges(app.system)));
    expect(await states(one, other)).toEqual(["triggered", "triggered"]);
    expect(await app.db("pledge_cohorts").select("id")).toHaveLength(1);
    for (const id of [one, other]) await actOnPledge(app.system, await token(id, "pledge-met"), "reaffirm");
    app.clock.advance(73 * HOUR);
    await Promise.all([1, 2, 3].map(() => settleEndedWindows(app.system)));
    const steps = (await app.db("signature_history").where({ cause: "activated" }).select("id")) as unknown[];
    expect(steps).toHaveLength(2);
    expect(await mailed("pledge-activated")).toBe(2);
  });

  it("a withdrawal that meets the end of the window comes before it or after it, never in between", async () => {
    for (let round = 0; round < 12; round++) {
      await app.database.clean();
      app.clock.set(START);
      letterId = (await makeLetter(app.system)).id;
      const [signed = ""] = await firm(2);
      const [one, other] = [await pledge(3), await pledge(3)];
      await pass(DAY);
      for (const id of [one, other]) await actOnPledge(app.system, await token(id, "pledge-met"), "reaffirm");
      app.clock.advance(73 * HOUR);
      await Promise.all([
        settleEndedWindows(app.system),
        transitionSignature(app.system, signed, { to: "withdrawn" }),
      ]);
      const after = await states(one, other);
      expect(after[0]).toBe(after[1]);
      expect(["published", "standing"]).toContain(after[0]);
      expect(await state(signed)).toBe("withdrawn");
    }
  });

  it("saying yes and taking back at the same moment ends in one of the two", async () => {
    const [one, other] = [await pledge(1), await pledge(1)];
    await pass(DAY);
    const secret = await token(one, "pledge-met");
    await actOnPledge(app.system, await token(other, "pledge-met"), "reaffirm");
    await Promise.allSettled([
      actOnPledge(app.system, secret, "reaffirm"),
      actOnPledge(app.system, secret, "retract"),
    ]);
    await pass(73 * HOUR);
    expect(await states(one, other)).toEqual(["retracted", "standing"]);
  });
});

describe("the page of a pledger", () => {
  it("shows what it waits for, acts by buttons only, and can be pressed twice", async () => {
    await firm(3);
    const waiting = await pledge(5);
    const page = `/manage/${await token(waiting)}/pledge`;
    const visitor = browser(app);
    const { text } = await visitor.get(page).expect(200);
    expect(text).toContain("We sign once 5 organisations have signed");
    expect(text).toContain("3 of those it waits for");
    await visitor.get(`${page}/retract`).expect(200);
    await visitor.get(`${page}/reaffirm`).expect(303);
    expect(await state(waiting)).toBe("standing");
    await visitor.post(`${page}/reaffirm`).expect(409);
    await visitor.post(`${page}/sign`).expect(303);
    await visitor.post(`${page}/sign`).expect(303);
    expect(await state(waiting)).toBe("published");
    expect((await visitor.get(page)).text).toContain("The organisation has signed.");
    await visitor.post(`${page}/retract`).expect(409);
  });

  it("is there for pledges only, and takes no other secret", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const { ensureLink, linkAddress } = await import("../../../src/domain/links/service.js");
    const link = await ensureLink(app.system, "manage", id);
    await browser(app)
      .get(`${new URL(linkAddress(app.system, link)).pathname}/pledge`)
      .expect(404);
    await browser(app)
      .get(`/manage/${"x".repeat(43)}/pledge`)
      .expect(404);
  });

  it("says how many are ready only as the public is told", async () => {
    const waiting = await pledge(5000);
    for (let n = 0; n < 20; n++) await pledge(5000);
    const secret = await token(waiting);
    expect((await openPledge(app.system, secret)).ready).toBe(0);
    await pass(7 * DAY);
    expect([10, 25]).toContain((await openPledge(app.system, secret)).ready);
  });
});
