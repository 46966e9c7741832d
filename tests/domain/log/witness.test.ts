import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import supertest from "supertest";
import {
  keyId,
  rawPublicKey,
  readCheckpoint,
  WITNESS_SIGNATURE,
  writeKey,
  writeLine,
} from "../../../src/domain/log/note.js";
import { verifyLetterLog } from "../../../src/domain/log/verification-service.js";
import { bearer, browser, testApp, type TestApp } from "../../support/app.js";
import { bySuperuser, openLetter, publish, smallLog } from "../../support/log.js";
import { settle } from "../../support/settle.js";

const SLUG = "keep-orbit-usable";
const { privateKey } = generateKeyPairSync("ed25519");
const own = { name: "witness.example/w1", type: WITNESS_SIGNATURE, publicKey: rawPublicKey(privateKey) };

let app: TestApp;
let letter = "";
let token = "";

beforeAll(async () => {
  app = await testApp({ config: { logWitnesses: [writeKey(own)] } });
});
beforeEach(async () => {
  await app.database.clean();
  letter = await openLetter(app);
  await smallLog(app, letter);
  token = await bearer(app, ["letters:write"]);
});
afterAll(() => app.close());

/** The line of a witness below a head, as C2SP tlog-cosignature has it signed. */
function witnessed(note: string, at: Date, by: KeyObject = privateKey): string {
  const seconds = BigInt(Math.floor(at.getTime() / 1000));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(seconds);
  const text = readCheckpoint(note)?.text ?? "";
  const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), by);
  return writeLine({ name: own.name, keyId: keyId(own), signature: Buffer.concat([time, signature]) });
}

const newest = async () => (await browser(app).get(`/letters/${SLUG}/log/checkpoint`).expect(200)).text;
const send = (checkpoint: string) =>
  supertest(app.web)
    .post(`/api/v1/letters/${SLUG}/log/cosignatures`)
    .set("Authorization", token)
    .send({ checkpoint });

describe("what a witness signed of the head of a log", () => {
  it("is verified, kept, shown below the checkpoint and reported by the verifier", async () => {
    const note = await newest();
    const line = witnessed(note, app.clock.now());
    expect((await send(note + line).expect(200)).body).toEqual({
      size: 5,
      kept: 1,
      witnessed: [{ witness: own.name, at: "2027-03-01T09:04:00.000Z" }],
    });
    expect(await newest()).toBe(note + line);
    expect((await verifyLetterLog(app.system, letter)).witnessed).toMatchObject([
      { witness: own.name, size: 5, at: "2027-03-01T09:04:00.000Z" },
    ]);
    expect((await send(note + line).expect(200)).body).toMatchObject({ kept: 0 });
    expect(await app.db("activity").where({ action: "log.witnessed" })).toHaveLength(1);
  });

  it("stays with its head when the log grows on", async () => {
    const note = await newest();
    await send(note + witnessed(note, app.clock.now())).expect(200);
    await publish(app, letter, "Halden Orbital Ltd");
    await settle(app);
    expect(await newest()).not.toContain(own.name);
    const { size, witnessed: seen, discrepancies } = await verifyLetterLog(app.system, letter);
    expect([size, seen.map((one) => one.size), discrepancies]).toEqual([6, [5], []]);
  });

  it("is refused with a sentence where it does not fit, and then nothing is kept", async () => {
    const note = await newest();
    const later = new Date(app.clock.now().getTime() + 3_600_000);
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const cases: [string, string][] = [
      ["no checkpoint", "not a signed checkpoint"],
      [note, "no line of a witness"],
      [note + witnessed(note, app.clock.now(), stranger), "does not fit the head"],
      [note + witnessed(note, later), "ahead of ours"],
      [note.replace("\n5\n", "\n4\n") + witnessed(note, app.clock.now()), "never signed a head"],
      [note.replace(/^/, "x") + witnessed(note, app.clock.now()), "of another log"],
    ];
    for (const [given, sentence] of cases) {
      const answer = await send(given).expect(422);
      expect(answer.text).toContain(sentence);
    }
    expect(await app.db("log_cosignatures")).toEqual([]);
  });

  it("does not fit any more once somebody with the database changed it, and the verifier says so", async () => {
    const note = await newest();
    await send(note + witnessed(note, app.clock.now())).expect(200);
    const wrong = witnessed(note, app.clock.now(), generateKeyPairSync("ed25519").privateKey);
    await bySuperuser(app, "update log_cosignatures set line = ? where letter_id = ?", [wrong, letter]);
    const { discrepancies } = await verifyLetterLog(app.system, letter);
    expect(new Set(discrepancies.map(({ code }) => code))).toEqual(new Set(["witness"]));
  });
});
