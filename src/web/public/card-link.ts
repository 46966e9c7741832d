import type { App } from "../../app.js";
import type { CurrentText } from "../../domain/letters/views.js";
import type { PublicLetter } from "../../domain/publication/service.js";
import { CARD_HEIGHT, CARD_WIDTH } from "../../platform/card.js";
import { query } from "../../platform/template-helpers.js";

/** What a card is of, and the language of the words around the text. */
interface CardOf {
  letter: PublicLetter;
  text: CurrentText;
  lang: string;
}

/** Where the card of a letter is in the language of the text that is shown, and what it shows to those who can't see it. */
export function cardLink(app: App, { letter, text, lang }: CardOf) {
  return {
    href: app.config.publicUrl + query(`/letters/${letter.slug}/card.png`, { lang: text.language }),
    width: CARD_WIDTH,
    height: CARD_HEIGHT,
    alt: app.messages.t(lang, "receipt.card_alt", { title: text.title, sponsor: letter.sponsor_name }),
  };
}
