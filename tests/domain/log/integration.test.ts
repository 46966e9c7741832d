import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { erasePersonFromLog, eraseSignatureFromLog } from "../../../src/domain/log/erasure-service.js";
import { keepLogs } from "../../../src/domain/log/integration-service.js";
import { commitment, type Leaf } from "../../../src/domain/log/leaf.js";
import { leafHash, verifyInclusion } from "../../../src/domain/log/merkle.js";
import { isSignedBy, readCheckpoint, readKey } from "../../../src/domain/log/note.js";
import { inclusionOf, latestCheckpoint, noteDelivery } from "../../../src/domain/log/service.js";
import { verifyLetterLog } from "../../../src/domain/log/verification-service.js";
import { changeLetterState } from "../../../src/domain/letters/state-service.js";
import { acceptSignature, transitionSignature } from "../../../src/domain/signatures/review-service.js";
import { moveSignature } from "../../../src/domain/signatures/movement-service.js";
import { lockSignature } from "../../../src/domain/signatures/store.js";
import { transaction } from "../../../src/platform/context.js";
import { testApp, type TestApp } from "../../support/app.js";
import { campaign } from "../../support/campaign.js";
import { bySuperuser, openLetter, publish, smallLog } from "../../support/log.js";
import { settle } from "../../support/settle.js";

let app: TestApp;

beforeAll(async () => {
  app = await testApp();
});
afterEach(async () => {
  await app.database.clean();
  app.logbook.lines.length = 0;
});
afterAll(() => app.close());

async function leaves(letterId: string): Promise<Leaf[]> {
  const rows = (await app
    .db("log_leaves")
    .where({ letter_id: letterId })
    .orderBy("position")
    .pluck("leaf")) as string[];
  return rows.map((leaf) => JSON.parse(leaf) as Leaf);
}

async function kinds(letterId: string): Promise<string[]> {
  return (await leaves(letterId)).map((leaf) => leaf.kind);
}

describe("what gets a leaf", () => {
  it("is what everybody can see: the text, who is published, who withdraws, and that somebody is gone", async () => {
    const letter = await openLetter(app);
    const [first = ""] = await smallLog(app, letter);
    await transitionSignature(app.system, first, { to: "invalidated" });
    await settle(app);
    const made = await leaves(letter);
    expect(made.map(({ kind }) => kind)).toEqual([
      "text",
      "published",
      "published",
      "published",
      "withdrawn",
      "left",
    ]);
    expect(made.map((leaf) => ("entry" in leaf ? leaf.entry : null)).slice(4)).toEqual([2, 1]);
    expect(await verifyLetterLog(app.system, letter)).toMatchObject({ size: 6, discrepancies: [] });
  });

  it("holds no name: not of the organisation, not of the person", async () => {
    const letter = await openLetter(app);
    await publish(app, letter, "Rimfrost Thermal Oy", { signatory_name: "Aino Virtanen" });
    await settle(app);
    const text = JSON.stringify(await leaves(letter));
    for (const word of ["Rimfrost", "Aino", "Diretora", "ground_segment"]) expect(text).not.toContain(word);
  });

  it("is nothing in confidence, no pledge, and nothing while the letter gathers", async () => {
    const letter = await openLetter(app);
    await publish(app, letter, "Harrow & Vale", { visibility: "confidential" });
    await publish(app, letter, "Copperline", { kind: "pledge", condition_count: 5, condition_class: "any" });
    const gathering = await campaign(app).letter("embargoed", { state: "gathering" });
    await publish(app, gathering, "Gannet Marine Syndicate");
    await settle(app);
    expect([await kinds(letter), await kinds(gathering)]).toEqual([["text"], []]);
    expect(await latestCheckpoint(app.system, gathering)).toBeUndefined();

    await changeLetterState(app.system, "embargoed", { to: "open" });
    await settle(app);
    expect(await kinds(gathering)).toEqual(["text", "letter", "published"]);
  });

  it("is going public, when somebody counted in confidence decides to be named", async () => {
    const letter = await openLetter(app);
    const id = await publish(app, letter, "Harrow & Vale", { visibility: "confidential" });
    await settle(app);
    await bySuperuser(app, "update signatures set visibility = 'public', state = 'in_review' where id = ?", [
      id,
    ]);
    await acceptSignature(app.system, id);
    await settle(app);
    expect(await kinds(letter)).toEqual(["text", "published"]);
  });

  it("comes back after a dispute as the same entry", async () => {
    const letter = await openLetter(app);
    const id = await publish(app, letter, "Rimfrost Thermal Oy");
    await settle(app);
    await transitionSignature(app.system, id, { to: "invalidated" });
    await transaction(app.system, async (tx) => {
      const row = await lockSignature(tx.db, id);
      if (row) await moveSignature(tx, row, "restored");
    });
    await acceptSignature(app.system, id);
    await settle(app);
    const made = await leaves(letter);
    expect(made.map(({ kind }) => kind)).toEqual(["text", "published", "left", "published"]);
    expect(made.map((leaf) => ("entry" in leaf ? leaf.entry : null))).toEqual([null, null, 1, 1]);
    expect((await verifyLetterLog(app.system, letter)).discrepancies).toEqual([]);
  });

  it("is a delivery with the hashes of its documents, and the ends of a letter", async () => {
    const letter = await openLetter(app);
    await changeLetterState(app.system, letter, { to: "closed" });
    await noteDelivery(app.system, letter, { json: "a".repeat(64), pdf: "b".repeat(64) });
    await settle(app);
    expect((await leaves(letter)).slice(1)).toEqual([
      expect.objectContaining({ kind: "letter", state: "closed" }),
      expect.objectContaining({
        kind: "delivered",
        documents: { json: "a".repeat(64), pdf: "b".repeat(64) },
      }),
    ]);
  });
});

