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
const ID_LETTERS = 26;
const MAC_LETTERS = 12;
const ENVELOPE = /(?:^|\+)b-([0-9a-v]{26})-([0-9a-v]{12})$/;

/**
 * The envelope sender of a message: `b-<id>-<mac>@<bounce domain>`, or `<mailbox>+b-<id>-<mac>@…`. The plain address
 * where the provider allows no other, or where the local part would exceed 64 octets (RFC 5321 §4.5.3.1.1).
 */
export function envelopeSender(keys: Keys, path: ReturnPath, messageId: string): string {
  if (!path.foreignEnvelope) return path.fromEmail;
  const id = toLetters(messageId.replaceAll("-", ""), ID_LETTERS);
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
  const hex = toHex(id);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** 60 bits of an HMAC: enough against guessing, which costs a mail to us each time. */
function macOf(keys: Keys, id: string): string {
  const hex = Buffer.from(keys.token("envelope", id, 1), "base64url").toString("hex");
  return toLetters(hex.slice(0, 15), MAC_LETTERS);
}

/** Hexadecimal digits in the alphabet of RFC 4648 §7 (base32hex), small and without padding. */
function toLetters(hex: string, length: number): string {
  return BigInt(`0x${hex}`).toString(32).padStart(length, "0");
}

/** The 32 hexadecimal digits of an id. */
function toHex(letters: string): string {
  let number = 0n;
  for (let place = 0; place < letters.length; place += 1) {
    number = number * 32n + BigInt(Number.parseInt(letters.charAt(place), 32));
  }
  return number.toString(16).padStart(32, "0");
}
