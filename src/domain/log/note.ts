/**
 * Checkpoints as signed notes: C2SP signed-note (text, a blank line, signature lines) around the three lines of C2SP
 * tlog-checkpoint (origin, size, root). Keys are written as verifier keys, `<name>+<key id in hex>+<base64>`.
 */
import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

/** Ed25519 by a log (signed-note) and timestamped Ed25519 by a witness (tlog-cosignature): first byte of a key. */
export const LOG_SIGNATURE = 0x01;
export const WITNESS_SIGNATURE = 0x04;

/** A public key under its name. */
export interface VerifierKey {
  name: string;
  /** LOG_SIGNATURE or WITNESS_SIGNATURE. */
  type: number;
  /** Ed25519, 32 bytes (RFC 8032). */
  publicKey: Buffer;
}

/** A tree head: the name of the log, how many leaves, and their root. */
export interface TreeHead {
  origin: string;
  size: number;
  root: Buffer;
}

/** One line below a note. */
export interface SignatureLine {
  name: string;
  /** 4 bytes. */
  keyId: Buffer;
  signature: Buffer;
}

/** A checkpoint taken apart; nothing is verified yet. */
export interface Checkpoint extends TreeHead {
  /** The text that is signed, with its last line end. */
  text: string;
  signatures: SignatureLine[];
}

/** The first 4 bytes of SHA-256(name || 0x0A || type || key). */
export function keyId({ name, type, publicKey }: VerifierKey): Buffer {
  return createHash("sha256")
    .update(`${name}\n`, "utf8")
    .update(Buffer.of(type))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}

/** A key as one word that a verifier is configured with. */
export function writeKey(key: VerifierKey): string {
  const material = Buffer.concat([Buffer.of(key.type), key.publicKey]);
  return `${key.name}+${keyId(key).toString("hex")}+${material.toString("base64")}`;
}

/** Reads such a word; undefined when it is none, of another algorithm, or its key id is not its own. */
export function readKey(word: string): VerifierKey | undefined {
  const [, name = "", id = "", material = ""] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(word.trim()) ?? [];
  const bytes = Buffer.from(material, "base64");
  const [type] = bytes;
  if (bytes.length !== 33 || (type !== LOG_SIGNATURE && type !== WITNESS_SIGNATURE)) return undefined;
  const key = { name, type, publicKey: bytes.subarray(1) };
  return keyId(key).toString("hex") === id ? key : undefined;
}

/** The 32 bytes of an Ed25519 key, private or public. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { x } = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
  return Buffer.from(x ?? "", "base64url");
}

function keyObject(raw: Buffer): KeyObject {
  const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
  return createPublicKey({ key: jwk, format: "jwk" });
}

/** The text of a checkpoint that is signed. */
export function headText({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

/** A checkpoint signed with each of the keys, the newest first; all of them sign under the name of the log. */
export function signHead(head: TreeHead, keys: readonly KeyObject[]): string {
  const text = headText(head);
  const lines = keys.map((key) => {
    const own = { name: head.origin, type: LOG_SIGNATURE, publicKey: rawPublicKey(key) };
    return writeLine({ name: own.name, keyId: keyId(own), signature: sign(null, Buffer.from(text), key) });
  });
  return `${text}\n${lines.join("")}`;
}

/** A line below a note, with its line end. */
export function writeLine({ name, keyId: id, signature }: SignatureLine): string {
  return `\u2014 ${name} ${Buffer.concat([id, signature]).toString("base64")}\n`;
}

/** Reads signature lines; undefined when one of them is not of the form. */
export function readLines(text: string): SignatureLine[] | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const read = lines.map((line) => {
    const [, name = "", base64 = ""] = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = Buffer.from(base64, "base64");
    return bytes.length > 4 ? { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) } : undefined;
  });
  return read.every((line) => line !== undefined) ? read : undefined;
}

const LONGEST_NOTE = 16_384;

/** Takes a checkpoint apart; undefined when it is not of the form. Line ends of mails (CR LF) are borne. */
export function readCheckpoint(given: string): Checkpoint | undefined {
  const note = given.replaceAll("\r\n", "\n").replace(/\s*$/, "\n").replace(/^\s+/, "");
  const end = note.lastIndexOf("\n\n");
  if (note.length > LONGEST_NOTE || end < 0) return undefined;
  const text = note.slice(0, end + 1);
  const [origin = "", size = "", root = ""] = text.split("\n");
  const signatures = readLines(note.slice(end + 2));
  const bytes = Buffer.from(root, "base64");
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size) || bytes.length !== 32) return undefined;
  if (!signatures || signatures.length === 0) return undefined;
  return { origin, size: Number(size), root: bytes, text, signatures };
}

/**
 * Whether a checkpoint is signed by one of these keys: lines of unknown keys are ignored, a line of a known key that
 * is wrong spoils the whole (signed-note, "Signatures").
 */
export function isSignedBy(checkpoint: Checkpoint, keys: readonly VerifierKey[]): boolean {
  let signed = false;
  for (const line of checkpoint.signatures) {
    const key = keys.find((each) => each.name === line.name && keyId(each).equals(line.keyId));
    if (!key || key.type !== LOG_SIGNATURE) continue;
    if (!verify(null, Buffer.from(checkpoint.text), keyObject(key.publicKey), line.signature)) return false;
    signed = true;
  }
  return signed;
}

/**
 * When a witness saw a tree head, in seconds since 1970, or undefined when the line is not its own or not of this head
 * (C2SP tlog-cosignature: eight bytes of time, then Ed25519 over `cosignature/v1`, the time and the checkpoint).
 */
export function cosignedAt(text: string, line: SignatureLine, witness: VerifierKey): number | undefined {
  if (witness.type !== WITNESS_SIGNATURE || line.name !== witness.name) return undefined;
  if (!keyId(witness).equals(line.keyId) || line.signature.length !== 72) return undefined;
  const time = line.signature.readBigUInt64BE(0);
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  const isGood = verify(null, message, keyObject(witness.publicKey), line.signature.subarray(8));
  return isGood ? Number(time) : undefined;
}
