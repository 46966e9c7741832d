import type { FunnelFinding, FunnelStage, ReasonFinding } from "../../domain/reports/report.js";

/** The stages of the funnel as the charts name them. */
export const STAGE_WORDS: Record<FunnelStage, string> = {
  identified: "Identified",
  approached: "Approached",
  answered: "Answered",
  said_yes: "Said yes, in some form",
  published: "Signed in public",
};

/** What the funnel's heading says, and which stage it speaks of. */
export const FUNNEL_FINDINGS: Record<FunnelFinding, { heading: string; stage: FunnelStage | undefined }> = {
  nobody: { heading: "No organisation is on the list yet", stage: undefined },
  not_approached: { heading: "Most organisations have not been approached yet", stage: "approached" },
  silence: { heading: "More are lost to silence than to refusal", stage: "answered" },
  refusal: { heading: "More are lost to refusal than to silence", stage: "said_yes" },
  silence_and_refusal: { heading: "As many are lost to silence as to refusal", stage: "answered" },
  unpublished: { heading: "Most of those that said yes are not public yet", stage: "published" },
  most_said_yes: { heading: "Most that were approached said yes", stage: "said_yes" },
};

const REASON_WORDS: Record<string, string> = {
  political: "Looks political",
  gov_customer: "A government is the customer",
  foreign_market: "A foreign market",
  wording: "The wording",
  disagree: "Disagrees",
  backlash: "Fear of backlash",
  legal_review: "Legal review",
  no_sign_policy: "Never signs letters",
  parent_policy: "The parent decides",
  board_or_shareholder: "Board or shareholders",
  capacity: "No capacity",
  timing: "Timing",
  antitrust: "Competition law",
  trade_assoc: "The trade association speaks",
  already_signed: "Signed something like it",
  first_mover: "Not among the first",
  not_relevant: "Not relevant",
  too_small: "Too small",
  distrust_sponsor: "Doubts about the sponsor",
  evidence: "Wants more evidence",
  other: "Other",
};

/** A reason in a few words; a code without words stays as it is. */
export function reasonName(code: string): string {
  return REASON_WORDS[code] ?? code;
}

/** What the heading over the reasons says. */
export function reasonHeading(finding: ReasonFinding): string {
  switch (finding.kind) {
    case "none":
      return "Nobody has declined yet";
    case "leads":
      return `The most frequent reason for a no: ${lowerFirst(reasonName(finding.code))}`;
    case "shared":
      return finding.codes.length === 2
        ? `Two reasons lead: ${finding.codes.map((code) => lowerFirst(reasonName(code))).join(" and ")}`
        : `No reason leads: ${finding.codes.length} are named equally often`;
  }
}

const TASK_WORDS: Record<string, string> = {
  find_contact: "Find another contact",
  review_forward: "Look at a forwarded invitation",
  left_company: "Contact has left: find the successor",
  review_signature: "Review a signature",
  review_statement: "Decide on a statement",
  correct_name: "Check a legal name",
  settle_dispute: "Settle a dispute: they say they never signed",
  entry_reported: "Look at a report about an entry",
  uncertain_message: "Find out whether a mail arrived",
  blocked_message: "Fill in what a mail lacks, or shorten it",
  expired_message: "A mail was too late and did not go out",
  mailbox_paused: "A mailbox has stopped: find out why",
  recheck_basis: "Check again why we may write",
  arm_sending: "Say whether this database may send mail",
  time_stepped: "Say whether the time is right",
  answer_reply: "Answer a reply",
  mail_refused: "A mail was refused for what is in it",
  organisation_unreachable: "An organisation’s mail is out of reach",
  complaint: "Somebody complained about our mail",
  answer_challenge: "A mail asks to be confirmed by hand",
  reading_paused: "A mailbox can’t be read",
  suspicious_entry: "Look twice at an entry that looks odd",
  approve_officer: "May this officer be asked to attest?",
  officer_refused: "An officer refused: record the decline",
  signer_silent: "A signatory did not answer: ask by another way",
  other: "Task",
};

/** A kind of task in words. */
export function taskName(kind: string): string {
  return TASK_WORDS[kind] ?? kind;
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
