import { createTransport } from "nodemailer";
import type SMTPPool from "nodemailer/lib/smtp-pool/index.js";
import { MINUTE, SECOND } from "./clock.js";
import { parseEmail } from "./email-address.js";
import type { Log } from "./log.js";
import { judgeFailure, oneLine, short, type SendVerdict, type SmtpFailure } from "./mailer-verdict.js";

/** One address with the name shown beside it. */
export interface Mailbox {
  name: string | null;
  address: string;
}

/**
 * One mail to one address, ready to go: every link is filled in. The address has to be one plain address; nodemailer
 * by itself would read a text as a list of several.
 */
export interface OutgoingMail {
  /** With its angle brackets; the same on every attempt. */
  messageId: string;
  from: Mailbox;
  /** Where delivery reports go (RFC 5321 reverse-path). */
  envelopeFrom: string;
  to: Mailbox;
  replyTo: string | null;
  date: Date;
  subject: string;
  text: string;
  html: string;
  /** Further headers, each one line. */
  headers: Record<string, string>;
}

/** A mail server and how to log in there. */
export interface SmtpServer {
  host: string;
  port: number;
  /** tls: from the first byte. starttls: insisted on before the login. none: in clear. */
  security: "tls" | "starttls" | "none";
  user: string | null;
  password: string | null;
}

/** What mail is signed with (RFC 6376): RSA only, since nodemailer signs with nothing else. */
export interface DkimKey {
  domain: string;
  selector: string;
  /** PEM. */
  privateKey: string;
}

/** The way out for mail. */
export interface Mailer {
  readonly transport: "smtp" | "capture";
  /** Sends once; never throws, never repeats by itself. Aborting `signal` ends a running send at once. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<SendVerdict>;
  close(): Promise<void>;
  /** Connects and logs in without sending: undefined when all is well, else what went wrong. Capturing has nothing to try. */
  check?(): Promise<SendVerdict | undefined>;
}

/** How long a send may take in all until the server says 354, and from there to its final answer (RFC 5321 §4.5.3.2.6). */
export const DEADLINES = { toData: 60 * SECOND, toReply: 10 * MINUTE };

/** After this time no attempt can be running any more, whatever the server does. */
export const HARD_DEADLINE = DEADLINES.toData + DEADLINES.toReply;

/** Keeps mail in our own rows instead of sending it; the row itself is the captured mail. */
export function captureMailer(): Mailer {
  return {
    transport: "capture",
    send: async (mail) =>
      parseEmail(mail.to.address)
        ? { kind: "sent", reason: "captured", reply: null }
        : { kind: "failed", reason: "address_malformed", reply: null },
    close: async () => {},
  };
}

/** Reads `name <address>` or a bare address. Throws when it is neither. */
export function readMailbox(text: string): Mailbox {
  const match = /^(?:"?([^"<>]*?)"?\s*)?<([^<>]+)>$/.exec(text.trim());
  const address = parseEmail(match?.[2] ?? text);
  if (!address) throw new Error("MAIL_FROM: expected an address, or a name followed by <address>");
  const name = match?.[1]?.trim() ?? "";
  return { name: name === "" ? null : name, address };
}

/** What can be set from outside; tests shorten the deadlines. */
export interface SmtpOptions {
  /** How many mails are under way at once. */
  connections?: number;
  deadlines?: Deadlines;
  dkim?: DkimKey | undefined;
}

interface Deadlines {
  toData: number;
  toReply: number;
}

