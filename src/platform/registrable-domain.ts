import { getDomain } from "tldts";

/**
 * The part of a host name that somebody has registered, by the public suffix list with its private section:
 * `mail.vesta.co.uk` → `vesta.co.uk`, `ada.github.io` → `ada.github.io`. Undefined for a bare suffix or an IP address.
 */
export function registrableDomain(host: string): string | undefined {
  return getDomain(host, { allowPrivateDomains: true, detectIp: true, validateHostname: true }) ?? undefined;
}
