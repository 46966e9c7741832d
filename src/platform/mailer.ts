import { createTransport } from "nodemailer";
import { MINUTE, SECOND } from "./clock.js";
import { parseEmail } from "./email-address.js";
import type { Log } from "./log.js";

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

/** How an attempt ended, with the code of its reason and the server's own words. */
export interface SendVerdict {
  /** deferred: provably not accepted, try later. uncertain: it may or may not have been accepted. */
  kind: "sent" | "deferred" | "failed" | "uncertain";
  reason: string;
  reply: string | null;
}

/** The way out for mail. */
export interface Mailer {
  readonly transport: "smtp" | "capture";
  /** Sends once; never throws, never repeats by itself. Aborting `signal` ends a running send at once. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<SendVerdict>;
  close(): Promise<void>;
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
  deadlines?: { toData: number; toReply: number };
}

/** Sends by SMTP over a few kept connections, each carrying one mail at a time. */
export function smtpMailer(url: string, log: Log, options: SmtpOptions = {}): Mailer {
  const deadlines = options.deadlines ?? DEADLINES;
  const size = options.connections ?? 10;
  const free: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  let made = 0;

  function take(): Promise<Lane> {
    const lane = free.pop();
    if (lane) return Promise.resolve(lane);
    if (made < size) {
      made += 1;
      return Promise.resolve(openLane(url));
    }
    return new Promise((resolve) => waiting.push(resolve));
  }
  function giveBack(lane: Lane): void {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  }

  return {
    transport: "smtp",
    async send(mail, signal) {
      const to = parseEmail(mail.to.address);
      const from = parseEmail(mail.envelopeFrom);
      if (!to || !from) return { kind: "failed", reason: "address_malformed", reply: null };
      let lane = await take();
      const verdict = await sendOnLane(lane, mail, { from, to }, deadlines, signal);
      if (verdict.kind !== "sent") {
        log.debug({ verdict: verdict.kind, reason: verdict.reason }, "a mail was not accepted");
        lane.close();
        lane = openLane(url);
      }
      giveBack(lane);
      return verdict;
    },
    async close() {
      for (const lane of free.splice(0)) lane.close();
    },
  };
}

/** One connection at most, with what its protocol log has told about the mail it carries. */
interface Lane {
  transport: ReturnType<typeof openTransport>;
  watch: ProtocolWatch;
  close(): void;
}

function openLane(url: string): Lane {
  const watch = watchProtocol();
  const transport = openTransport(url, watch);
  return { transport, watch, close: () => transport.close() };
}

const quiet = () => {};

function openTransport(url: string, watch: ProtocolWatch) {
  return createTransport({
    url,
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
  deadlines: { toData: number; toReply: number },
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
    const info = await lane.transport.sendMail({ ...compose(mail, envelope), signal: end.signal });
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

/** Text that can't end a header line: control characters and line separators become spaces. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/gu, " ").trim();
}

/** What nodemailer says of a failure, as far as we read it. */
export interface SmtpFailure {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
}

/**
 * Turns a failure into a verdict by the table of measured server behaviours: an answer of 4xx or 5xx is definite
 * wherever it comes; without one, everything before the server asked for the body was provably not accepted, and
 * everything after it is uncertain.
 */
export function judgeFailure(
  failure: SmtpFailure,
  progress: { bodyWanted: boolean; endedBy: string },
): SendVerdict {
  const reply = failure.response ? short(failure.response) : null;
  const status = failure.responseCode ?? 0;
  if (status >= 400) return { ...judgeAnswer(failure, status), reply };
  if (progress.bodyWanted && failure.code !== "EENVELOPE") {
    return { kind: "uncertain", reason: progress.endedBy || "no_answer", reply };
  }
  return { kind: "deferred", reason: progress.endedBy || connectionFault(failure.code), reply };
}

/** Faults of our own standing (login, encryption, sender) never count against the one we write to. */
function judgeAnswer(failure: SmtpFailure, status: number): Omit<SendVerdict, "reply"> {
  if (failure.code === "EAUTH") return { kind: "deferred", reason: "login_refused" };
  if (failure.code === "ETLS") return { kind: "deferred", reason: "encryption_failed" };
  if (failure.command === "MAIL FROM") return { kind: "deferred", reason: "sender_refused" };
  if (status < 500) return { kind: "deferred", reason: "later" };
  if (failure.command === "RCPT TO") return { kind: "failed", reason: "recipient_refused" };
  if (failure.command === "DATA") return { kind: "failed", reason: "message_refused" };
  return { kind: "deferred", reason: "unreachable" };
}

function connectionFault(code: string | undefined): string {
  if (code === "EAUTH") return "login_refused";
  if (code === "ETLS") return "encryption_failed";
  return code === "ETIMEDOUT" ? "timeout" : "unreachable";
}

function short(reply: string): string {
  return oneLine(reply).slice(0, 500);
}
