import { afterAll, beforeEach, describe, expect, it } from "@jest/globals";
import {
  SIGNATURE_STATES,
  TRANSITIONS,
  type SignatureState,
} from "../../../src/domain/signatures/signature.js";
import { newId } from "../../../src/platform/ids.js";
import { testApp } from "../../support/app.js";
import { insertSignature, makeLetter } from "../../support/letters.js";

const app = await testApp();
let letterId = "";

beforeEach(async () => {
  await app.database.clean();
  letterId = (await makeLetter(app.system, { state: "open" })).id;
});
afterAll(() => app.close());

function lines(table: readonly { from: string; cause: string; to: string; by: string }[]): string[] {
  return table.map(({ from, cause, to, by }) => `${from} ${cause} ${to} ${by}`).sort();
}

/** Steps a signature by bare SQL; true when the database let it. */
async function step(id: string, to: SignatureState): Promise<boolean> {
  const rejection_code = to === "rejected" ? "other" : null;
  return app
    .db("signatures")
    .where({ id })
    .update({ state: to, rejection_code })
    .then(
      () => true,
      (error: { constraint?: string }) => {
        expect(error.constraint).toBe("signatures_step_check");
        return false;
      },
    );
}

describe("the database refuses what the table of transitions refuses", () => {
  it("holds the same table", async () => {
    const rows = await app
      .db("signature_transitions")
      .select("from_state as from", "cause", "to_state as to", "moved_by as by");
    expect(lines(rows)).toEqual(lines(TRANSITIONS));
  });

  it("lets a signature go from each state exactly where the table says", async () => {
    for (const from of SIGNATURE_STATES) {
      const { id } = await insertSignature(app.system, { letterId, state: from });
      for (const to of SIGNATURE_STATES) {
        if (from === to) continue;
        const allowed = TRANSITIONS.some((each) => each.from === from && each.to === to);
        const went = await app.db
          .transaction(async (db) => {
            await db("signatures")
              .where({ id })
              .update({ state: to, rejection_code: to === "rejected" ? "other" : null });
            throw new Error("taken back");
          })
          .catch((error: { message: string; constraint?: string }) => {
            if (error.message === "taken back") return true;
            expect(error.constraint).toBe("signatures_step_check");
            return false;
          });
        expect([from, to, went]).toEqual([from, to, allowed]);
      }
    }
  });

  it("lets no signature begin anywhere but at the beginning", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const row = (await app.db("signatures").where({ id }).first()) as Record<string, unknown>;
    const { search_key: _made, ...given } = row;
    const copy = { ...given, id: newId(app.clock) };
    await expect(app.db("signatures").insert(copy)).rejects.toMatchObject({
      constraint: "signatures_step_check",
    });
  });

  it("writes no history that the table does not have", async () => {
    const { id } = await insertSignature(app.system, { letterId });
    const line = (from: string | null, cause: string, to: string) =>
      app.db("signature_history").insert({
        id: newId(app.clock),
        signature_id: id,
        from_state: from,
        cause,
        to_state: to,
        actor_kind: "system",
        at: app.clock.now(),
      });
    await line("published", "withdrawn", "withdrawn");
    await expect(line("published", "accepted", "withdrawn")).rejects.toMatchObject({
      constraint: "signature_history_step_check",
    });
    await expect(line(null, "accepted", "accepted")).rejects.toMatchObject({
      constraint: "signature_history_step_check",
    });
    expect(await step(id, "rejected")).toBe(false);
  });
});