describe("the integrator", () => {
  it("finds an event that committed after a later one", async () => {
    const letter = await openLetter(app);
    const rows = campaign(app);
    const late = await rows.signature(letter, await rows.organisation("Late Oy"), {
      state: "in_review",
      published_at: null,
      display_name: "Late Oy",
    });
    const finish = new AbortController();
    const held = new Promise<void>((resolve) => {
      finish.signal.addEventListener("abort", () => resolve());
    });
    const open = transaction(app.system, async (tx) => {
      await acceptSignature(tx, late);
      await held;
    });
    await publish(app, letter, "Early Oy");
    app.clock.advance(1000);
    await keepLogs(app.system, app.logbook);
    expect(await kinds(letter)).toEqual(["text", "published"]);
    finish.abort();
    await open;
    await keepLogs(app.system, app.logbook);
    expect(await kinds(letter)).toEqual(["text", "published", "published"]);
  });

  it("makes one leaf of an event, however many workers look at once", async () => {
    const letter = await openLetter(app);
    for (const name of ["A Oy", "B Oy", "C Oy"]) await publish(app, letter, name);
    await Promise.all(Array.from({ length: 5 }, () => keepLogs(app.system, app.logbook)));
    expect(await kinds(letter)).toEqual(["text", "published", "published", "published"]);
    expect((await verifyLetterLog(app.system, letter)).discrepancies).toEqual([]);
  });

  it("signs after each batch, once a day besides, and at once with a new key that the old one knows", async () => {
    const letter = await openLetter(app);
    await publish(app, letter, "A Oy");
    await settle(app);
    await settle(app);
    const count = async () => Number((await app.db("log_checkpoints").count("* as n").first())?.["n"]);
    expect(await count()).toBe(1);
    app.clock.advance(25 * 3_600_000);
    await settle(app);
    expect(await count()).toBe(2);
    const before = readCheckpoint((await latestCheckpoint(app.system, letter)) ?? "");
    app.logbook.rotate();
    app.clock.advance(1000);
    await settle(app);
    expect(await count()).toBe(3);
    const after = await latestCheckpoint(app.system, letter);
    const read = readCheckpoint(after ?? "");
    expect([before?.signatures.length, read?.signatures.length]).toEqual([1, 2]);
    expect((await verifyLetterLog(app.system, letter, { against: after })).discrepancies).toEqual([]);
  });

  it("does not go on with a tree that is not the one it signed", async () => {
    const letter = await openLetter(app);
    await smallLog(app, letter);
    await bySuperuser(app, "delete from log_leaves where letter_id = ? and position = 4", [letter]);
    await publish(app, letter, "Late Oy");
    await settle(app);
    expect((await kinds(letter)).length).toBe(4);
  });
});

