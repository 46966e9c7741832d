import { once } from "node:events";
import { setTimeout as waitFor } from "node:timers/promises";
import { ImapFlow, type MailboxObject } from "imapflow";
import { MINUTE, SECOND } from "./clock.js";

/** Where mail is read. `none` is for this machine only. */
export interface ImapAccount {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
  user: string;
  password: string;
  folder: string;
}

/** Why reading did not work, as far as it makes a difference: a refused login does not get better by trying again. */
export type ImapFault = "login_refused" | "encryption_failed" | "folder_missing" | "unreachable";

/** Reading did not work; `fault` says which kind it is. The message holds no password and no address. */
export class ImapError extends Error {
  override name = "ImapError";
  readonly fault: ImapFault;

  constructor(fault: ImapFault, cause?: unknown) {
    super(`the mailbox could not be read: ${fault}`, { cause });
    this.fault = fault;
  }
}

/** A mail that lies in the folder. */
export interface ListedMail {
  uid: number;
  /** In bytes. */
  size: number;
  /** When it came in, by the server's account. */
  receivedAt: Date | undefined;
}

/**
 * A folder opened with EXAMINE (RFC 3501 §6.3.2): nothing in it can be changed through this connection, and mails are
 * fetched with BODY.PEEK, so that they stay unread.
 */
export interface OpenFolder {
  /** Uids mean something only together with this (RFC 3501 §2.3.1.1). */
  readonly uidValidity: number;
  /** Mails with a higher uid than `after` that came in on the day of `since` or later, lowest uid first. */
  list(after: number, since: Date): Promise<ListedMail[]>;
  /** The mail as it is, or its first `most` bytes; undefined when it is gone. */
  fetch(uid: number, most: number): Promise<Buffer | undefined>;
  /** Returns when the server says that something has changed, after `milliseconds` at the latest, or when `signal` aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Mails asked for in one listing; a folder of ten thousand is read in several. */
const LISTED_AT_ONCE = 500;

/** Connects, logs in and opens the folder to read from. Throws ImapError. Aborting `signal` ends the connection at once. */
export async function openFolder(account: ImapAccount, signal: AbortSignal): Promise<OpenFolder> {
  const client = new ImapFlow({
    host: account.host,
    port: account.port,
    secure: account.security === "tls",
    doSTARTTLS: account.security === "starttls",
    auth: { user: account.user, pass: account.password },
    logger: false,
    autoIdleDelay: SECOND,
    missingIdleCommand: "NOOP",
    connectionTimeout: 30 * SECOND,
    greetingTimeout: 30 * SECOND,
    socketTimeout: 5 * MINUTE,
    maxLineLength: 1024 * 1024,
    maxLiteralSize: 64 * 1024 * 1024,
    maxResponseSize: 80 * 1024 * 1024,
    disableCompression: true,
  });
  let lost: unknown;
  client.on("error", (error: unknown) => {
    lost = error;
  });
  const end = () => client.close();
  signal.addEventListener("abort", end, { once: true });
  try {
    if (signal.aborted) throw new ImapError("unreachable");
    await client.connect();
    const folder = await client.mailboxOpen(account.folder, { readOnly: true });
    return openedFolder(client, folder, {
      fault: (error) => faultOf(error ?? lost),
      ended: () => signal.removeEventListener("abort", end),
    });
  } catch (error) {
    signal.removeEventListener("abort", end);
    client.close();
    throw faultOf(error);
  }
}

function openedFolder(
  client: ImapFlow,
  folder: MailboxObject,
  hooks: { fault(error: unknown): ImapError; ended(): void },
): OpenFolder {
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      if (!client.usable) throw new ImapError("unreachable");
      return await work();
    } catch (error) {
      throw hooks.fault(error);
    }
  };
  return {
    uidValidity: Number(folder.uidValidity),
    list: (after, since) => asked(() => listMails(client, after, since)),
    fetch: (uid, most) =>
      asked(async () => {
        const mail = await client.fetchOne(
          String(uid),
          { uid: true, source: { start: 0, maxLength: most } },
          { uid: true },
        );
        return mail && mail.source ? Buffer.from(mail.source) : undefined;
      }),
    wait: (milliseconds, signal) => somethingNew(client, milliseconds, signal),
    close: async () => {
      hooks.ended();
      await Promise.race([client.logout().catch(() => undefined), waitFor(2 * SECOND)]);
      client.close();
    },
  };
}

async function listMails(client: ImapFlow, after: number, since: Date): Promise<ListedMail[]> {
  await client.noop();
  // `n:*` always gives the last mail too, however low its uid (RFC 3501 §6.4.8).
  const found = await client.search({ uid: `${after + 1}:*`, since }, { uid: true });
  const uids = [...new Set(found || [])]
    .filter((uid) => uid > after)
    .sort((one, other) => one - other)
    .slice(0, LISTED_AT_ONCE);
  if (uids.length === 0) return [];
  const wanted = new Set(uids);
  const mails: ListedMail[] = [];
  for await (const mail of client.fetch(
    uids.join(","),
    { uid: true, size: true, internalDate: true },
    { uid: true },
  )) {
    // A server may say anything: a mail that was not asked for could send the reader back, round and round.
    if (!wanted.delete(mail.uid)) continue;
    const receivedAt = mail.internalDate === undefined ? undefined : new Date(mail.internalDate);
    mails.push({ uid: mail.uid, size: mail.size ?? 0, receivedAt });
  }
  return mails.sort((one, other) => one.uid - other.uid);
}

async function somethingNew(client: ImapFlow, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (!client.usable) return;
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const events = ["exists", "close", "error"].map((name) => once(client, name, { signal: until }));
  await Promise.race([waitFor(milliseconds, undefined, { signal: until }), ...events]).catch(() => undefined);
  over.abort();
  await Promise.allSettled(events);
}

function faultOf(error: unknown): ImapError {
  if (error instanceof ImapError) return error;
  const { authenticationFailed, tlsFailed, mailboxMissing, code } = (error ?? {}) as {
    authenticationFailed?: boolean;
    tlsFailed?: boolean;
    mailboxMissing?: boolean;
    code?: string;
  };
  if (authenticationFailed === true) return new ImapError("login_refused", error);
  if (mailboxMissing === true) return new ImapError("folder_missing", error);
  if (tlsFailed === true || /CERT|SSL|TLS/.test(code ?? "")) return new ImapError("encryption_failed", error);
  return new ImapError("unreachable", error);
}
