import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { LINK_PATHS, judgeLink, type Link, type LinkPurpose } from "../../src/domain/links/link.js";
import { holdLink, makeLink, openLink, useLink, linkAddress } from "../../src/domain/links/service.js";
import { DAY } from "../../src/platform/clock.js";
import { transaction } from "../../src/platform/context.js";
import { newId } from "../../src/platform/ids.js";
import { hashToken, randomToken } from "../../src/platform/tokens.js";
import { browser, testApp, type TestApp } from "../support/app.js";
import { scene } from "../support/scene.js";

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
beforeEach(async () => {
  await app.database.clean();
  app.clock.set("2027-03-01T09:00:00Z");
});
afterAll(() => app.close());

const PURPOSES = Object.keys(LINK_PATHS) as LinkPurpose[];
const ACTING = new Set<LinkPurpose>(["sign_in", "confirm", "attest"]);

function secretOf(link: Link): string {
  return linkAddress(app.system, link).split("/").at(-1) ?? "";
}

describe("promise 21: a link of one purpose", () => {
  test("opens no other door: every pair of purposes, looked at and acted on", async () => {
    for (const purpose of PURPOSES) {
      const secret = secretOf(await makeLink(app.system, purpose, newId(app.clock)));
      for (const other of PURPOSES.filter((each) => each !== purpose)) {
        await expect(openLink(app.system, other, secret)).rejects.toMatchObject({ kind: "not_found" });
        await expect(holdLink(app.system, other, secret)).rejects.toMatchObject({ kind: "not_found" });
      }
      expect((await openLink(app.system, purpose, secret)).verdict).toBe("usable");
    }
  });

  test("gets 404 at every other door of the web, with GET and POST", async () => {
    const { tokens } = await scene(app);
    const doors = Object.values(LINK_PATHS).filter((door) => tokens[door]?.length);
    expect(doors.length).toBeGreaterThanOrEqual(7);
    const opened: string[] = [];
    for (const own of doors) {
      for (const door of doors.filter((each) => each !== own)) {
        for (const secret of tokens[own] ?? []) {
          const path = `${door}/${secret}`;
          const looked = await browser(app).get(path);
          const acted = await browser(app).post(path);
          if (looked.status !== 404 || acted.status !== 404)
            opened.push(`${own} at ${door}: ${looked.status} ${acted.status}`);
        }
      }
    }
    expect(opened).toEqual([]);
  }, 60_000);

  test("that acts, acts once: of twenty presses at once one meets it usable", async () => {
    for (const purpose of ACTING) {
      const secret = secretOf(await makeLink(app.system, purpose, newId(app.clock)));
      const press = () =>
        transaction(app.system, async (tx) => {
          const { link, verdict } = await holdLink(tx, purpose, secret);
          if (verdict === "usable") await useLink(tx, link);
          return verdict;
        });
      const verdicts = await Promise.all(Array.from({ length: 20 }, press));
      expect(verdicts.filter((verdict) => verdict === "usable")).toHaveLength(1);
    }
  });

  test("ends at its time and never comes back, though a new one of the same row is made, used or revoked", async () => {
    for (const purpose of PURPOSES) {
      const subject = newId(app.clock);
      const end = new Date(app.clock.now().getTime() + DAY);
      const old = secretOf(await makeLink(app.system, purpose, subject, end));
      app.clock.advance(DAY - 1);
      expect((await openLink(app.system, purpose, old)).verdict).toBe("usable");
      app.clock.advance(1);
      expect((await openLink(app.system, purpose, old)).verdict).toBe("expired");
      const fresh = await makeLink(app.system, purpose, subject, new Date(app.clock.now().getTime() + DAY));
      await transaction(app.system, (tx) => useLink(tx, fresh));
      expect((await openLink(app.system, purpose, old)).verdict).toBe("expired");
      await expect(holdLink(app.system, purpose, old)).rejects.toMatchObject({ kind: "gone" });
    }
  });

  test("is judged revoked before used, and used before expired, so that a replay shows what was done", () => {
    const at = new Date("2027-03-01T09:00:00Z");
    const link: Link = {
      id: "x",
      purpose: "attest",
      subjectId: "y",
      generation: 1,
      expiresAt: at,
      actedAt: at,
      revokedAt: null,
    };
    expect(judgeLink(link, at)).toBe("used");
    expect(judgeLink({ ...link, revokedAt: at }, at)).toBe("revoked");
    expect(judgeLink({ ...link, actedAt: null }, at)).toBe("expired");
  });
});

async function hits(guesses: readonly string[]): Promise<number> {
  const found = await app.db.raw<{ rows: { n: number }[] }>(
    "select count(*)::int as n from links where token_hash = any(?::bytea[])",
    [guesses.map(hashToken)],
  );
  return found.rows[0]?.n ?? 0;
}

describe("promise 20: a million guesses", () => {
  test("hit none of 8,000 links: hashed as the door does and looked up in bulk by the same key", async () => {
    const links: Link[] = [];
    for (const purpose of PURPOSES) {
      for (let number = 0; number < 1000; number += 1) {
        links.push({
          id: newId(app.clock),
          purpose,
          subjectId: newId(app.clock),
          generation: 1,
          expiresAt: null,
          actedAt: null,
          revokedAt: null,
        });
      }
    }
    const rows = links.map((link) => ({
      id: link.id,
      purpose: link.purpose,
      subject_id: link.subjectId,
      generation: 1,
      token_hash: hashToken(secretOf(link)),
      created_at: app.clock.now(),
    }));
    for (let start = 0; start < rows.length; start += 1000)
      await app.db("links").insert(rows.slice(start, start + 1000));
    const known = links.map(secretOf);
    // The look-up would find a hit if there were one.
    expect(await hits([randomToken(), known[0] ?? "", randomToken()])).toBe(1);
    let found = 0;
    for (let batch = 0; batch < 100; batch += 1) {
      const guesses = Array.from({ length: 10_000 }, (_, number) => {
        const near = known[(batch * 10_000 + number) % known.length] ?? "";
        const at = number % near.length;
        const beside = `${near.slice(0, at)}${near[at] === "A" ? "B" : "A"}${near.slice(at + 1)}`;
        return number % 2 === 0 ? randomToken() : beside;
      });
      found += await hits(guesses);
    }
    expect(found).toBe(0);
  }, 120_000);
});
