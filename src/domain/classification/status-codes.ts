import type { Reason } from "./classification.js";

/**
 * Enhanced mail system status codes (RFC 3463 and the IANA registry) by subject and detail. The class digit is not part
 * of the meaning: 4.2.2 and 5.2.2 are both a full mailbox. Details that say nothing (x.0.0, 5.5.0) are not here.
 */
const BY_DETAIL: Readonly<Record<string, Reason>> = {
  "1.0": "userunknown",
  "1.1": "userunknown",
  "1.2": "hostunknown",
  "1.3": "userunknown",
  "1.4": "filtered",
  "1.6": "hasmoved",
  "1.7": "rejected",
  "1.8": "rejected",
  "1.9": "systemerror",
  "1.10": "userunknown",
  "1.351": "userunknown",
  "2.0": "filtered",
  "2.1": "suspend",
  "2.2": "mailboxfull",
  "2.3": "exceedlimit",
  "2.4": "filtered",
  "3.0": "systemerror",
  "3.1": "systemfull",
  "3.2": "notaccept",
  "3.3": "systemerror",
  "3.4": "mesgtoobig",
  "3.5": "systemerror",
  "4.0": "networkerror",
  "4.1": "expired",
  "4.2": "networkerror",
  "4.3": "systemerror",
  "4.4": "hostunknown",
  "4.5": "systemerror",
  "4.6": "networkerror",
  "4.7": "expired",
  "4.8": "networkerror",
  "4.9": "networkerror",
  "4.14": "networkerror",
  // Exchange Online, "Email non-delivery reports"
  "4.101": "networkerror",
  "4.102": "networkerror",
  "4.300": "expired",
  "4.310": "hostunknown",
  "4.312": "expired",
  "4.316": "expired",
  "4.317": "expired",
  "4.318": "expired",
  "5.1": "syntaxerror",
  "5.2": "syntaxerror",
  "5.3": "toomanyconn",
  "5.4": "syntaxerror",
  "5.6": "syntaxerror",
  "6.0": "contenterror",
  "6.1": "contenterror",
  "6.2": "contenterror",
  "6.3": "contenterror",
  "6.5": "contenterror",
  "6.6": "contenterror",
  "6.7": "contenterror",
  "6.9": "contenterror",
  "7.0": "securityerror",
  "7.1": "securityerror",
  "7.2": "securityerror",
  "7.3": "securityerror",
  "7.4": "securityerror",
  "7.5": "securityerror",
  "7.6": "securityerror",
  "7.7": "securityerror",
  "7.8": "securityerror",
  "7.9": "securityerror",
  "7.10": "failedstarttls",
  "7.13": "suspend",
  "7.16": "securityerror",
  "7.17": "hasmoved",
  "7.18": "hasmoved",
  "7.20": "authfailure",
  "7.21": "authfailure",
  "7.22": "authfailure",
  "7.23": "authfailure",
  "7.24": "authfailure",
  "7.25": "requireptr",
  "7.26": "authfailure",
  "7.27": "notaccept",
  "7.28": "blocked",
  "7.29": "authfailure",
  "7.30": "securityerror",
  "7.64": "norelaying",
  "7.367": "norelaying",
  "7.368": "norelaying",
  "7.500": "badreputation",
  "7.508": "toomanyconn",
  "7.509": "authfailure",
  "7.511": "blocked",
  "7.512": "spamdetected",
  "7.513": "blocked",
  "7.515": "authfailure",
  "7.606": "blocked",
  "7.650": "badreputation",
  "7.651": "badreputation",
  "7.652": "badreputation",
  "7.703": "spamdetected",
};

/** What a status says about the reason, or undefined when it says nothing (`5.0.0`) or something unknown. */
export function reasonOfStatus(status: string): Reason | undefined {
  const detail = /^[245]\.(\d{1,3}\.\d{1,3})$/.exec(status)?.[1];
  if (detail === undefined) return undefined;
  return (
    BY_DETAIL[detail] ??
    (/^7\.6[0-4]\d$/.test(detail) ? "blocked" : /^7\.\d{3}$/.test(detail) ? "securityerror" : undefined)
  );
}

/** Whether a status says no more than that it went well, failed, or failed for now. */
export function isVague(status: string): boolean {
  return !/^[245]\./.test(status) || /^[245]\.(?:0\.0|5\.0)$/.test(status);
}

const STATUS = /(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.]*\d)/;

/** The first enhanced status code in a text, empty when there is none; addresses of machines are not taken for one. */
export function statusIn(text: string): string {
  return STATUS.exec(text)?.[1] ?? "";
}

/** The SMTP reply code that a text opens with or names (RFC 5321 §4.2), empty when there is none. */
export function replyCodeIn(text: string): string {
  const opening = /^\W{0,4}([45][0-5]\d)(?=[\s:;#-]|$)/.exec(text)?.[1];
  return opening ?? /(?<![\d.:[/-])([45][0-5]\d)(?=[- ](?:#?[45]\.\d|[a-z<"']))/i.exec(text)?.[1] ?? "";
}
