import { OWN_PAUSES, type OwnPause } from "../../domain/mail/mailbox.js";
import type { MailboxLine } from "../../domain/mail/mailbox-views.js";
import { emailDomain, isSameOrParent } from "../../platform/email-address.js";
import { formatNumber } from "../../platform/i18n.js";
import { reasonWords, type ShownState } from "./mail-words.js";

const PAUSE_WORDS: Record<OwnPause, string> = {
  login_refused: "the mail server refused the login",
  encryption_failed: "no encrypted line to the mail server",
  sender_refused: "the mail server refused the sender’s address",
  sender_faults: "too many of its last mails were refused for its standing (spam, policy, blocklist)",
};

/** Why a mailbox is paused: by itself in our words, by a person in theirs. */
export function pauseWords(reason: string | null): string {
  const own = OWN_PAUSES.find((each) => each === reason);
  return own ? PAUSE_WORDS[own] : (reason ?? "");
}

/** The state of a mailbox with its standing. */
export function mailboxState({ state, health }: Pick<MailboxLine, "state" | "health">): ShownState {
  if (state === "paused") return { kind: "bad", words: "Paused" };
  return health === "good"
    ? { kind: "ok", words: "Sends" }
    : { kind: "info", words: "Sends, watch its standing" };
}

/** What came of trying a mailbox. */
export function trialWords(reason: string, reply: string | null): string {
  return `It did not work: ${reasonWords(reason)}.${reply ? ` The server said: ${reply}` : ""}`;
}

/** `12 of 200`, or `12` without a limit. */
export function useWords(used: number, limit: number | null): string {
  return limit === null
    ? `${formatNumber("en", used)}, no limit`
    : `${formatNumber("en", used)} of ${formatNumber("en", limit)}`;
}

/** What can be told of the proofs that a mailbox's mail carries, without asking the DNS. */
export interface DomainCheck {
  name: string;
  state: ShownState["kind"];
  words: string;
  /** More to know. */
  note: string;
}

/** Whether SPF, DKIM and DMARC can hold for a mailbox, as far as its own fields tell. `signs` names the domain of the settings' key. */
export function domainChecks(box: MailboxLine, signs: string | null): DomainCheck[] {
  const domain = emailDomain(box.fromEmail);
  const key = box.dkimDomain ?? signs;
  const envelope = envelopeDomain(box);
  const isOwn = isSameOrParent(envelope, domain);
  return [
    key
      ? { name: "DKIM", state: "ok", words: "Signed here", note: `for ${key}` }
      : { name: "DKIM", state: "info", words: "Not signed here", note: "The mail server has to sign." },
    {
      name: "SPF",
      state: isOwn ? "ok" : "bad",
      words: isOwn ? "Counts for the sender" : "Does not count for the sender",
      note: `The envelope sender is in ${envelope}.`,
    },
    box.foreignEnvelope
      ? { name: "Reports", state: "ok", words: "Name their mail", note: "" }
      : { name: "Reports", state: "info", words: "Matched by their text", note: "" },
  ];
}

function envelopeDomain(box: MailboxLine): string {
  return box.foreignEnvelope && box.bounceDomain ? box.bounceDomain : emailDomain(box.fromEmail);
}

/** The records that the sender's domain needs, as far as they can be told from here. */
export function neededRecords(
  box: MailboxLine,
  dkim: { name: string; value: string } | undefined,
): { name: string; type: string; value: string }[] {
  const domain = emailDomain(box.fromEmail);
  const returns = envelopeDomain(box);
  return [
    { name: returns, type: "TXT", value: "v=spf1 include:(your mail provider) -all" },
    ...(dkim ? [{ name: dkim.name, type: "TXT", value: dkim.value }] : []),
    { name: `_dmarc.${domain}`, type: "TXT", value: "v=DMARC1; p=none; rua=mailto:(your address)" },
    ...(returns === domain
      ? []
      : [{ name: returns, type: "MX", value: "10 (the server that takes its mail)" }]),
  ];
}
