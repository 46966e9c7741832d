/** What the failure of a send means: whether the mail may be under way, and on whose side the fault lies. */

/** How an attempt ended, with the code of its reason and the server's own words. */
export interface SendVerdict {
  /** deferred: provably not accepted, try later. uncertain: it may or may not have been accepted. */
  kind: "sent" | "deferred" | "failed" | "uncertain";
  reason: string;
  reply: string | null;
}

/** What nodemailer says of a failure, as far as we read it. */
export interface SmtpFailure {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  message?: string;
  /** What Node called the fault before nodemailer gave it a name of its own. */
  originalCode?: string;
}

/** An answer of a mail server (RFC 5321 §4.2). What another service says is not for those who try its port. */
const SMTP_REPLY = /^[2-5]\d\d(?:[ -]|$)/;

/**
 * Turns a failure into a verdict by the table of measured server behaviours: an answer of 4xx or 5xx is definite
 * wherever it comes; without one, everything before the server asked for the body was provably not accepted, and
 * everything after it is uncertain.
 */
export function judgeFailure(
  failure: SmtpFailure,
  progress: { bodyWanted: boolean; endedBy: string },
): SendVerdict {
  const reply = SMTP_REPLY.test(failure.response ?? "") ? short(failure.response ?? "") : null;
  const status = failure.responseCode ?? 0;
  if (status >= 400) return { ...judgeAnswer(failure, status), reply };
  if (progress.bodyWanted && failure.code !== "EENVELOPE") {
    return { kind: "uncertain", reason: progress.endedBy || "no_answer", reply };
  }
  return { kind: "deferred", reason: progress.endedBy || connectionFault(failure), reply };
}

/**
 * Faults of our own standing (login, encryption, sender) never count against the one we write to. Only a final no
 * is such a fault: a server that is busy says 4xx at the same places.
 */
function judgeAnswer(failure: SmtpFailure, status: number): Omit<SendVerdict, "reply"> {
  if (status < 500) return { kind: "deferred", reason: "later" };
  if (failure.code === "EAUTH") return { kind: "deferred", reason: "login_refused" };
  if (failure.code === "ETLS") return { kind: "deferred", reason: "encryption_failed" };
  if (failure.command === "MAIL FROM") return { kind: "deferred", reason: "sender_refused" };
  if (failure.command === "RCPT TO") return { kind: "failed", reason: "recipient_refused" };
  if (failure.command === "DATA") return { kind: "failed", reason: "message_refused" };
  return { kind: "deferred", reason: "unreachable" };
}

/** Words and codes of OpenSSL and Node for a certificate that is not believed, or two sides that share no protocol. */
const TLS_FAULT =
  /certificate|self.signed|\bSSL\b|ssl3_|tls_|altname|wrong version number|unsupported protocol|handshake failure/i;

function connectionFault(failure: SmtpFailure): string {
  if (failure.code === "ETIMEDOUT") return "timeout";
  if (failure.code === "EAUTH") return "login_refused";
  const said = `${failure.originalCode ?? ""} ${failure.message ?? ""}`;
  return TLS_FAULT.test(said) ? "encryption_failed" : "unreachable";
}

/** Text that can't end a header line: control characters and line separators become spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/gu, " ").trim();
}

/** A server's answer in one line, no longer than anybody reads. */
export function short(reply: string): string {
  return oneLine(reply).slice(0, 500);
}
