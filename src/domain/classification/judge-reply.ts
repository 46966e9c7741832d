import { oneLine, type Evidence, type Reason } from "./classification.js";
import { isDead } from "./reason-class.js";
import { CERTAINLY_UNKNOWN, MAILBOX_REPLIES, UNKNOWN_USER } from "./recipient-replies.js";
import type { ReplyRule, SmtpPhase } from "./reply-rule.js";
import { SENDER_REPLIES } from "./sender-replies.js";
import { isVague, reasonOfStatus } from "./status-codes.js";
import { HOST_REPLIES, SYSTEM_REPLIES } from "./system-replies.js";
import { VENDOR_REPLIES } from "./vendor-replies.js";

/** What is known of one refusal. */
export interface Reply {
  /** The words of the server, whitespace and line ends as they came. */
  text: string;
  /** Enhanced status code, empty when there is none. */
  status: string;
  /** SMTP reply code, empty when there is none. */
  replyCode: string;
  phase: SmtpPhase | undefined;
}

export interface ReplyVerdict {
  reason: Reason;
  evidence: Evidence;
}

const LONGEST_LOOKED_AT = 3000;
const PAGES = /\bhttps?:\/\/[^\s<>"]*/g;
/** The codes that open each further line of one reply ("550-5.7.26 …"); they cut sentences in two. */
const CONTINUATION = /\b[245]\d\d(?:-|(?= [245]\.\d))\s?(?:[245]\.\d{1,3}\.\d{1,3}\b ?)?/g;
const ADDRESS = /[<(]?[\w.+=%#&'*/!?^`{|}~-]{1,64}@[\w.-]{1,200}[>)]?/g;

/**
 * Judges one refusal: first what big receivers say in codes of their own, then the words, then the status, then the
 * reply code and the moment at which it was said. Words go before the status because many servers send a status that
 * says less, or something else, than the sentence behind it.
 */
export function judgeReply(reply: Reply): ReplyVerdict {
  const whole = reply.text.slice(0, LONGEST_LOOKED_AT).toLowerCase().replace(/\s+/g, " ");
  const words = whole.replace(PAGES, " ").replace(CONTINUATION, " ").replace(/\s+/g, " ");
  const nobody = words.replace(ADDRESS, " x ").replace(/\s+/g, " ");
  const recipientKnown = reply.phase !== "auth";
  return (
    firstOf(VENDOR_REPLIES, whole, reply) ??
    byStatusThatSaysItAll(reply) ??
    (recipientKnown ? firstOf(MAILBOX_REPLIES, words, reply) : undefined) ??
    (recipientKnown ? firstOf(CERTAINLY_UNKNOWN, words, reply) : undefined) ??
    aboutSender(words, nobody, reply) ??
    firstOf(HOST_REPLIES, words, reply) ??
    (recipientKnown ? unknownUser(words, reply) : undefined) ??
    ownDomain(words, reply) ??
    firstOf(SYSTEM_REPLIES, words, reply) ??
    byStatus(reply) ??
    byPhaseAndCode(reply) ?? { reason: "onhold", evidence: { rule: "no rule", saw: oneLine(reply.text) } }
  );
}

function firstOf(rules: readonly ReplyRule[], text: string, reply: Reply): ReplyVerdict | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match && !contradicted(rule.reason, reply)) return verdict(rule, match[0]);
  }
  return undefined;
}

function verdict(rule: ReplyRule, saw: string): ReplyVerdict {
  return {
    reason: rule.reason,
    evidence: { rule: `reply: ${rule.reason} (${rule.source})`, saw: oneLine(saw) },
  };
}

/**
 * Before RCPT no server can mean the contact: what sounds like an unknown address is then our own. A host that can't be
 * found for now (4.x.x) is not gone, and a server that took the recipient can't mean his domain.
 */
function contradicted(reason: Reason, { phase, status, replyCode }: Reply): boolean {
  if (reason === "hostunknown" && status.startsWith("4.")) return true;
  if (reason === "hostunknown" && phase === "data" && replyCode !== "") return true;
  return isDead(reason) && (phase === "mail" || phase === "ehlo") && reason !== "notaccept";
}

