import { folded } from "./month-names.js";

/** Who is to be written to instead of somebody who has left. */
export interface Replacement {
  name: string | undefined;
  email: string | undefined;
}

const ADDRESS = /[\w.+'-]{1,64}@[\w.-]{1,190}\.[a-z]{2,24}/gi;

/** Words before the one to write to, in the languages that auto-replies are read in (folded). */
const INSTEAD =
  /(?:please |kindly )?(?:contact|write to|direct|address|e-?mail(?: to)?|reach(?: out to)?|get in touch with|send|forward|refer|turn to)|replaced by|successor|(?:merci de |veuillez |priere de )?(?:contacter|ecrire a|vous adresser a|adresser)|remplac\w+ par|(?:wenden sie sich|kontaktieren|schreiben sie)|nachfolger\w*|(?:contact[ae]r?|contacten?|comuniquese|escrib\w+|dirij\w+|dirig\w+)|reemplaz\w+ por|entr\w+ em contat?to|contat\w+|substitu\w+ por|(?:обращаитесь|обращаться|пишите|писать|свяжитесь|связаться|напишите|просьба)|(?:请(?:联系|联络|与|发送|发邮件)|联系人?|联络)|(?:يرجى|الرجاء|تواصل|التواصل|مراسلة|الاتصال)|(?:contattare|rivolgersi)|(?:ご連絡|連絡先)|(?:neem contact|contact opnemen)/;

/** A personal name: two to four capitalised words, or two to four Han characters, Cyrillic and Arabic names too. */
const NAME =
  /(?:(?:mr|mrs|ms|dr|m|mme|mlle|herrn?|frau|sr|sra|dra?|prof)\.?\s)?((?:[\p{Lu}][\p{L}'’-]{1,24})(?:\s(?:(?:van|von|de|da|dos|del|di|bin|al|el|le|la)\s){0,2}[\p{Lu}][\p{L}'’-]{1,24}){1,3})/u;

/** Reads the replacement from the words of somebody who left: an address other than the sender's and the name near it. */
export function readReplacement(text: string, sender: string): Replacement | undefined {
  const sentences = text
    .slice(0, 8000)
    .replace(/\s+/g, " ")
    .split(/(?<=[.!?。！؟])\s|(?<=[。！])/u);
  const asked = sentences.filter((sentence) => INSTEAD.test(folded(sentence)));
  for (const sentence of [...asked, ...sentences]) {
    const email = addressIn(sentence, sender);
    if (email !== undefined) return { email, name: nameNear(sentence, email) };
  }
  for (const sentence of asked) {
    const name = nameNear(sentence, undefined);
    if (name !== undefined) return { email: undefined, name };
  }
  return undefined;
}

function addressIn(sentence: string, sender: string): string | undefined {
  const found = sentence.match(ADDRESS) ?? [];
  return found
    .map((each) => each.toLowerCase().replace(/^'|[.']$/g, ""))
    .find((each) => each !== sender.toLowerCase());
}

/** The name right before the address, else the first one behind the words that ask to write. */
function nameNear(sentence: string, email: string | undefined): string | undefined {
  const at = email === undefined ? -1 : sentence.toLowerCase().indexOf(email);
  const asks = INSTEAD.exec(folded(sentence));
  const from = asks ? asks.index + asks[0].length : 0;
  const before = at < 0 ? sentence.slice(from) : sentence.slice(from < at ? from : 0, at);
  const names = [...before.matchAll(new RegExp(NAME, "gu"))].map((match) => match[1]);
  const name = (at < 0 ? names[0] : names.at(-1)) ?? hanName(before);
  return name?.replace(/^(?:Mr|Mrs|Ms|Dr|Frau|Herrn?|Mme|Mlle|Sra?|Dra|Prof)\.?\s/u, "").trim();
}

function hanName(words: string): string | undefined {
  return /(?:联系|联络|与)?\s?([\p{Script=Han}]{2,4}?)(?:先生|女士|经理|[（(：:，,\s]|$)/u.exec(
    words.trim(),
  )?.[1];
}
