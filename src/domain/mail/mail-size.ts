/** How large a mail may be: Gmail shows no more than 102 kB of its HTML, and cuts the way to stop our mail off with the rest. */
import { placeholdersIn } from "../links/link.js";

/** Bytes of HTML at which Gmail clips. */
export const LARGEST_HTML = 102_000;

/** Why a mail waits that is larger. */
export const TOO_LARGE = "too_large";

/** How much longer the address of a link is than the placeholder that is stored, at most, in bytes. */
const LINK_GROWS = 200;

/** The bytes of a rendered mail once its links are filled in. */
export function sizeOfHtml(html: string): number {
  return Buffer.byteLength(html) + placeholdersIn(html).length * LINK_GROWS;
}
