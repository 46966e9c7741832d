import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import { LETTER_CHANGES, LETTER_STATES } from "../../../src/domain/letters/letter.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { letterSteps } from "../../../src/domain/letters/views.js";
import { newId } from "../../../src/platform/ids.js";
import { testApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

const app = await testApp();

beforeEach(() => app.database.clean());
afterAll(() => app.close());

describe("the database refuses what the table of a letter's changes refuses", () => {
  it("holds the same table", async () => {
    const rows = (await app.db("letter_transitions").select("from_state", "to_state")) as Record<
      string,
      string
    >[];
    const kept = rows.map((row) => `${row["from_state"]} ${row["to_state"]}`).sort();
    const table = LETTER_STATES.flatMap((from) => LETTER_CHANGES[from].map((to) => `${from} ${to}`));
    expect(kept).toEqual(table.sort());
  });

  it("lets a letter go from each state exactly where the table says", async () => {
    const { id } = await makeLetter(app.system, { state: "draft" });
    for (const from of LETTER_STATES) {
      await app.database.adminDb.transaction(async (db) => {
        await db.raw("set local session_replication_role = replica");
        await db("letters").where({ id }).update({ state: from });
      });
      for (const to of LETTER_STATES.filter((state) => state !== from)) {
        const went = await app.db
          .transaction(async (db) => {
            await db("letters").where({ id }).update({ state: to });
            throw new Error("taken back");
          })
          .catch((error: { message: string; constraint?: string }) => {
            if (error.message === "taken back") return true;
            expect(error.constraint).toBe("letters_step_check");
            return false;
          });
        expect([from, to, went]).toEqual([from, to, LETTER_CHANGES[from].includes(to)]);
      }
    }
  });

  it("keeps no step that the table does not have, and no rejection without a reason", async () => {
    const { id } = await makeLetter(app.system);
    const step = (from_state: string, to_state: string) =>
      app.db("letter_history").insert({
        id: newId(app.clock),
        letter_id: id,
        from_state,
        to_state,
        actor_kind: "system",
        at: app.clock.now(),
      });
    await expect(step("open", "draft")).rejects.toMatchObject({ constraint: "letter_history_step_fkey" });
    await expect(step("in_review", "rejected")).rejects.toMatchObject({
      constraint: "letter_history_reason_check",
    });
  });

  it("changes no word of a text that somebody has signed", async () => {
    const { id } = await makeLetter(app.system);
    const version = (await app.db("letter_versions").where({ letter_id: id }).first("id")) as { id: string };
    const change = (body_md: string) =>
      app.db("letter_translations").where({ version_id: version.id }).update({ body_md });
    await expect(change("Another text.")).resolves.toBe(1);
    await insertSignature(app.system, { letterId: id });
    await expect(change("A third text.")).rejects.toMatchObject({
      constraint: "letter_translations_signed_check",
    });
    const reviewed = app
      .db("letter_translations")
      .where({ version_id: version.id })
      .update({ reviewed: false });
    await expect(reviewed).resolves.toBe(1);
  });
});

describe("each step of a letter", () => {
  it("is kept with who took it and why", async () => {
    const { slug, id } = await makeLetter(app.system);
    await changeLetterState(app.system, slug, { to: "paused", reason: "A word is being checked." });
    await changeLetterState(app.system, slug, { to: "open" });
    const steps = await letterSteps(app.system, id);
    expect(steps.map(({ to, reason }) => [to, reason]).slice(-2)).toEqual([
      ["paused", "A word is being checked."],
      ["open", ""],
    ]);
    expect(steps.every(({ actorKind }) => actorKind === "system")).toBe(true);
  });

  it("needs a reason where the public is told that there is no letter", async () => {
    const { slug } = await makeLetter(app.system, { state: "in_review" });
    await expect(changeLetterState(app.system, slug, { to: "rejected" })).rejects.toMatchObject({
      code: "letter.reason_missing",
    });
  });
});
