import { parseDomain } from "../../platform/email-address.js";

/**
 * The address of a website as `https://host/path`; a scheme is added where it is missing, "http" kept as given.
 * Undefined for what is no web address, or carries a user, a port or anything but http.
 */
export function parseWebsite(text: string): string | undefined {
  const written = text.trim();
  if (written === "" || written.length > 500 || /[\s<>"'`\\]/u.test(written)) return undefined;
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(written) ? written : `https://${written}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (!["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "")
    return undefined;
  if (parseDomain(url.hostname) === undefined) return undefined;
  return url.pathname === "/" && url.search === "" && url.hash === "" ? url.origin : url.href;
}

/** The domain that a website's address stands for, without "www.". */
export function websiteDomain(website: string): string {
  return new URL(website).hostname.replace(/^www\./, "");
}