/** Sends by SMTP over a few kept connections, each carrying one mail at a time. A text is an address as in SMTP_URL. */
export function smtpMailer(server: string | SmtpServer, log: Log, options: SmtpOptions = {}): Mailer {
  const deadlines = options.deadlines ?? DEADLINES;
  const size = options.connections ?? 10;
  const free: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  let made = 0;
  let isClosed = false;
  const open = () => openLane(server, options.dkim);

  /** A free line, or none when nothing gets free in time: a mail must not set out after its lease. */
  function take(patience: number, signal: AbortSignal | undefined): Promise<Lane | undefined> {
    const lane = free.pop();
    if (lane) return Promise.resolve(lane);
    if (made < size) {
      made += 1;
      return Promise.resolve(open());
    }
    return new Promise((resolve) => {
      const give = (next: Lane | undefined): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        resolve(next);
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(give), 1);
        give(undefined);
      };
      const timer = setTimeout(giveUp, patience);
      signal?.addEventListener("abort", giveUp, { once: true });
      waiting.push(give);
    });
  }
  function giveBack(lane: Lane): void {
    const next = waiting.shift();
    if (next) next(lane);
    else if (isClosed) lane.close();
    else free.push(lane);
  }

  return {
    transport: "smtp",
    async send(mail, signal) {
      const to = parseEmail(mail.to.address);
      const from = parseEmail(mail.envelopeFrom);
      if (!to || !from) return { kind: "failed", reason: "address_malformed", reply: null };
      const start = performance.now();
      let lane = await take(deadlines.toData, signal);
      if (!lane)
        return { kind: "deferred", reason: signal?.aborted ? "interrupted" : "timeout", reply: null };
      const toData = Math.max(0, deadlines.toData - (performance.now() - start));
      const verdict = await sendOnLane(lane, mail, { from, to }, { ...deadlines, toData }, signal);
      if (verdict.kind !== "sent") {
        log.debug({ verdict: verdict.kind, reason: verdict.reason }, "a mail was not accepted");
        lane.close();
        lane = open();
      }
      giveBack(lane);
      return verdict;
    },
    async close() {
      isClosed = true;
      for (const lane of free.splice(0)) lane.close();
    },
    check: () => checkLane(open(), deadlines.toData),
  };
}

async function checkLane(lane: Lane, deadline: number): Promise<SendVerdict | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SendVerdict>((resolve) => {
    timer = setTimeout(() => resolve({ kind: "deferred", reason: "timeout", reply: null }), deadline);
  });
  const answer = lane.transport.verify().then(
    () => undefined,
    (error: unknown) => judgeFailure(error as SmtpFailure, { bodyWanted: false, endedBy: "" }),
  );
  const verdict = await Promise.race([answer, late]);
  clearTimeout(timer);
  lane.close();
  return verdict;
}

/** One connection at most, with what its protocol log has told about the mail it carries. */
interface Lane {
  transport: ReturnType<typeof openTransport>;
  watch: ProtocolWatch;
  close(): void;
}

function openLane(server: string | SmtpServer, dkim: DkimKey | undefined): Lane {
  const watch = watchProtocol();
  const transport = openTransport(server, dkim, watch);
  return { transport, watch, close: () => transport.close() };
}

const quiet = () => {};

/**
 * What is signed. nodemailer's own list lacks List-Unsubscribe-Post, which RFC 8058 §4 wants under the signature, and
 * so mail providers would not offer one-click unsubscribing.
 */
const SIGNED_HEADERS =
  "From:Sender:Reply-To:To:Subject:Date:Message-ID:In-Reply-To:References:MIME-Version:Content-Type:" +
  "Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post";

/** Where a pool connects to, as nodemailer wants to hear it. */
type PoolAddress = Pick<
  SMTPPool.Options,
  "url" | "host" | "port" | "secure" | "requireTLS" | "ignoreTLS" | "auth"
>;

function addressOf(server: string | SmtpServer): PoolAddress {
  if (typeof server === "string") return { url: server };
  return {
    host: server.host,
    port: server.port,
    secure: server.security === "tls",
    requireTLS: server.security === "starttls",
    ignoreTLS: server.security === "none",
    ...(server.user ? { auth: { user: server.user, pass: server.password ?? "" } } : {}),
  };
}

