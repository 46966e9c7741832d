import { linkPlaceholder, placeholdersIn } from "../links/link.js";

const STAND_IN = "https://link.invalid/";
const STAND_INS = /https:\/\/link\.invalid\/([0-9a-f-]{36})/g;

/** An address that survives Markdown, standing for a link until the text is rendered (RFC 2606 §2: `.invalid`). */
export function linkStandIn(linkId: string): string {
  return `${STAND_IN}${linkId}`;
}

/** Turns the stand-ins of a rendered text into the placeholders that are stored. */
export function standInsToPlaceholders(text: string): string {
  return text.replaceAll(STAND_INS, (_whole, id: string) => linkPlaceholder(id));
}

/** The fields of a message's data that hold links of its own; whatever else looks like a link was typed by somebody. */
const LINK_FIELDS = ["href", "link", "invitation", "manage", "unsubscribe", "preferences"] as const;

/** The ids of the links that a message was queued with. */
export function ownLinks({ data }: { data: Readonly<Record<string, unknown>> }): string[] {
  const texts = LINK_FIELDS.map((field) => data[field]).filter((value) => typeof value === "string");
  return texts.flatMap(placeholdersIn);
}
