/** How the way to an IMAP server is protected; `none` is for this machine only. */
export type ImapSecurity = "tls" | "starttls" | "none";

/** Where mail is read. */
export interface ImapAccount {
  host: string;
  port: number;
  security: ImapSecurity;
  user: string;
  password: string;
  folder: string;
}

/**
 * Reads `imaps://user:password@host:993/INBOX`. With `imap://` the connection has to be upgraded by STARTTLS, except
 * on this machine. Undefined when a part is missing.
 */
export function readImapUrl(text: string): ImapAccount | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if ((url.protocol !== "imap:" && url.protocol !== "imaps:") || !url.username || !url.hostname) {
    return undefined;
  }
  const secure = url.protocol === "imaps:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isHere = /^(localhost|127(\.\d+){3}|::1)$/.test(host);
  return {
    host,
    port: url.port ? Number(url.port) : secure ? 993 : 143,
    security: secure ? "tls" : isHere ? "none" : "starttls",
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    folder: decodeURIComponent(url.pathname.replace(/^\//, "")) || "INBOX",
  };
}
