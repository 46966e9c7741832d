import type { App } from "../../app.js";
import type { Dossier } from "../../domain/organisations/browse-service.js";
import type { MessageState } from "../../domain/mail/message.js";
import { ENDING_DAYS, basisOf, basisVerdict } from "../../domain/consent/lawful-basis.js";
import { countryOf } from "../../domain/organisations/country.js";
import { stateTone, type SignatureState } from "../../domain/signatures/signature.js";
import { mayDo } from "../../domain/team/permission.js";
import { DAY } from "../../platform/clock.js";
import type { Actor } from "../../platform/context.js";
import { basisWords } from "./consent-words.js";
import type { InboundLine } from "../../domain/inbound/views.js";
import { codeWords, stageLine } from "./dossier-words.js";
import { CLASS_WORDS } from "./inbox-words.js";
import { messageState } from "./mail-words.js";
import { reasonName } from "./report-words.js";
import { actName, actorName } from "./words.js";

/** The page of one organisation: how far it has come, what happened, and everything that belongs to it. */
export function dossierView(
  app: App,
  actor: Actor,
  dossier: Dossier,
  inbound: readonly InboundLine[],
): Record<string, unknown> {
  const { organisation, standings } = dossier;
  const [standing] = standings;
  const t = (key: string) => app.messages.t("en", key);
  return {
    title: organisation.name,
    organisation,
    sectorName: t(`sector.${organisation.sector}`),
    region: organisation.country ? (countryOf(organisation.country)?.subRegion ?? "") : "",
    standing,
    stages: stageLine(organisation.created_at, standing),
    otherLetters: standings.slice(1),
    contacts: dossier.contacts.map((contact) => ({
      ...contact,
      basis: t(`contact.lawful_basis.${contact.lawful_basis}`),
      state: contactState(t, contact.status, contact.suppressed) ?? basisState(contact, app.clock.now()),
    })),
    timeline: timelineOf(dossier, inbound),
    messages: dossier.messages.map((message) => ({
      ...message,
      shown: messageState({
        state: message.state as MessageState,
        reason: message.state_reason,
        transport: message.transport,
        heldReason: message.held_reason,
      }),
      at: message.finished_at ?? message.created_at,
    })),
    signatures: dossier.signatures.map((signature) => ({
      ...signature,
      shown: {
        kind: stateTone(signature.state as SignatureState),
        words: t(`signatures.state.${signature.state}`),
      },
      what: `${codeWords(signature.kind)}, ${signature.visibility}`,
      at: signature.published_at ?? signature.submitted_at,
    })),
    declines: dossier.declines.map((decline) => ({
      ...decline,
      reason: reasonName(decline.reason_code),
      also: decline.contributing.map((code) => reasonName(code).toLowerCase()).join(", "),
      sourceName: codeWords(decline.source),
    })),
    invitations: dossier.invitations.map((invitation) => ({
      ...invitation,
      answerWords: invitation.answer ? codeWords(invitation.answer) : "",
    })),
    imports: dossier.imports,
    may: {
      write: mayDo(actor, "organisations:write"),
      messages: mayDo(actor, "messages:read"),
      signatures: mayDo(actor, "signatures:read"),
      declines: mayDo(actor, "declines:read"),
      decline: mayDo(actor, "declines:write"),
      imports: mayDo(actor, "imports:write"),
    },
  };
}

function contactState(t: (key: string) => string, status: string, suppressed: boolean) {
  if (suppressed) return { kind: "bad", words: "Never write to this address" };
  if (status === "active") return undefined;
  return { kind: status === "address_invalid" ? "bad" : "off", words: t(`contact.status.${status}`) };
}

/** Said only where somebody has to look: the basis ends within 60 days, or has ended. */
function basisState(contact: Dossier["contacts"][number], now: Date) {
  const verdict = basisVerdict(basisOf(contact), now);
  const soon = new Date(now.getTime() + ENDING_DAYS * DAY);
  if (verdict.kind === "valid" || (verdict.kind === "expires_on" && verdict.on > soon)) return undefined;
  const shown = basisWords(verdict);
  return verdict.kind === "expired" ? shown : { ...shown, kind: "wait" };
}

interface TimelineItem {
  at: Date;
  title: string;
  text: string;
  sub?: string;
  href?: string;
  hrefLabel?: string;
}

/** Acts, imported rows and mails that came in, newest first; a mail shows what it says instead of its bare act. */
function timelineOf({ timeline, imports }: Dossier, inbound: readonly InboundLine[]): TimelineItem[] {
  const mails = new Set(inbound.map(({ id }) => id));
  const shown = timeline.filter(
    ({ action, subjectId }) => !(isArrival(action) && subjectId && mails.has(subjectId)),
  );
  const acts = shown.map((line): TimelineItem => ({
    at: line.at,
    title: `${actName(line.action)}.`,
    text: actorName(line.actorKind, line.actorName),
    ...(line.letterSlug ? { sub: `Letter: ${line.letterSlug}` } : {}),
  }));
  const rows = imports.map((row): TimelineItem => ({
    at: row.applied_at,
    title: row.verdict === "create" ? "Came by an import." : "Changed by an import.",
    text: `${row.file_name}, row ${row.row_number}`,
  }));
  return [...acts, ...rows, ...inbound.map(arrival)].sort((a, b) => b.at.getTime() - a.at.getTime());
}

function isArrival(action: string): boolean {
  return action.endsWith(".received");
}

function arrival(mail: InboundLine): TimelineItem {
  return {
    at: mail.receivedAt,
    title: `${CLASS_WORDS[mail.class].words}.`,
    text: mail.fromName ?? mail.fromEmail ?? "",
    href: `/console/inbox/${mail.id}`,
    hrefLabel: mail.subject || "(no subject)",
    ...(mail.beginning && mail.class === "human_reply" ? { sub: `“${mail.beginning}”` } : {}),
  };
}
