import MarkdownIt from "markdown-it";

const parser = new MarkdownIt({ html: false, linkify: true, typographer: false });
type Token = ReturnType<typeof parser.parse>[number];
parser.disable("image");
const safeLink = /^(https?:|mailto:|tel:|#|\/(?!\/))/i;
parser.validateLink = (url) => safeLink.test(url.trim());
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: true });

/** Headings start below the page's own title: `#` becomes h2. */
function lowerHeadings(tokens: Token[]): void {
  for (const token of tokens) {
    if (!token.type.startsWith("heading_")) continue;
    token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 1)}`;
  }
}

function markExternalLinks(tokens: Token[]): void {
  for (const token of tokens) {
    if (token.children) markExternalLinks(token.children);
    if (token.type === "link_open" && /^https?:/i.test(String(token.attrGet("href") ?? ""))) {
      token.attrSet("rel", "noopener nofollow");
    }
  }
}

function parse(text: string): Token[] {
  const tokens = parser.parse(text, {});
  lowerHeadings(tokens);
  markExternalLinks(tokens);
  return tokens;
}

/**
 * Markdown as HTML: raw HTML is escaped, images and links other than http, https, mailto and tel stay words. A line
 * that ends, ends in HTML too, as people expect who type a mail.
 */
export function markdown(text: string): string {
  return parser.renderer.render(parse(text), { ...parser.options, breaks: true }, {});
}

interface Clause {
  number: number;
  text: string;
}

/** Calls back for each item of each top-level ordered list with its number, which runs on over several lists' own starts. */
function eachClause(tokens: Token[], visit: (item: Token, number: number, index: number) => void): void {
  let number = 0;
  tokens.forEach((token, index) => {
    if (token.type === "ordered_list_open" && token.level === 0)
      number = Number(token.attrGet("start") ?? 1) - 1;
    if (token.type !== "list_item_open" || token.level !== 1 || token.markup === "" || token.markup === "-")
      return;
    if (token.markup !== "." && token.markup !== ")") return;
    number += 1;
    visit(token, number, index);
  });
}

/** A letter's text as HTML; each item of a top-level numbered list is a clause with the id `c1`, `c2`, … */
export function markdownLetter(text: string): string {
  const tokens = parse(text);
  eachClause(tokens, (item, number) => item.attrSet("id", `c${number}`));
  return parser.renderer.render(tokens, parser.options, {});
}

/** The clauses a reservation can name, with their words as plain text. */
export function letterClauses(text: string): Clause[] {
  const tokens = parse(text);
  const clauses: Clause[] = [];
  eachClause(tokens, (item, number, index) => {
    const end = tokens.findIndex(
      (token, at) => at > index && token.type === "list_item_close" && token.level === item.level,
    );
    clauses.push({ number, text: blocksToText(tokens.slice(index + 1, end), true).trim() });
  });
  return clauses;
}

function inlineToText(children: readonly Token[]): string {
  let text = "";
  let href = "";
  let linkStart = 0;
  for (const child of children) {
    if (child.type === "link_open") {
      href = String(child.attrGet("href") ?? "");
      linkStart = text.length;
    } else if (child.type === "link_close") {
      const words = text.slice(linkStart);
      const same = href === words || href === `mailto:${words}` || parser.normalizeLinkText(href) === words;
      if (!same) text += ` (${href})`;
    } else if (child.type === "softbreak" || child.type === "hardbreak") {
      text += "\n";
    } else {
      text += child.content;
    }
  }
  return text;
}

function indentFollowing(text: string, width: number): string {
  return text.replace(/\n(?=[^\n])/g, `\n${" ".repeat(width)}`);
}

interface List {
  marker: () => string;
  first: boolean;
}

function listFor(token: Token): List {
  if (token.type === "bullet_list_open") return { marker: () => "- ", first: true };
  let number = Number(token.attrGet("start") ?? 1);
  return { marker: () => `${number++}. `, first: true };
}

function blocksToText(tokens: readonly Token[], tight = false): string {
  const lists: List[] = [];
  let quotes = 0;
  let out = "";
  let pending = "";
  const write = (text: string): void => {
    const depth = lists.length > 0 ? lists.length * 3 : 0;
    const lead = pending === "" ? " ".repeat(depth) : " ".repeat(Math.max(0, depth - 3)) + pending;
    const quoted = quotes > 0 ? text.replace(/^/gm, "> ") : text;
    out += `${lead}${indentFollowing(quoted, depth)}\n${tightEnd()}`;
    pending = "";
  };
  const tightEnd = (): string => (tight || lists.length > 0 ? "" : "\n");
  for (const token of tokens) {
    if (token.type.endsWith("_list_open")) lists.push(listFor(token));
    else if (token.type.endsWith("_list_close")) {
      lists.pop();
      out += tightEnd();
    } else if (token.type === "list_item_open") pending = lists.at(-1)?.marker() ?? "";
    else if (token.type === "blockquote_open") quotes += 1;
    else if (token.type === "blockquote_close") quotes -= 1;
    else if (token.type === "inline") write(inlineToText(token.children ?? []));
    else if (token.type === "fence" || token.type === "code_block") write(token.content.trimEnd());
    else if (token.type === "hr") write("* * *");
  }
  return out;
}

/** Markdown as plain text for mails: links as "words (address)", lists and quotes kept, one blank line between blocks. */
export function markdownToText(text: string): string {
  return blocksToText(parser.parse(text, {}))
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** One paragraph of a text for print: what it is, its plain words, and what stands before it (a number, a dot). */
export interface PlainBlock {
  kind: "heading" | "text" | "item" | "quote" | "rule";
  text: string;
  mark?: string;
}

/** Markdown as paragraphs of plain text in reading order, for pages that are printed. */
export function markdownBlocks(text: string): PlainBlock[] {
  const blocks: PlainBlock[] = [];
  const lists: List[] = [];
  let mark: string | undefined;
  let kind: PlainBlock["kind"] = "text";
  for (const token of parser.parse(text, {})) {
    if (token.type.endsWith("_list_open")) lists.push(listFor(token));
    else if (token.type.endsWith("_list_close")) lists.pop();
    else if (token.type === "list_item_open") mark = lists.at(-1)?.marker().trim().replace(/^-$/, "•");
    else if (token.type === "heading_open") kind = "heading";
    else if (token.type === "blockquote_open") kind = "quote";
    else if (token.type === "heading_close" || token.type === "blockquote_close") kind = "text";
    else if (token.type === "hr") blocks.push({ kind: "rule", text: "" });
    else if (token.type === "fence" || token.type === "code_block")
      blocks.push({ kind: "quote", text: token.content.trimEnd() });
    else if (token.type === "inline") {
      const words = inlineToText(token.children ?? []).replaceAll("\n", kind === "quote" ? "\n" : " ");
      const block = { kind: lists.length > 0 && kind === "text" ? ("item" as const) : kind, text: words };
      blocks.push(mark === undefined ? block : { ...block, mark });
      mark = undefined;
    }
  }
  return blocks;
}