/** Statuses that leave no doubt whatever the words are. */
function byStatusThatSaysItAll({ status }: Reply): ReplyVerdict | undefined {
  const detail = status.slice(2);
  const reasons: Record<string, Reason> = {
    "1.6": "hasmoved",
    "2.2": "mailboxfull",
    "7.25": "requireptr",
    "1.7": "rejected",
    "1.8": "rejected",
  };
  const reason = reasons[detail];
  return reason && { reason, evidence: { rule: "status (RFC 3463)", saw: status } };
}

function aboutSender(words: string, nobody: string, reply: Reply): ReplyVerdict | undefined {
  if (UNKNOWN_USER.some(({ pattern }) => pattern.test(nobody)) && saysAddress(reply)) return undefined;
  return firstOf(SENDER_REPLIES, words, reply);
}

/** Said of the recipient: by a status of address, or to RCPT. */
function saysAddress({ status, phase }: Reply): boolean {
  return /^[45]\.1\.[0136]$/.test(status) || (phase === "rcpt" && !/^[45]\.7\.\d/.test(status));
}

/** After the whole mail a domain that does not exist is the sender's. */
function ownDomain(words: string, { phase, replyCode }: Reply): ReplyVerdict | undefined {
  if (phase !== "data" || replyCode === "") return undefined;
  const saw = HOST_REPLIES.find(({ reason, pattern }) => reason === "hostunknown" && pattern.test(words));
  return (
    saw && {
      reason: "rejected",
      evidence: { rule: "unknown domain after DATA is ours", saw: oneLine(words) },
    }
  );
}

function unknownUser(words: string, reply: Reply): ReplyVerdict | undefined {
  const found = UNKNOWN_USER.map((rule) => ({ rule, match: rule.pattern.exec(words) })).find(
    ({ match }) => match,
  );
  if (!found?.match) return undefined;
  if (reply.phase === "mail" || reply.phase === "ehlo" || reply.phase === "connect") {
    return {
      reason: "rejected",
      evidence: { rule: "unknown address before RCPT is ours", saw: oneLine(found.match[0]) },
    };
  }
  const certain = reply.phase === "rcpt" || /^[45]\.1\.(?:[013]|10|351)$|^5\.5\.0$/.test(reply.status);
  if (certain) return verdict(found.rule, found.match[0]);
  return {
    reason: "filtered",
    evidence: { rule: "unknown user, but not said to RCPT", saw: oneLine(found.match[0]) },
  };
}

function byStatus(reply: Reply): ReplyVerdict | undefined {
  if (isVague(reply.status)) return undefined;
  const reason = reasonOfStatus(reply.status);
  if (!reason) return undefined;
  const said = statusAtPhase(reason, reply);
  return { reason: said, evidence: { rule: "status (RFC 3463)", saw: reply.status } };
}

function statusAtPhase(reason: Reason, reply: Reply): Reason {
  if (reason === "hostunknown" && contradicted(reason, reply)) return "networkerror";
  if (contradicted(reason, reply)) return "rejected";
  if (!/^[45]\.7\.[01]$/.test(reply.status)) return reason;
  if (reply.phase === "connect" || reply.phase === "ehlo") return "blocked";
  return reply.phase === "mail" ? "rejected" : reason;
}

/** RFC 5321 §4.2.3: what a bare code means depends on what was asked. */
function byPhaseAndCode({ phase, replyCode, text }: Reply): ReplyVerdict | undefined {
  const reason = reasonOfPhase(phase, replyCode);
  return (
    reason && {
      reason,
      evidence: { rule: "reply code (RFC 5321)", saw: oneLine(`${phase ?? ""} ${replyCode} ${text}`) },
    }
  );
}

function reasonOfPhase(phase: SmtpPhase | undefined, code: string): Reason | undefined {
  if (/^50[0-4]$/.test(code)) return "syntaxerror";
  if (phase === "auth") return "securityerror";
  if (phase === "connect" || phase === "ehlo") return "blocked";
  if (phase === "mail") return "rejected";
  if (code === "551") return "hasmoved";
  if (code === "452") return "systemfull";
  if (code === "552") return phase === "data" ? "mesgtoobig" : "mailboxfull";
  if (code === "421") return "blocked";
  if (code.startsWith("4")) return "systemerror";
  if (phase === "rcpt" && (code === "550" || code === "553")) return "filtered";
  return undefined;
}
