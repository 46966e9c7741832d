/**
 * What signing means, in the words that the form shows. The words are pinned with each signature by their version and
 * hash, so they stand here and not among the sentences that anybody may polish: a new wording is a new version.
 */
export const MEANING_VERSION = "2026-11";

/** The words by language; a form in another language shows the English ones. */
export const MEANINGS: Readonly<Record<string, string>> = {
  ar: "تؤيد المؤسسة هذه النسخة من الرسالة وتوافق على الظهور كما اختير. ومن يوقّع مفوَّض بإلزامها. ولا تتحمل أي التزام قانوني. ويمكنها سحب توقيعها في أي وقت؛ وتُظهر القائمة عندئذ التاريخين.",
  en: "The organisation supports this version of the letter and agrees to be shown as chosen. Whoever signs may bind it. It takes on no legal duty. It can withdraw at any time; the list then shows both dates.",
  es: "La organización apoya esta versión de la carta y acepta figurar como se ha elegido. Quien firma puede obligarla. No asume ninguna obligación jurídica. Puede retirarse en cualquier momento; la lista muestra entonces las dos fechas.",
  fr: "L’organisation soutient cette version de la lettre et accepte d’apparaître comme choisi. La personne qui signe peut l’engager. Elle ne contracte aucune obligation juridique. Elle peut se retirer à tout moment ; la liste indique alors les deux dates.",
  pt: "A organização apoia esta versão da carta e concorda em aparecer como escolhido. Quem assina tem poderes para fazê-lo por ela. Ela não assume nenhuma obrigação jurídica. Pode retirar-se a qualquer momento; a lista então mostra as duas datas.",
  ru: "Организация поддерживает эту версию письма и согласна быть указанной так, как выбрано. Подписывающее лицо вправе действовать от её имени. Юридических обязательств она не принимает. Подпись можно отозвать в любое время; тогда в списке стоят обе даты.",
  zh: "该机构支持公开信的本版，并同意按所选方式展示。签署人有权代表该机构。该机构不承担法律义务，并可随时撤回签署；届时名单会同时显示两个日期。",
};

/** The words that a form in a language shows, and the language they are in. */
export function meaningIn(language: string): { words: string; language: string } {
  const own = MEANINGS[language];
  return own ? { words: own, language } : { words: MEANINGS["en"] ?? "", language: "en" };
}
