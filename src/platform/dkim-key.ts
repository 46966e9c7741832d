/** Keys that mail is signed with, and what the domain's DNS has to say about them (RFC 6376 §3.6.1, RFC 8301 §3.2). */
import { createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from "node:crypto";

/** What is wrong with a key: no key at all, too short, or of a kind that our mailer can't sign with. */
export type DkimKeyFault = "unreadable" | "too_short" | "not_rsa";

const LEAST_BITS = 1024;
const ADVISED_BITS = 2048;

/**
 * Looks at a private key in PEM and tries it. Ed25519 (RFC 8463) is refused: nodemailer would send the mail unsigned
 * without a word, and many receivers can't check such a signature yet.
 */
export function readDkimKey(pem: string): { bits: number; isShort: boolean } | { fault: DkimKeyFault } {
  const key = privateKey(pem);
  if (!key) return { fault: "unreadable" };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa") return { fault: "not_rsa" };
  if (bits < LEAST_BITS) return { fault: "too_short" };
  const signature = createSign("RSA-SHA256").update("countersign").sign(key);
  const isGood = createVerify("RSA-SHA256").update("countersign").verify(createPublicKey(key), signature);
  return isGood ? { bits, isShort: bits < ADVISED_BITS } : { fault: "unreadable" };
}

/** The TXT record for `<selector>._domainkey.<domain>`, made from the private key. Throws when it is none. */
export function dkimRecord(pem: string): string {
  const spki = createPublicKey(pem).export({ type: "spki", format: "der" });
  return `v=DKIM1; k=rsa; p=${spki.toString("base64")}`;
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
