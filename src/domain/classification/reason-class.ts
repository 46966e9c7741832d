import type { MailClass, Reason } from "./classification.js";

/**
 * What each reason means for outreach. `dead`: the address can't be written to any more. `ours`: the fault is on our
 * side, and the contact must never pay for it.
 */
interface ReasonMeaning {
  class: MailClass;
  dead?: true;
  ours?: true;
}

const MEANINGS: Record<Reason, ReasonMeaning> = {
  userunknown: { class: "address_dead", dead: true },
  hostunknown: { class: "address_dead", dead: true },
  hasmoved: { class: "address_dead", dead: true },
  notaccept: { class: "address_dead", dead: true },

  mailboxfull: { class: "mailbox_full" },
  greylisted: { class: "greylisted" },
  // "User unknown" after the whole mail, a closed or suspended account, no word why: a next try may pass.
  filtered: { class: "temporary" },
  suspend: { class: "temporary" },
  onhold: { class: "temporary" },
  suppressed: { class: "temporary" },
  undefined: { class: "temporary" },
  systemerror: { class: "temporary" },
  systemfull: { class: "temporary" },
  mailererror: { class: "temporary" },

  expired: { class: "org_down" },
  networkerror: { class: "org_down" },

  authfailure: { class: "sender_fault", ours: true },
  badreputation: { class: "sender_fault", ours: true },
  blocked: { class: "sender_fault", ours: true },
  failedstarttls: { class: "sender_fault", ours: true },
  norelaying: { class: "sender_fault", ours: true },
  notcompliantrfc: { class: "sender_fault", ours: true },
  policyviolation: { class: "sender_fault", ours: true },
  ratelimited: { class: "sender_fault", ours: true },
  rejected: { class: "sender_fault", ours: true },
  requireptr: { class: "sender_fault", ours: true },
  securityerror: { class: "sender_fault", ours: true },
  spamdetected: { class: "sender_fault", ours: true },
  speeding: { class: "sender_fault", ours: true },
  syntaxerror: { class: "sender_fault", ours: true },
  toomanyconn: { class: "sender_fault", ours: true },

  contenterror: { class: "content" },
  emailtoolarge: { class: "content" },
  exceedlimit: { class: "content" },
  mesgtoobig: { class: "content" },
  virusdetected: { class: "content" },

  delivered: { class: "delivered" },
  relayed: { class: "relayed" },
  feedback: { class: "complaint" },
  vacation: { class: "auto_reply" },
};

/** The class of a reason. */
export function classOfReason(reason: Reason): MailClass {
  return MEANINGS[reason].class;
}

/** Whether a reason means that the address is dead: unknown user or host, moved, takes no mail. */
export function isDead(reason: Reason): boolean {
  return MEANINGS[reason].dead === true;
}

/** Whether a reason lays the fault on our side. */
export function isOurs(reason: Reason): boolean {
  return MEANINGS[reason].ours === true;
}
