const PLAIN_PATH = /^\/(?!\/)[\x21-\x5b\x5d-\x7e]*$/;
const NOWHERE = "http://own.invalid";

/**
 * The path where somebody wanted to go, if it lies under `root` on this very site; otherwise undefined. Whatever else a
 * `next` parameter holds (another host, `//host`, backslashes, control characters, a scheme) leads nowhere.
 */
export function ownPath(value: unknown, root: string): string | undefined {
  if (typeof value !== "string" || value.length > 2000 || !PLAIN_PATH.test(value)) return undefined;
  if (!URL.canParse(value, NOWHERE)) return undefined;
  const url = new URL(value, NOWHERE);
  if (url.origin !== NOWHERE) return undefined;
  const inside = url.pathname === root || url.pathname.startsWith(`${root}/`);
  return inside && PLAIN_PATH.test(url.pathname) ? `${url.pathname}${url.search}` : undefined;
}