describe("the database", () => {
  it("lets the application neither change nor delete what stands in the log", async () => {
    const letter = await openLetter(app);
    await smallLog(app, letter);
    const tables = ["log_leaves", "log_nodes", "log_checkpoints", "log_keys", "log_origins", "log_erasures"];
    for (const table of tables) {
      for (const db of [app.db, app.database.ownerDb, app.database.adminDb]) {
        await expect(db.raw(`delete from ${table}`)).rejects.toThrow(/append-only|permission denied/);
        await expect(db.raw(`truncate ${table} cascade`)).rejects.toThrow(/append-only|permission denied/);
      }
      const column =
        { log_nodes: "level", log_keys: "first_used_at", log_erasures: "at" }[table] ?? "letter_id";
      await expect(app.db.raw(`update ${table} set ${column} = ${column}`)).rejects.toThrow(
        "permission denied",
      );
      await expect(app.database.ownerDb.raw(`update ${table} set ${column} = ${column}`)).rejects.toThrow(
        "append-only",
      );
    }
  });

  it("refuses a leaf whose hash is not its own", async () => {
    const letter = await openLetter(app);
    await smallLog(app, letter);
    const forged = app.database.adminDb.transaction(async (tx) => {
      await tx.raw("set local session_replication_role = replica");
      await tx.raw("update log_leaves set leaf = replace(leaf, '2027', '2026') where position = 1");
    });
    await expect(forged).rejects.toThrow("log_leaves_hash_check");
  });
});

describe("what a signatory can show", () => {
  it("proves to anybody that the log holds the signature, and opens the name", async () => {
    const letter = await openLetter(app);
    const [, , third = ""] = await smallLog(app, letter);
    const shown = await inclusionOf(app.system, third);
    const head = readCheckpoint(shown?.checkpoint ?? "");
    const keys = (shown?.keys ?? []).flatMap((word) => readKey(word) ?? []);
    const proof = (shown?.proof ?? []).map((hash) => Buffer.from(hash, "base64"));
    const leaf = leafHash(Buffer.from(shown?.leaf ?? ""));
    expect(head && isSignedBy(head, keys)).toBe(true);
    expect(head && verifyInclusion(leaf, shown?.position ?? -1, head.size, proof, head.root)).toBe(true);
    const { commitments } = JSON.parse(shown?.leaf ?? "{}") as { commitments: Record<string, string> };
    const opening = shown?.openings.signatory_name ?? { value: "", salt: "" };
    expect(opening.value).toBe("Beatriz Lacerda");
    expect(commitments["signatory_name"]).toBe(commitment("signatory_name", opening));
  });

  it("stays provable when the person is erased, and nothing opens the name any more", async () => {
    const letter = await openLetter(app);
    const [first = ""] = await smallLog(app, letter);
    const before = await latestCheckpoint(app.system, letter);
    expect(await erasePersonFromLog(app.system, { email: "B.Lacerda@ribeira-alta.example" })).toBe(6);
    await settle(app);
    const shown = await inclusionOf(app.system, first);
    expect(Object.keys(shown?.openings ?? {})).toEqual(["organisation", "country", "sector"]);
    const proof = (shown?.proof ?? []).map((hash) => Buffer.from(hash, "base64"));
    const head = readCheckpoint(shown?.checkpoint ?? "");
    const leaf = leafHash(Buffer.from(shown?.leaf ?? ""));
    expect(head && verifyInclusion(leaf, shown?.position ?? -1, head.size, proof, head.root)).toBe(true);
    expect((await verifyLetterLog(app.system, letter, { against: before })).discrepancies).toEqual([]);
  });

  it("is erased again from a restored copy that still had it, by the list beside the database", async () => {
    const letter = await openLetter(app);
    const [first = ""] = await smallLog(app, letter);
    const salts = (await app.db("log_salts").select("*")) as Record<string, unknown>[];
    await eraseSignatureFromLog(app.system, first);
    await settle(app);
    const gone = Number((await app.db("log_salts").count("* as n").first())?.["n"]);
    expect([salts.length, gone, app.logbook.lines.length]).toEqual([15, 10, 5]);
    // The night before comes back: salts and all, and no word of the erasure.
    await bySuperuser(app, "delete from log_erasures");
    await bySuperuser(app, "delete from log_salts");
    await app.database.adminDb("log_salts").insert(salts);
    await settle(app);
    expect(Number((await app.db("log_salts").count("* as n").first())?.["n"])).toBe(10);
    expect(app.logbook.lines.length).toBe(5);
  });
});
