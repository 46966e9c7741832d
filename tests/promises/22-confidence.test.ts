import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { pledgeDesk } from "../../src/domain/pledges/service.js";
import { STAFF_TARGETS } from "../../src/domain/signatures/commands.js";
import { acceptSignature, transitionSignature } from "../../src/domain/signatures/review-service.js";
import { DAY } from "../../src/platform/clock.js";
import { browser, signedIn, START, testApp, type TestApp } from "../support/app.js";
import { insertSignature, makeLetter } from "../support/letters.js";
import { settle } from "../support/settle.js";

const NAME = "Quillfeather Undisclosed Holdings";

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

/** Everything that anybody can read about the letter. */
async function outputs(): Promise<string> {
  const base = "/letters/keep-orbit-usable";
  const paths = [
    "/",
    base,
    `${base}?lang=fr`,
    `${base}/sign`,
    ...["", ".json", ".csv", ".txt"].flatMap((twin) => [
      `${base}/signatories${twin}`,
      `${base}/signatories${twin}?q=Quillfeather`,
      `${base}/signatories${twin}?sector=satellite_operator&country=NO`,
    ]),
    ...["/signatories.atom", "/embed", "/badge.svg", "/log"].map((path) => base + path),
    `/oembed?url=${encodeURIComponent(app.config.publicUrl + base)}`,
    "/api/v1/pledges?letter=keep-orbit-usable",
    "/api/v1/signatures?letter=keep-orbit-usable",
  ];
  const texts: string[] = [];
  for (const path of paths) {
    const answer = await browser(app).get(path).buffer(true);
    const { status, text: read } = answer as { status: number; text?: string };
    const text = read ?? String(answer.body);
    // The number of a request stands in refusals; all else has to be the same.
    texts.push(`${path} ${status}\n${text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id")}`);
  }
  return texts.join("\n");
}

async function confidential(count: number, organisation = "Some organisation"): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const given = { letterId, visibility: "confidential" as const, state: "in_review" as const };
    const { id } = await insertSignature(app.system, { ...given, organisation: `${organisation} ${n}` });
    await acceptSignature(app.system, id);
    ids.push(id);
  }
  return ids;
}

describe("support in confidence", () => {
  it("changes no byte of what the public can read until the weekly time, and then bands only", async () => {
    await settle(app);
    const before = await outputs();
    await confidential(14, NAME);
    await settle(app);
    expect(await outputs()).toBe(before);

    app.clock.advance(7 * DAY);
    await settle(app);
    const after = await outputs();
    expect(after).toMatch(/At least (5|10) more support the letter in confidence\./);
    expect(after).toContain('"confidential":{"at_least":');
    expect(after.replaceAll("q=Quillfeather", "").replaceAll('"q":"Quillfeather"', "")).not.toContain(NAME);
  });

  it("is told of by nothing below five", async () => {
    await confidential(4);
    app.clock.advance(7 * DAY);
    await settle(app);
    const text = await outputs();
    expect(text).not.toContain("in confidence.");
    expect(text).toContain('"confidential":null');
  });

  it("is not given away by one who joins or leaves between two Mondays", async () => {
    const [one = ""] = await confidential(14);
    app.clock.advance(7 * DAY);
    await settle(app);
    const bands = (await app.db("band_publications").orderBy("slot", "desc").first("band")) as {
      band: number;
    };
    await transitionSignature(app.system, one, { to: "rescinded" });
    await confidential(1, "A newcomer");
    app.clock.advance(7 * DAY);
    await settle(app);
    const rows = (await app
      .db("band_publications")
      .where({ kind: "confidential", class: "all" })
      .orderBy("slot", "desc")
      .limit(2)) as { band: number }[];
    expect(rows.map(({ band }) => band)).toEqual([rows[1]?.band, rows[1]?.band]);
    expect(bands).toBeDefined();
    await expect(app.db("band_publications").update({ band: 50 })).rejects.toThrow();
  });

  it("stays in confidence whatever staff do with it, and in mails to others", async () => {
    for (const to of STAFF_TARGETS) {
      const { id } = await insertSignature(app.system, {
        letterId,
        visibility: "confidential",
        state:
          to === "accepted" || to === "rejected" || to === "needs_information" ? "in_review" : "accepted",
        organisation: NAME,
      });
      const command = { to, ...(to === "rejected" ? { reason_code: "duplicate" } : {}) };
      await transitionSignature(app.system, id, command).catch(() => undefined);
      const row = (await app.db("signatures").where({ id }).first("visibility", "published_at")) as {
        visibility: string;
      };
      expect(row.visibility).toBe("confidential");
    }
    await settle(app);
    const mails = (await app.db("messages").select("to_email", "body_text", "subject")) as {
      to_email: string;
      body_text: string | null;
    }[];
    const others = mails.filter(({ to_email }) => !to_email.includes("signatory"));
    expect(mails.length).toBeGreaterThan(0);
    expect(JSON.stringify(others)).not.toContain(NAME);
  });

  it("is shown to staff in numbers, with the pledges", async () => {
    await confidential(3);
    await insertSignature(app.system, {
      letterId,
      kind: "pledge",
      state: "standing",
      organisation: "Pledger Ltd",
    });
    expect((await pledgeDesk(app.system, letterId)).bands.confidential).toEqual({ told: null, today: 3 });
    const { text } = await (await signedIn(app, "viewer")).get("/console/letters/keep-orbit-usable/pledges");
    expect(text).toContain("Pledger Ltd");
    await (
      await signedIn(app, "viewer")
    )
      .post("/console/letters/keep-orbit-usable/pledges")
      .type("form")
      .send({ reaffirm_hours: "48" })
      .expect(403);
  });
});
