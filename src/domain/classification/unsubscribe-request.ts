import { ownWords } from "./auto-reply.js";
import { oneLine, type Evidence } from "./classification.js";
import type { IncomingMail } from "./incoming-mail.js";
import { folded } from "./month-names.js";

/** A wish for no more mail, by language; patterns see what the sender wrote himself, lower-cased, accents off. */
const REQUESTS: readonly (readonly [string, RegExp])[] = [
  [
    "en",
    /\bunsubscribe\b|opt(?:ing)?[- ]?(?:me )?out|(?:remove|take|delete|drop) (?:me|us|my|our|this)[^.]{0,50}(?:list|e-?mail|mailing|address|database|records|distribution|contacts?)|remove me\b|take me off|(?:stop|cease|quit) (?:e-?mailing|mailing|sending|contacting|writing|spamming)|(?:do not|don't|please never|never) (?:e-?mail|contact|write|send|mail)(?: to)? (?:me|us)|no (?:more|further) (?:e-?mails?|mails?|messages?|contact)|(?:not|don't) (?:want|wish)(?: to)? (?:receive|get|hear|be contacted)|stop this/,
  ],
  [
    "fr",
    /desabonn|desinscri|ne (?:souhait\w+|veu\w+|desir\w+) plus (?:recevoir|etre contact)|(?:retire[zr]|supprime[zr]|enleve[zr]|raye[zr])(?:[- ]moi| mon| notre| nous)[^.]{0,50}(?:list\w*|adresse|base|fichier)|(?:arretez|cessez) de (?:m'|nous |me )|ne (?:m'|nous |me )(?:ecrivez|contactez|envoyez) plus|plus (?:de|aucun) (?:mail|courriel|message)s?\b/,
  ],
  [
    "es",
    /dar(?:me|nos)? de baja|den(?:me|nos) de baja|dame de baja|deme de baja|cancelar (?:mi|la) suscripcion|desuscrib|(?:eliminar?|quitar?|borrar?|retir\w+)(?:me|nos| mi| nuestr\w)[^.]{0,50}(?:list\w*|correo|direccion|base)|no (?:deseo|deseamos|quiero|queremos) (?:recibir|seguir recibiendo)|(?:dejen|deje|paren) de (?:enviar|escribir|mandar|contactar)|no me (?:escrib|envi|contact|mand)\w+ mas/,
  ],
  [
    "pt",
    /(?:descadastr|desinscrev|cancelar? (?:a |minha )*(?:inscricao|subscricao|assinatura))|(?:remov\w+|retir\w+|exclu\w+|elimin\w+|tir\w+)(?:-me| me| meu| o meu| nosso| nos)[^.]{0,50}(?:lista|e-?mail|endereco|base|cadastro)|nao (?:quero|queremos|desejo|desejamos|pretendo)[^.]{0,20}(?:receber|ser contact)|(?:parem|pare|parar) de (?:enviar|escrever|mandar|me)|nao (?:me )?(?:envie|enviem|escrevam|contatem|contactem) mais/,
  ],
  [
    "ru",
    /отпи(?:шите|сать|саться|ска|ситесь)|отписк|(?:удалите|исключите|уберите)[^.]{0,60}(?:рассыл|списк|баз|адрес)|не (?:пишите|присылаите|отправляите|беспокоите)|(?:прекратите|перестаньте|хватит)[^.]{0,30}(?:слать|присыл|рассыл|отправ|писать|писем)|не (?:хочу|хотим|желаю|желаем)[^.]{0,20}получать|больше не[^.]{0,20}(?:писать|присыл|отправ|получать)/,
  ],
  [
    "zh",
    /退订|取消订阅|(?:不要|别|请勿|停止|不想|不再|不希望)(?:再|继续|给我|给我们|向我|向我们)*(?:再)?(?:发|寄|接收|收到|联系|打扰|发送|邮寄)|(?:从|将我|把我)[^。]{0,20}(?:名单|列表|邮件列表)[^。]{0,10}(?:删|移|除|去掉)|退訂|取消訂閱/,
  ],
  [
    "ar",
    /(?:الغاء|إلغاء) (?:ال)?اشتراك|(?:الغ|الغوا|اريد الغاء)[^.]{0,20}اشتراك|(?:ازالة|ازالتي|ازيلوا|احذف\w*|حذف|شطب)[^.]{0,40}(?:القايمة|قايمة|بريدي|عنواني)|(?:توقف\w*|كفوا|اوقفوا|ايقاف)[^.]{0,20}(?:ارسال|مراسل|الرسايل)|لا (?:اريد|نريد|ارغب|نرغب)[^.]{0,30}(?:رسايل|استلام|تلقي|بريد)|لا (?:ترسل|تراسل)/,
  ],
  [
    "de",
    /abmeld|austragen|abbestell|(?:loschen|entfernen|streichen|nehmen) sie (?:mich|uns|meine|unsere)[^.]{0,50}(?:verteiler|liste|adresse|daten)|keine (?:weiteren )?(?:e-?mails|mails|nachrichten)[^.]{0,20}(?:mehr|erhalten|senden|schicken|wunsch)?|nicht mehr (?:anschreiben|kontaktieren|schreiben)/,
  ],
  [
    "it",
    /disiscriv|cancella(?:rmi|temi|re la mia)|annulla\w* (?:la mia )?iscrizione|rimuov\w+(?:mi|ci| il mio)|non (?:desidero|voglio) (?:piu )?ricevere/,
  ],
  ["nl", /uitschrijven|afmelden|verwijder (?:mij|ons|mijn)|geen (?:e-?mails|mails|berichten) meer/],
  ["ja", /配信(?:停止|解除)|登録解除|送らないで|メールは不要/],
];

/** Longer texts are letters in which such a word may stand by chance; a wish stands at their beginning. */
const SHORT = 400;
const BEGINNING = 250;

/** The address a mail program writes to when somebody presses its own button (RFC 2369, RFC 8058). */
const BUTTON =
  /^(?:re: ?)?(?:unsubscribe|remove|opt[- ]?out|stop|desabonnement|desinscription|baja|descadastrar|отписаться|退订|الغاء الاشتراك|abmelden)[.!\s]*$/;

/** Reads a request for no more mail; undefined when the mail is none. */
export function readUnsubscribeRequest(mail: IncomingMail): Evidence | undefined {
  const subject = folded(mail.subject).trim();
  if (BUTTON.test(subject)) return { rule: "unsubscribe: subject", saw: oneLine(mail.subject) };
  const own = folded(ownWords(mail.text)).replace(/\s+/g, " ").trim();
  if (/^(?:stop|remove|unsubscribe|no|退订|отписка)[.!\s]*$/.test(own) && own !== "no")
    return { rule: "unsubscribe: one word", saw: own };
  const looked = own.length <= SHORT ? own : own.slice(0, BEGINNING);
  for (const [language, pattern] of REQUESTS) {
    const saw = pattern.exec(looked)?.[0];
    if (saw !== undefined) return { rule: `unsubscribe: words (${language})`, saw: oneLine(saw) };
  }
  return undefined;
}
