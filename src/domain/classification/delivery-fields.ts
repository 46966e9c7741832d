/** The fields of a delivery status part (RFC 3464 §2), per message and per recipient. */
export interface RecipientFields {
  finalRecipient: string;
  originalRecipient: string;
  actualRecipient: string;
  action: string;
  status: string;
  diagnostic: string;
  remoteMta: string;
  /** What PowerMTA makes of the reply (`X-PowerMTA-BounceCategory`), empty from others. */
  category: string;
}

const MOST_RECIPIENTS = 200;

/**
 * Reads the recipients of a delivery status. Lenient, as real reports are: recipients are told apart by a
 * Final-Recipient or an Action coming up again, not by blank lines alone, and order within a block is free.
 */
export function recipientFields(part: string): RecipientFields[] {
  const blocks: Map<string, string>[] = [];
  let block = new Map<string, string>();
  const close = (): void => {
    if (hasRecipient(block)) blocks.push(block);
    block = new Map();
  };
  for (const line of unfolded(part)) {
    if (line === "") {
      close();
      continue;
    }
    const field = /^([A-Za-z][\w-]{1,60})\s{0,3}:\s{0,8}(.*)$/s.exec(line);
    if (!field) continue;
    const name = (field[1] ?? "").toLowerCase();
    if (name === "final-recipient" && block.has(name)) close();
    if (!block.has(name)) block.set(name, (field[2] ?? "").trim());
    if (blocks.length >= MOST_RECIPIENTS) break;
  }
  close();
  return blocks.map(fieldsOf);
}

function hasRecipient(block: Map<string, string>): boolean {
  const named =
    block.has("final-recipient") || block.has("original-recipient") || block.has("x-actual-recipient");
  return named && (block.has("action") || block.has("status") || block.has("diagnostic-code"));
}

function fieldsOf(block: Map<string, string>): RecipientFields {
  const get = (name: string): string => block.get(name) ?? "";
  return {
    finalRecipient: addressOf(get("final-recipient")),
    originalRecipient: addressOf(get("original-recipient")),
    actualRecipient: addressOf(get("x-actual-recipient")),
    action: /^\s*([a-z]+)/i.exec(get("action"))?.[1]?.toLowerCase() ?? "",
    status: /[245]\.\d{1,3}\.\d{1,3}/.exec(get("status"))?.[0] ?? "",
    diagnostic: get("diagnostic-code").replace(/^[\w-]{1,20}\s{0,3};\s{0,8}/, ""),
    category: get("x-powermta-bouncecategory").toLowerCase(),
    remoteMta: get("remote-mta").replace(/^[\w-]{1,10}\s{0,3};\s{0,8}/, ""),
  };
}

/** Logical lines: continuation lines joined, blank lines kept. */
function unfolded(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n").slice(0, 4000)) {
    const last = lines.length - 1;
    if (/^[ \t]+\S/.test(line) && last >= 0 && lines[last] !== "") lines[last] += `\n${line.trim()}`;
    else lines.push(line.trim());
  }
  return lines;
}

/** An address as it stands in reports: without type, brackets, quotes, comments and source route; lower-cased. */
export function addressOf(field: string): string {
  const bare = field
    .slice(0, 500)
    .replace(/^\s*[\w-]{1,20}\s{0,3};/, "")
    .replace(/^.{0,200}<([^<>]{1,300})>.{0,200}$/s, "$1")
    .replace(/^@[^:\s]{1,200}:/, "")
    .replace(/[\s"'<>()]/g, "");
  return bare.replace(/[.,;:]+$/, "").toLowerCase();
}
