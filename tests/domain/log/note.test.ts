import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import {
  cosignedAt,
  isSignedBy,
  keyId,
  LOG_SIGNATURE,
  rawPublicKey,
  readCheckpoint,
  readKey,
  readLines,
  signHead,
  WITNESS_SIGNATURE,
  writeKey,
  writeLine,
} from "../../../src/domain/log/note.js";

/** The key and the signed note of the Go implementation's own tests (golang.org/x/mod/sumdb/note). */
const PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/** Its private key: one byte for the algorithm, then the seed. */
const PETER_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE =
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

const ORIGIN = "letters.example/letters/keep-orbit-usable/log";
const head = { origin: ORIGIN, size: 7, root: Buffer.alloc(32, 7) };
const { privateKey } = generateKeyPairSync("ed25519");
const key = { name: ORIGIN, type: LOG_SIGNATURE, publicKey: rawPublicKey(privateKey) };

describe("a checkpoint", () => {
  it("has the key and the signature that the reference implementation publishes", () => {
    const peter = readKey(PETER);
    expect(peter && writeKey(peter)).toBe(PETER);
    const [line] = readLines(PETER_LINE) ?? [];
    expect(line && peter && line.keyId.equals(keyId(peter))).toBe(true);
    const jwk = { kty: "OKP", crv: "Ed25519", x: peter?.publicKey.toString("base64url") ?? "" };
    const publicKey = createPublicKey({ key: jwk, format: "jwk" });
    expect(verify(null, Buffer.from(PETER_TEXT), publicKey, line?.signature ?? Buffer.alloc(0))).toBe(true);
    expect(line && writeLine(line)).toBe(PETER_LINE);
  });

  it("refuses keys that were mangled", () => {
    const words = [
      PETER.slice(1),
      PETER.slice(0, -1),
      PETER.replace("c74f", "c74e"),
      PETER.replace("+AR", "+ZR"),
    ];
    expect(words.map((word) => readKey(word))).toEqual(words.map(() => undefined));
  });

  it("is the three lines and a signature, and is read back, also from a mail", () => {
    const note = signHead(head, [privateKey]);
    expect(note.split("\n").slice(0, 4)).toEqual([ORIGIN, "7", head.root.toString("base64"), ""]);
    for (const text of [note, note.replaceAll("\n", "\r\n"), `\n\n${note}\n\n`]) {
      const read = readCheckpoint(text);
      expect(read).toMatchObject(head);
      expect(read && isSignedBy(read, [key])).toBe(true);
    }
  });

  it("counts for nothing with another key, another name, or one changed byte", () => {
    const note = signHead(head, [privateKey]);
    const other = { ...key, publicKey: rawPublicKey(generateKeyPairSync("ed25519").privateKey) };
    const read = readCheckpoint(note);
    const changed = readCheckpoint(note.replace("\n7\n", "\n8\n"));
    expect(read && [isSignedBy(read, [other]), isSignedBy(read, [{ ...key, name: "x" }])]).toEqual([
      false,
      false,
    ]);
    expect(changed && isSignedBy(changed, [key])).toBe(false);
  });

  it("is known by an old key when a new one signs beside it", () => {
    const fresh = generateKeyPairSync("ed25519").privateKey;
    const read = readCheckpoint(signHead(head, [fresh, privateKey]));
    const freshKey = { ...key, publicKey: rawPublicKey(fresh) };
    expect(read && [isSignedBy(read, [key]), isSignedBy(read, [freshKey])]).toEqual([true, true]);
  });

  it("says nothing when it is not of the form", () => {
    const note = signHead(head, [privateKey]);
    const broken = [
      "",
      "x",
      note.split("\n\n")[0] ?? "",
      note.replace("\n7\n", "\n07\n"),
      note.replace("\u2014 ", "- "),
    ];
    expect(broken.map((text) => readCheckpoint(text))).toEqual(broken.map(() => undefined));
  });

  it("takes a witness's line only for its own head (tlog-cosignature)", () => {
    const witness = generateKeyPairSync("ed25519").privateKey;
    const own = { name: "witness.example/w1", type: WITNESS_SIGNATURE, publicKey: rawPublicKey(witness) };
    const text = readCheckpoint(signHead(head, [privateKey]))?.text ?? "";
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(1_679_315_147n);
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`);
    const signature = Buffer.concat([time, sign(null, message, witness)]);
    const line = { name: own.name, keyId: keyId(own), signature };
    expect(cosignedAt(text, line, own)).toBe(1_679_315_147);
    expect(cosignedAt(text.replace("\n7\n", "\n8\n"), line, own)).toBeUndefined();
    expect(cosignedAt(text, line, { ...own, name: "witness.example/w2" })).toBeUndefined();
  });

  it("is signed byte for byte as the reference implementation signs", () => {
    const pkcs8 = Buffer.concat([
      hexOf("302e020100300506032b657004220420"),
      Buffer.from(PETER_SECRET, "base64").subarray(1),
    ]);
    const peter = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    const own = { name: "PeterNeumann", type: LOG_SIGNATURE, publicKey: rawPublicKey(peter) };
    const signature = sign(null, Buffer.from(PETER_TEXT), peter);
    expect(writeKey(own)).toBe(PETER);
    expect(writeLine({ name: own.name, keyId: keyId(own), signature })).toBe(PETER_LINE);
  });
});

function hexOf(text: string): Buffer {
  return Buffer.from(text, "hex");
}