function openTransport(server: string | SmtpServer, dkim: DkimKey | undefined, watch: ProtocolWatch) {
  return createTransport({
    ...addressOf(server),
    ...(dkim
      ? {
          dkim: {
            domainName: dkim.domain,
            keySelector: dkim.selector,
            privateKey: dkim.privateKey,
            headerFieldNames: SIGNED_HEADERS,
          },
        }
      : {}),
    pool: true,
    maxConnections: 1,
    maxMessages: 1000,
    maxRequeues: 0,
    connectionTimeout: DEADLINES.toData,
    greetingTimeout: DEADLINES.toData,
    socketTimeout: HARD_DEADLINE,
    disableFileAccess: true,
    disableUrlAccess: true,
    transactionLog: true,
    logger: {
      level: quiet,
      trace: quiet,
      debug: (entry: object, ...words: unknown[]) => watch.line(entry, ...words),
      info: quiet,
      warn: quiet,
      error: quiet,
      fatal: quiet,
    },
  });
}

/**
 * Follows the dialogue of one connection: which command each answer belongs to, and so whether the server has asked
 * for the body (354, or any other go-ahead to DATA). The error of nodemailer alone can't tell that.
 */
interface ProtocolWatch {
  line(entry: object, ...words: unknown[]): void;
  /** Forgets the last mail; `onData` is called when the server asks for the body of the next one. */
  begin(onData: () => void): void;
}

function watchProtocol(): ProtocolWatch {
  let connection: unknown;
  let commands: string[] = [];
  let onData = quiet;
  return {
    begin(callback) {
      onData = callback;
    },
    line(entry, ...words) {
      const { tnx, sid } = entry as { tnx?: string; sid?: string };
      if (tnx !== "client" && tnx !== "server") return;
      if (sid !== connection) {
        connection = sid;
        commands = [];
      }
      const line = String(words[0]);
      if (tnx === "client") {
        commands.push(line.split(" ")[0]?.toUpperCase() ?? "");
        return;
      }
      const answered = commands.shift();
      if (/^3(?!34)/.test(line) || (answered === "DATA" && line.startsWith("2"))) onData();
    },
  };
}

async function sendOnLane(
  lane: Lane,
  mail: OutgoingMail,
  envelope: { from: string; to: string },
  deadlines: Deadlines,
  signal: AbortSignal | undefined,
): Promise<SendVerdict> {
  const end = new AbortController();
  const progress = { bodyWanted: false, endedBy: "" };
  const stop = (reason: string) => {
    progress.endedBy ||= reason;
    end.abort();
  };
  const interrupted = () => stop("interrupted");
  let timer = setTimeout(() => stop("timeout"), deadlines.toData);
  lane.watch.begin(() => {
    progress.bodyWanted = true;
    clearTimeout(timer);
    timer = setTimeout(() => stop("timeout"), deadlines.toReply);
  });
  if (signal?.aborted) interrupted();
  signal?.addEventListener("abort", interrupted, { once: true });
  try {
    const info: { response: string } = await lane.transport.sendMail({
      ...compose(mail, envelope),
      signal: end.signal,
    });
    return { kind: "sent", reason: "accepted", reply: short(info.response) };
  } catch (error) {
    return judgeFailure(error as SmtpFailure, progress);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", interrupted);
    lane.watch.begin(quiet);
  }
}

function compose(mail: OutgoingMail, envelope: { from: string; to: string }) {
  const replyTo = parseEmail(mail.replyTo ?? "");
  // nodemailer writes these two itself, and folds them.
  const { "In-Reply-To": inReplyTo, References: references, ...headers } = mail.headers;
  return {
    from: { name: oneLine(mail.from.name ?? ""), address: mail.from.address },
    to: { name: oneLine(mail.to.name ?? ""), address: envelope.to },
    ...(replyTo ? { replyTo: { name: "", address: replyTo } } : {}),
    envelope: { from: envelope.from, to: [envelope.to] },
    messageId: mail.messageId,
    ...(inReplyTo ? { inReplyTo: oneLine(inReplyTo) } : {}),
    ...(references ? { references: oneLine(references) } : {}),
    date: mail.date,
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    xMailer: false as const,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, { prepared: true, value: oneLine(value) }]),
    ),
  };
}
