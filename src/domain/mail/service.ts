import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { emailDomain } from "../../platform/email-address.js";
import { notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { readMailbox } from "../../platform/mailer.js";
import type { Page } from "../../platform/schema.js";
import { linkPlaceholder } from "../links/link.js";
import { linkAddresses, makeLinks } from "../links/service.js";
import { mayDo } from "../team/permission.js";
import { requirePermission, staffId } from "../team/service.js";
import { mailboxesNow } from "./mailbox-account-service.js";
import type { MessageState } from "./message.js";
import { ownLinks } from "./rendering.js";
import {
  insertEvents,
  insertMessages,
  setStates,
  type ChangedMessage,
  type MessageRow,
  type NewMessage,
  type StateChange,
} from "./store.js";
import {
  listMessages,
  messageDetail,
  type MessageDetail,
  type MessageFilter,
  type MessageLine,
} from "./views.js";

/** A message that is this late is looked at by a person instead of sent. */
export const MAY_WAIT = 3 * DAY;

/** Why a first mail waits for a person: the law of the country asks for more care. */
export const APPROVE_FIRST = "approve_first_contact";

/** One mail of the machine's own accord: confirm, published, sign-in; or one that staff send to themselves to look at. */
export interface TransactionalMail {
  purpose: "transactional" | "test";
  /** Unset: made here; given by those whose mail holds a link that is bound to it. */
  id?: string;
  /** What this mail is; the second one with the same key is not queued. */
  sendKey: string;
  /** `emails/<template>` and `mail.<template>.subject`. */
  template: string;
  data: Record<string, unknown>;
  language: string;
  to: { email: string; name: string | null };
  letterId?: string | null;
  organisationId?: string | null;
  contactId?: string | null;
  dueAt?: Date;
  /** Unset: the mailbox of the settings. */
  mailboxId?: string | null;
  /** The Message-ID of the mail that this one answers, and of all before it (RFC 5322 §3.6.4). */
  inReplyTo?: string | null;
  references?: readonly string[];
}

/** A mail as a row of the table with the id of its first event, for whoever queues it in a statement of their own. */
export function mailToKeep(ctx: Ctx, mail: Omit<TransactionalMail, "mailboxId">) {
  return { ...newMessage(ctx, new Map(), rowOf(mail)), event_id: newId(ctx.clock) };
}

function rowOf(mail: TransactionalMail): Given {
  return {
    ...(mail.id ? { id: mail.id } : {}),
    purpose: mail.purpose,
    send_key: mail.sendKey,
    template: mail.template,
    data: mail.data,
    language: mail.language,
    letter_id: mail.letterId ?? null,
    organisation_id: mail.organisationId ?? null,
    contact_id: mail.contactId ?? null,
    to_email: mail.to.email,
    to_name: mail.to.name,
    mailbox_id: mail.mailboxId ?? null,
    ...(mail.dueAt ? { due_at: mail.dueAt } : {}),
    in_reply_to: mail.inReplyTo ?? null,
    thread_references: [...(mail.references ?? [])],
  };
}

/** Queues a mail in the transaction of the act that causes it. Returns its id, or undefined when its key was queued before. */
export async function queueMail(ctx: Ctx, mail: TransactionalMail): Promise<string | undefined> {
  return transaction(ctx, async (tx) => {
    const senders = await sendersOf(tx, [mail]);
    const row = newMessage(tx, senders, rowOf(mail));
    const [id] = await insertMessages(tx.db, [row]);
    if (id) await noteStates(tx, [{ ...row, claim_token: null }]);
    return id;
  });
}

/** One mail of a mailing or of a sequence to one contact. */
export interface OutreachMail {
  sendKey: string;
  language: string;
  letterId: string;
  organisationId: string;
  contactId: string;
  enrolmentId: string;
  stepId: string;
  to: { email: string; name: string | null };
  /** The invitation's link, whose address goes into the mail. */
  invitationLinkId: string;
  state: Extract<MessageState, "draft" | "queued" | "blocked">;
  stateReason: string | null;
  /** Unset: now, and three days to go out. */
  dueAt?: Date;
  expiresAt?: Date;
  mailboxId?: string | null;
  heldReason?: string | null;
  /** What this mail follows up, with the subject that both carry. */
  thread?: MailThread | undefined;
}

/** The mails that a mail follows up (RFC 5322 §3.6.4). */
export interface MailThread {
  inReplyTo: string;
  references: readonly string[];
  subject: string;
}

/**
 * Adds the mails of a mailing, each with its own links to stop and to preferences. Mails whose send key went out before are left
 * away. Returns the messages that were added.
 */
export async function queueOutreach(
  ctx: Ctx,
  mails: readonly OutreachMail[],
): Promise<{ id: string; enrolmentId: string; contactId: string; organisationId: string; state: string }[]> {
  const senders = await sendersOf(ctx, mails);
  const withIds = mails.map((mail) => ({ id: newId(ctx.clock), mail }));
  const ids = withIds.map(({ id }) => id);
  const unsubscribe = await makeLinks(ctx, "unsubscribe", ids);
  const preferences = await makeLinks(ctx, "preferences", ids);
  const rows = withIds.map(({ id, mail }) => {
    const own = { unsubscribe: unsubscribe.get(id)?.id ?? "", preferences: preferences.get(id)?.id ?? "" };
    return outreachMessage(ctx, senders, { id, mail, own });
  });
  const added = new Set(await insertMessages(ctx.db, rows));
  const kept = rows.filter((row) => added.has(row.id));
  await noteStates(
    ctx,
    kept.map((row) => ({ ...row, claim_token: null })),
  );
  return kept.map((row) => ({
    id: row.id,
    enrolmentId: row.enrolment_id ?? "",
    contactId: row.contact_id ?? "",
    organisationId: row.organisation_id ?? "",
    state: row.state,
  }));
}

function outreachMessage(
  ctx: Ctx,
  senders: Senders,
  { id, mail, own }: { id: string; mail: OutreachMail; own: { unsubscribe: string; preferences: string } },
): NewMessage {
  return newMessage(ctx, senders, {
    id,
    purpose: "outreach",
    send_key: mail.sendKey,
    template: "outreach",
    data: {
      invitation: linkPlaceholder(mail.invitationLinkId),
      unsubscribe: linkPlaceholder(own.unsubscribe),
      preferences: linkPlaceholder(own.preferences),
      ...(mail.thread ? { thread_subject: mail.thread.subject } : {}),
    },
    language: mail.language,
    letter_id: mail.letterId,
    organisation_id: mail.organisationId,
    contact_id: mail.contactId,
    enrolment_id: mail.enrolmentId,
    step_id: mail.stepId,
    to_email: mail.to.email,
    to_name: mail.to.name,
    state: mail.state,
    state_reason: mail.stateReason,
    ...(mail.dueAt ? { due_at: mail.dueAt } : {}),
    ...(mail.expiresAt ? { expires_at: mail.expiresAt } : {}),
    mailbox_id: mail.mailboxId ?? null,
    held_reason: mail.heldReason ?? null,
    in_reply_to: mail.thread?.inReplyTo ?? null,
    thread_references: [...(mail.thread?.references ?? [])],
  });
}

type Given = Pick<
  NewMessage,
  | "purpose"
  | "send_key"
  | "template"
  | "data"
  | "language"
  | "letter_id"
  | "organisation_id"
  | "contact_id"
  | "to_email"
  | "to_name"
> &
  Partial<NewMessage>;

type Senders = ReadonlyMap<string, { from_email: string }>;

/** The addresses that some mails go out from, by mailbox. */
async function sendersOf(ctx: Ctx, mails: readonly { mailboxId?: string | null }[]): Promise<Senders> {
  const ids = mails.flatMap((mail) => mail.mailboxId ?? []);
  return ids.length > 0 ? mailboxesNow(ctx, ids) : new Map();
}

/** The Message-ID is minted with the row, in the domain of the mailbox, and stays the same on every attempt. */
function newMessage(ctx: Ctx, senders: Senders, given: Given): NewMessage {
  const now = ctx.clock.now();
  const id = given.id ?? newId(ctx.clock);
  const dueAt = given.due_at ?? now;
  const sender = senders.get(given.mailbox_id ?? "")?.from_email;
  const domain = emailDomain(sender ?? readMailbox(ctx.settings.mailFrom).address);
  return {
    id,
    enrolment_id: null,
    step_id: null,
    state: "queued",
    state_reason: null,
    created_by: staffId(ctx),
    expires_at: new Date(dueAt.getTime() + MAY_WAIT),
    ...given,
    address_hash: ctx.keys.addressHash(given.to_email),
    message_id: `<${id}@${domain}>`,
    due_at: dueAt,
    created_at: now,
  };
}

/** Keeps one event for each message that is new or has been claimed; part of the transaction that did it. */
export async function noteStates(
  ctx: Ctx,
  rows: readonly Pick<MessageRow, "id" | "state" | "state_reason" | "claim_token">[],
): Promise<void> {
  const at = ctx.clock.now();
  await insertEvents(
    ctx.db,
    rows.map((row) => ({
      id: newId(ctx.clock),
      message_id: row.id,
      at,
      kind: row.state,
      detail: {
        ...(row.state_reason ? { reason: row.state_reason } : {}),
        ...(row.claim_token ? { claim: row.claim_token } : {}),
      },
    })),
  );
}

/** Changes states, each with its event. Returns the rows that changed. */
export async function changeStates(
  ctx: Ctx,
  changes: readonly StateChange[],
  from: readonly MessageState[],
): Promise<ChangedMessage[]> {
  const withEvents = changes.map((change) => ({ ...change, eventId: newId(ctx.clock) }));
  return setStates(ctx.db, withEvents, from, ctx.clock.now());
}

/** Messages, newest first, a page at a time. */
export async function browseMessages(ctx: Ctx, filter: MessageFilter): Promise<Page<MessageLine>> {
  requirePermission(ctx, "messages:read");
  return listMessages(ctx, filter);
}

/** A message as its page shows it. */
export interface ReadMessage extends MessageDetail {
  /** The links in it: their addresses where the mail was captured and never left, else none. */
  links: Map<string, string>;
}

/**
 * A message as staff may read it. Only a captured mail shows its personal links, since it is the only place where
 * they can be found; those of mails that went out stay with who got them. A link shows only to those who may make
 * one, or a viewer could answer for a company or take an administrator's place. Throws not_found.
 */
export async function readMessage(ctx: Ctx, id: string): Promise<ReadMessage> {
  requirePermission(ctx, "messages:read");
  const message = isUuid(id) ? await messageDetail(ctx, id) : undefined;
  if (!message) throw notFound("message.unknown");
  const mayOpen = mayDo(ctx.actor, message.template === "sign-in" ? "staff:manage" : "invitations:write");
  const links =
    message.transport === "capture" && mayOpen
      ? await linkAddresses(ctx, ownLinks(message))
      : new Map<string, string>();
  return { ...message, links };
}
