import { oneLine, type Evidence, type Reason, type RecipientVerdict } from "./classification.js";
import { addressOf, recipientFields, type RecipientFields } from "./delivery-fields.js";
import { headerOf, headersOf, type IncomingMail } from "./incoming-mail.js";
import { readNotification } from "./notification-json.js";
import { judgeReply, type Reply, type ReplyVerdict } from "./judge-reply.js";
import { classOfReason, isDead, isOurs } from "./reason-class.js";
import {
  anyRecipientInText,
  recipientsInText,
  returnedHeaders,
  splitReport,
  type TextRecipient,
} from "./report-text.js";
import { phaseIn } from "./smtp-phase.js";
import { isVague, replyCodeIn, statusIn } from "./status-codes.js";

export interface DeliveryReport {
  recipients: RecipientVerdict[];
  /** Header fields of the returned mail. */
  returned: ReadonlyMap<string, string>;
  evidence: Evidence[];
}

const MACHINE_SENDER =
  /mailer.?daemon|postmaster|post_master|mail ?delivery|mail.?deliver|mdaemon|mail ?(?:server|system|administrator)|system administrator|delivery (?:subsystem|system|service|agent)/i;
const REPORT_SUBJECT =
  /success\w* (?:mail )?deliver|deliver\w* success|^(?:delivered|relayed|expanded)\b|undeliver|deliver\w* (?:status|fail|failure|report|notif|delay|problem|error|has|incomplete|unsuccess)|status notification|return(?:ed|ing)? (?:mail|message|to sender|e-?mail|unsent)|failure (?:notice|notif|delivery)|mail (?:failure|system error|delivery|error|status|could not)|delayed (?:mail|message)|message (?:status|delayed|not delivered|could|delivery|undeliver)|non.?deliver|(?:could|can)(?: ?not|n't) (?:be )?(?:deliver|send|sent)|not delivered|warning: (?:could|message)|smtp server: errors|mail failure|rejected mail|error sending|не (?:доставлен|может быть)|メールエラー|配信|不達|エラーメール|unzustellbar|nicht zugestellt|non remis|échec|no (?:se )?(?:pudo|entregad)|não (?:entregue|foi)|退信|无法投递|تعذر/i;
const REPORT_WORDS =
  /(?:could|was|can|has|were)(?: ?not|n't)(?: been| be)? (?:delivered|sent|reached|accepted)|following (?:address|recipient|destination|message|list of)|undeliver|(?:permanent|fatal|delivery|transient) (?:fatal )?(?:error|fail|problem)|delivery (?:to|has|of|failed|fail|was)|(?:unable|not able|failed|failure) to (?:deliver|send)|did(?: not|n't) reach|return(?:ed|ing)? to sender|not delivered|unsent message|transcript of session|invalid final delivery|error (?:message )?(?:below|occurred)|delivery failure|no longer|rejected|wasn't able to deliver|送信できません|届け|配信|не может быть доставлено/i;

/** Whether a mail is a report on the delivery of another one; by its form (RFC 3464) or by the habits of mail servers. */
export function looksLikeReport(mail: IncomingMail, report: string): Evidence | undefined {
  const parts = mail.parts.some(({ type }) => type === "message/delivery-status");
  if (parts) return { rule: "report: message/delivery-status (RFC 3464)", saw: mail.subject };
  if (headerOf(mail, "x-failed-recipients"))
    return { rule: "report: X-Failed-Recipients", saw: mail.subject };
  if (/^Final-Recipient\s?:/im.test(mail.text) && /^(?:Status|Action)\s?:/im.test(mail.text)) {
    return { rule: "report: RFC 3464 fields in the text", saw: mail.subject };
  }
  const sender = `${mail.from?.name ?? ""} ${mail.from?.address ?? ""} ${headerOf(mail, "from") ?? ""}`;
  const signs = [
    MACHINE_SENDER.test(sender) || sender.trim() === "" || sender.trim() === "<>",
    REPORT_SUBJECT.test(mail.subject),
    /report-type="?delivery-status/i.test(headerOf(mail, "content-type") ?? ""),
    (headerOf(mail, "return-path") ?? "").replaceAll(" ", "") === "<>",
  ].filter(Boolean).length;
  const words = REPORT_WORDS.exec(report.slice(0, 6000))?.[0];
  if (signs >= 2 || (signs === 1 && words !== undefined && mentionsCode(report))) {
    return { rule: "report: sender, subject and words", saw: oneLine(`${mail.subject}: ${words ?? ""}`) };
  }
  return undefined;
}

function mentionsCode(text: string): boolean {
  return /\b[45]\d\d[ -]|\b[45]\.\d\.\d{1,3}\b|(?:mailbox|user|host|recipient)\b/i.test(text.slice(0, 6000));
}

/** Reads a delivery report: the fields of RFC 3464 first, the words last. Undefined when it is none. */
export function readDeliveryReport(mail: IncomingMail): DeliveryReport | undefined {
  const { report, returned: returnedText } = splitReport(mail.text);
  const notified = readNotification(mail);
  if (notified?.kind === "complaint") return undefined;
  const sign = notified
    ? { rule: "report: notification of a sending service", saw: notified.kind }
    : looksLikeReport(mail, report);
  if (!sign) return undefined;
  const returned = returnedHeaders(mail, returnedText);
  const fields = notified?.recipients ?? statusFields(mail);
  const spoken = recipientsInText(report, notRecipients(mail));
  const verdicts =
    fields.length > 0
      ? fields.map((each) => verdictOfFields(each, spoken, report))
      : textRecipients(mail, spoken, report, returned).map((each, _, all) =>
          verdictOfText(each, all.length === 1, report, mail),
        );
  return {
    recipients: unique(verdicts.map(({ recipient }) => recipient)),
    returned,
    evidence: [sign, ...verdicts.map(({ evidence }) => evidence)].slice(0, 20),
  };
}

function statusFields(mail: IncomingMail): RecipientFields[] {
  const parts = mail.parts.filter(
    ({ type }) => type === "message/delivery-status" || type === "message/global-delivery-status",
  );
  const inParts = parts.flatMap(({ text }) => recipientFields(text));
  if (inParts.length > 0) return inParts;
  const others = mail.parts.filter(
    ({ type, text }) => type.startsWith("text/") && /^Final-Recipient\s?:/im.test(text),
  );
  const inOthers = others.flatMap(({ text }) => recipientFields(text));
  return inOthers.length > 0 ? inOthers : recipientFields(mail.text);
}

/** Our own addresses, to which the report came. */
function notRecipients(mail: IncomingMail): Set<string> {
  const ours = [
    ...mail.to.map(({ address }) => address),
    ...headersOf(mail, "delivered-to"),
    mail.from?.address ?? "",
  ];
  return new Set(ours.map((each) => addressOf(each)).filter((each) => each !== ""));
}

function textRecipients(
  mail: IncomingMail,
  spoken: readonly TextRecipient[],
  report: string,
  returned: ReadonlyMap<string, string>,
): TextRecipient[] {
  const failed = (
    headersOf(mail, "x-failed-recipients")
      .join(",")
      .match(/[^\s,<>]{1,64}@[^\s,<>]{1,200}/g) ?? []
  ).map(addressOf);
  if (failed.length > 0) {
    return failed.map((address) => ({
      address,
      said: spoken.find((each) => each.address === address)?.said ?? report,
    }));
  }
  if (spoken.length > 0) return [...spoken];
  const address =
    anyRecipientInText(report, notRecipients(mail)) ??
    /[^\s,<>":;]{1,64}@[^\s,<>";]{1,200}/.exec(
      returned.get("to") ?? returned.get("delivered-to") ?? "",
    )?.[0] ??
    "";
  return [{ address: addressOf(address), said: report }];
}

interface Judged {
  recipient: RecipientVerdict;
  evidence: Evidence;
}

function verdictOfFields(fields: RecipientFields, spoken: readonly TextRecipient[], report: string): Judged {
  const written = fields.originalRecipient === "" ? fields.finalRecipient : fields.originalRecipient;
  const names = new Set([fields.finalRecipient, fields.actualRecipient, fields.originalRecipient]);
  const words = spoken.find(({ address }) => names.has(address))?.said ?? "";
  const phase = phaseIn(fields.diagnostic) ?? phaseIn(words) ?? phaseIn(report);
  const said = fields.diagnostic === "" ? words : fields.diagnostic;
  const status = statusOf(said, fields.status);
  const reply: Reply = { text: said, status, replyCode: replyCodeIn(said), phase };
  const judgement = byAction(fields.action) ?? judged(reply, [words, report], fields.action === "delayed");
  const verdict = byCategory(fields.category, judgement) ?? judgement;
  return judgedRecipient(verdict, {
    address: fields.finalRecipient.includes("@") ? fields.finalRecipient : written,
    originalAddress: written,
    status: status === "" ? fields.status : status,
    replyCode: reply.replyCode,
    action: actionOf(fields.action),
    diagnostic: oneLine(said),
  });
}

function verdictOfText(spoken: TextRecipient, alone: boolean, whole: string, mail: IncomingMail): Judged {
  const report = alone ? whole : spoken.said;
  const status = statusOf(spoken.said, "") || statusOf(report, "");
  const reply: Reply = {
    text: spoken.said,
    status,
    replyCode: replyCodeIn(spoken.said) || codeOnLine(spoken.said) || codeOnLine(report),
    phase: phaseIn(spoken.said) ?? phaseIn(report),
  };
  const delayed =
    /\bdelay(?:ed)?\b|still being retried|warning message only|this is (?:only )?a warning/i.test(
      `${mail.subject}\n${whole.slice(0, 1500)}`,
    );
  const done =
    DELIVERED.test(`${mail.subject}\n${whole.slice(0, 1500)}`) && status === "" && reply.replyCode === "";
  const verdict = done ? byAction("delivered") : undefined;
  return judgedRecipient(verdict ?? judged(reply, [report], delayed), {
    address: spoken.address,
    originalAddress: spoken.address,
    status,
    replyCode: reply.replyCode,
    action: done ? "delivered" : delayed ? "delayed" : "failed",
    diagnostic: oneLine(spoken.said),
  });
}

const DELIVERED =
  /success\w*(?: mail)? deliver|deliver\w* success|(?:was|has been|been) delivered\b|^(?:delivered|relayed):/im;

/** The status that the words of the server carry, unless they carry none that says more than the field. */
function statusOf(said: string, field: string): string {
  const own = statusIn(said);
  return own === "" || (isVague(own) && field !== "") ? field || own : own;
}

function codeOnLine(text: string): string {
  return /^\s{0,8}(?:<<< ?)?([45][0-5]\d)[ :-]/m.exec(text)?.[1] ?? "";
}

/** PowerMTA's categories, which are surer than a sentence without a phase. */
const CATEGORIES: Readonly<Record<string, Reason>> = {
  "bad-mailbox": "userunknown",
  "bad-domain": "hostunknown",
  "inactive-mailbox": "suspend",
  "quota-issues": "mailboxfull",
  "spam-related": "spamdetected",
  "virus-related": "virusdetected",
};

function byCategory(category: string, { reason }: ReplyVerdict): ReplyVerdict | undefined {
  if (reason !== "filtered" && reason !== "onhold") return undefined;
  const known = CATEGORIES[category];
  return known && { reason: known, evidence: { rule: "reply: category of PowerMTA", saw: category } };
}

function byAction(action: string): ReplyVerdict | undefined {
  const reasons: Record<string, Reason> = {
    delivered: "delivered",
    relayed: "relayed",
    expanded: "delivered",
  };
  const reason = reasons[action];
  return reason && { reason, evidence: { rule: "action (RFC 3464 §2.3.3)", saw: action } };
}

/** Judges the words of the server; when they say nothing, what else the report says, word for word. */
function judged(reply: Reply, elsewhere: readonly string[], delayed: boolean): ReplyVerdict {
  const first = judgeReply(reply);
  const bySaying = first.evidence.rule.startsWith("reply:") || first.evidence.rule.startsWith("unknown");
  if (bySaying) return first;
  for (const text of elsewhere) {
    if (text === "" || text === reply.text) continue;
    const next = judgeReply({ ...reply, text, status: reply.status });
    if (next.evidence.rule.startsWith("reply:") || next.evidence.rule.startsWith("unknown")) return next;
  }
  if (delayed && (first.evidence.rule !== "status (RFC 3463)" || first.reason === "networkerror")) {
    return { reason: "expired", evidence: { rule: "delayed without a reason", saw: oneLine(reply.text) } };
  }
  return first;
}

function actionOf(action: string): RecipientVerdict["action"] {
  return action === "delayed" || action === "delivered" || action === "relayed" || action === "expanded"
    ? action
    : "failed";
}

type Known = Pick<
  RecipientVerdict,
  "address" | "originalAddress" | "status" | "replyCode" | "action" | "diagnostic"
>;

/** A delay is nothing final: its class is `delayed` unless the reason names a milder or nearer one. */
function judgedRecipient({ reason, evidence }: ReplyVerdict, known: Known): Judged {
  const delayed = known.action === "delayed";
  const usual = classOfReason(reason);
  const spared =
    delayed &&
    (usual === "org_down" || usual === "temporary" || (isDead(reason) && known.status.startsWith("4")));
  const { address, status, ...others } = known;
  const recipient: RecipientVerdict = {
    address,
    status,
    reason,
    ...others,
    class: spared ? "delayed" : usual,
    hard: isDead(reason) && !spared,
    ours: isOurs(reason),
  };
  return { recipient, evidence };
}

function unique(recipients: readonly RecipientVerdict[]): RecipientVerdict[] {
  const seen = new Map<string, RecipientVerdict>();
  for (const each of recipients) {
    const key = `${each.address} ${each.reason}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}
