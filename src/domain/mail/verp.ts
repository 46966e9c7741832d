/**
 * Envelope senders that say which message a delivery report is about (variable envelope return path). The id in them
 * is authenticated, so that nobody can make an address look dead by writing to us. The alphabet has no capitals:
 * mail servers may change the case of a local part on the way.
 */
import { timingSafeEqual } from "node:crypto";
import type { Keys } from "../../platform/tokens.js";

/** What a mailbox lets its envelope sender be. */
export interface ReturnPath {
  /** The address mail is sent from. */
  fromEmail: string;
  /** A domain whose mail all reaches us; null: the mailbox itself, by plus-addressing (RFC 5233 §1). */
  bounceDomain: string | null;
  /** False where the provider refuses an envelope sender other than the account. */
  foreignEnvelope: boolean;
}

const LOCAL_PART_OCTETS = 64;
const MAC_LETTERS = 12;
const ENVELOPE = /(?:^|\+)b-([a-z2-7]{26})-([a-z2-7]{12})$/;

/**
 * The envelope sender of a message: `b-<id>-<mac>@<bounce domain>`, or `<mailbox>+b-<id>-<mac>@…`. The plain address
 * where the provider allows no other, or where the local part would exceed 64 octets (RFC 5321 §4.5.3.1.1).
 */
export function envelopeSender(keys: Keys, path: ReturnPath, messageId: string): string {
  if (!path.foreignEnvelope) return path.fromEmail;
  const id = toBase32(Buffer.from(messageId.replaceAll("-", ""), "hex"));
  const tag = `b-${id}-${macOf(keys, id)}`;
  if (path.bounceDomain) return `${tag}@${path.bounceDomain}`;
  const at = path.fromEmail.lastIndexOf("@");
  const local = `${path.fromEmail.slice(0, at)}+${tag}`;
  return local.length > LOCAL_PART_OCTETS ? path.fromEmail : local + path.fromEmail.slice(at);
}

/** The id of the message that an envelope sender of ours was made for, whatever its case; undefined for any other address. */
export function readVerp(keys: Keys, address: string): string | undefined {
  const text = address.trim().replace(/^<|>$/g, "").toLowerCase();
  const at = text.lastIndexOf("@");
  const [, id, mac] = ENVELOPE.exec(at < 0 ? text : text.slice(0, at)) ?? [];
  if (!id || !mac) return undefined;
  if (!timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(keys, id)))) return undefined;
  const hex = fromBase32(id);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** 60 bits of an HMAC: enough against guessing, which costs a mail to us each time. */
function macOf(keys: Keys, id: string): string {
  return toBase32(Buffer.from(keys.token("envelope", id, 1), "base64url")).slice(0, MAC_LETTERS);
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 §6 without padding, in small letters. */
function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}

/** The 16 bytes of an id, in hex. */
function fromBase32(text: string): string {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.slice(0, 128).match(/.{4}/g) ?? [];
  return bytes.map((nibble) => Number.parseInt(nibble, 2).toString(16)).join("");
}
