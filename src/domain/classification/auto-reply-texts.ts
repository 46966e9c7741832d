import type { AutoReplyKind } from "./classification.js";

/** What auto-replies say, by kind. Patterns see lower-cased text with accents folded off. */
export interface AutoReplyRule {
  kind: AutoReplyKind;
  language: string;
  pattern: RegExp;
}

/** Subjects that nobody but a program writes. */
export const AUTO_SUBJECT =
  /^\W{0,3}(?:(?:re|aw|sv|rv|tr|antw|odp|fw|fwd|ynt): ?)?(?:auto(?:matic)?[- :]{0,2}(?:reply|response|answer|respond)|auto:|autoreply|out of (?:the )?office|ooo\b|ooto\b|vacation|away from (?:my|the)|on (?:leave|holiday|vacation)|reponse automatique|absence (?:du|de|prolongee)|message d'absence|automatische antwort|abwesenheit|automatisch antwoord|afwezig|respuesta automatica|respuesta auto|fuera de (?:la )?oficina|ausencia|resposta automatica|ausente|fora do escritorio|risposta automatica|fuori (?:sede|ufficio)|автоматическ|автоответ|自动(?:回复|答复|回覆)|自動(?:回复|回覆|返信|応答)|不在|رد تلقايي|الرد التلقايي|خارج المكتب|ticket (?:received|created|#)|\[(?:ticket|case|request|sr)[ #:-])/;

/** Words of the kinds, in this order: who has left is not away, whoever gives a number is a machine. */
export const AUTO_TEXTS: readonly AutoReplyRule[] = [
  {
    kind: "left_company",
    language: "en",
    pattern:
      /(?:no longer|not) (?:work(?:s|ing)?|(?:be )?employed|with) (?:at|for|with|by|in|here|the |our )|(?:has|have) left (?:the |our |us\b)?(?:company|organi[sz]ation|firm|business|institute|agency)?|no longer (?:with|part of|a member of|an employee)|(?:last|final) (?:working )?day (?:at|with|was)|i have (?:left|retired|moved on)|has retired|has moved on from/,
  },
  {
    kind: "left_company",
    language: "fr",
    pattern:
      /(?:ne fai[ts]|ne travaille|n'exerce|ne suis|n'est) (?:plus|pas) (?:partie|chez|dans|pour|employe|au sein|en poste)|a quitte (?:la|l'|notre|le|ses)|j'ai quitte/,
  },
  {
    kind: "left_company",
    language: "de",
    pattern:
      /(?:nicht mehr|nicht langer) (?:bei|fur|im|in (?:unserem|diesem))[^.]{0,60}(?:tatig|beschaftigt|angestellt)|(?:hat|habe) (?:das|unser|die) (?:unternehmen|haus|firma) verlassen|ausgeschieden/,
  },
  {
    kind: "left_company",
    language: "es",
    pattern:
      /ya no (?:trabaj\w+|labor\w+|forma parte|pertenece|esta en)|ha dejado (?:la|de trabajar)|dejo de (?:trabajar|laborar|formar)/,
  },
  {
    kind: "left_company",
    language: "pt",
    pattern:
      /(?:nao|ja nao) (?:trabalh\w+|faz|faco|integra|pertence) mais|ja nao (?:trabalh|faz|integra)|deixou (?:a|de trabalhar)|desligad[oa] da/,
  },
  {
    kind: "left_company",
    language: "ru",
    pattern: /(?:больше|уже) не работа|уволил|покинул\w* (?:компани|организаци)|не является сотрудник/,
  },
  {
    kind: "left_company",
    language: "zh",
    pattern: /已(?:经)?离职|已(?:经)?离开(?:公司|本公司)|不再(?:在|任职|就职|担任)/,
  },
  {
    kind: "left_company",
    language: "ar",
    pattern: /لم (?:ا|أ)?عد (?:ا|أ)?عمل|لم يعد يعمل|لم تعد تعمل|غادر الشركة|تركت العمل|ترك العمل/,
  },
  { kind: "left_company", language: "ja", pattern: /退職|退社いたしました/ },
  {
    kind: "left_company",
    language: "it",
    pattern: /non (?:lavora|lavoro|fa|faccio) piu|ha lasciato (?:l'|la )/,
  },
  { kind: "left_company", language: "nl", pattern: /niet (?:meer|langer) werkzaam|werkt niet meer/ },

  {
    kind: "out_of_office",
    language: "en",
    pattern:
      /out of (?:the )?office|(?:on|taking) (?:annual |maternity |paternity |parental |sick |medical |extended )?(?:leave|vacation|holiday|pto)|away from (?:the office|my desk|my e-?mail|work)|(?:i am|i'm|i will be|currently) (?:away|travel|unavailable|on (?:leave|vacation|holiday|a business|business)|out\b|absent)|limited (?:access|availab)|traveling|travelling|(?:will|shall) (?:be back|return|respond (?:up)?on)|back in the office/,
  },
  {
    kind: "out_of_office",
    language: "fr",
    pattern:
      /(?:absent|absente|conges?|en vacances|hors du bureau|en deplacement|de retour|arret maladie|conge (?:maternite|parental))\b/,
  },
  {
    kind: "out_of_office",
    language: "de",
    pattern:
      /(?:nicht im (?:buro|hause?)|abwesen|im urlaub|urlaubs|ausser haus|auf (?:dienst|geschafts)reise|wieder (?:im|erreichbar|da)|in elternzeit)/,
  },
  {
    kind: "out_of_office",
    language: "es",
    pattern:
      /(?:fuera de (?:la|mi) oficina|de vacaciones|ausente|de viaje|de baja|fuera del despacho|licencia)/,
  },
  {
    kind: "out_of_office",
    language: "pt",
    pattern: /(?:fora do escritorio|de ferias|ausente|em viagem|de licenca|fora da empresa|fora do pais)/,
  },
  {
    kind: "out_of_office",
    language: "ru",
    pattern:
      /(?:в отпуске|отсутству|нахожусь вне офиса|вне офиса|в командировке|на больничном|не в офисе|вернусь)/,
  },
  {
    kind: "out_of_office",
    language: "zh",
    pattern: /(?:休假|外出|出差|不在(?:办公室|公司)|度假|放假|年假|请假|暂时无法)/,
  },
  {
    kind: "out_of_office",
    language: "ar",
    pattern:
      /(?:خارج المكتب|في (?:ا|إ)جازة|(?:ا|إ)جازة|غير متواجد|غير متاح|لست متواجد|في رحلة عمل|خارج البلاد)/,
  },
  { kind: "out_of_office", language: "ja", pattern: /(?:不在|休暇|休業|出張|お休み|夏季休)/ },
  {
    kind: "out_of_office",
    language: "it",
    pattern: /(?:fuori (?:sede|ufficio)|in ferie|assente|in vacanza)/,
  },
  {
    kind: "out_of_office",
    language: "nl",
    pattern: /(?:afwezig|met (?:vakantie|verlof)|niet aanwezig|op vakantie)/,
  },

  {
    kind: "ticket",
    language: "any",
    pattern:
      /(?:ticket|case|request|reference|incident|inquiry|enquiry|dossier|vorgang|fall|solicitud|chamado|заявк\w{0,3}|обращени\w{0,3}|工单|案例|تذكرة)\s?(?:number|no\.?|id|nr\.?|numero|n[°º]|номер|编号|号|رقم)?\s?(?:is|:|#|№|：)?\s?[#[(]{0,2}[a-z]{0,6}-?\d{3,}|ticket (?:has been |was )?(?:created|opened|received|registered)/,
  },

  {
    kind: "acknowledgement",
    language: "en",
    pattern:
      /(?:thank you|thanks) for (?:your|contacting|getting in touch|writing|reaching)|(?:have|has been|we) received your|(?:message|e-?mail|enquiry|inquiry|request) (?:has been|was) received|will (?:get back|respond|reply|be in touch|answer)|receipt of your/,
  },
  {
    kind: "acknowledgement",
    language: "fr",
    pattern:
      /(?:avons bien recu|bien recu votre|accusons reception|accuse de reception|nous vous remercions|merci (?:de|pour) votre)/,
  },
  {
    kind: "acknowledgement",
    language: "de",
    pattern: /(?:vielen dank fur ihre|haben ihre (?:nachricht|e-?mail|anfrage) erhalten|eingangsbestatigung)/,
  },
  {
    kind: "acknowledgement",
    language: "es",
    pattern: /(?:hemos recibido su|gracias por (?:su|contactar|escribir)|acuse de recibo)/,
  },
  {
    kind: "acknowledgement",
    language: "pt",
    pattern:
      /(?:recebemos (?:o seu|a sua|sua|seu)|obrigad[oa] (?:por|pelo|pela)|agradecemos (?:o seu|a sua|o contato|seu))/,
  },
  {
    kind: "acknowledgement",
    language: "ru",
    pattern:
      /(?:получили ваше|ваше (?:письмо|сообщение|обращение) (?:получено|принято)|спасибо за (?:ваше|обращение|письмо)|благодарим)/,
  },
  {
    kind: "acknowledgement",
    language: "zh",
    pattern: /(?:已收到您的|收到您的(?:邮件|来信)|感谢您的(?:来信|邮件|联系))/,
  },
  {
    kind: "acknowledgement",
    language: "ar",
    pattern: /(?:استلمنا رسالت|تم استلام|شكرا (?:ل|على) (?:تواصل|مراسلت|رسالت)|شكرا لتواصل)/,
  },
];

/** A machine wants a person to prove that the mail is meant (challenge and response). */
export const CHALLENGE =
  /(?:confirm|verify|prove|authenticate|validate) (?:that )?(?:you|your (?:message|e-?mail|address|identity|humanity)|this message)[^.]{0,80}(?:click|link|reply|human|visit|deliver|approved|whitelist|sender)|(?:click|follow|visit)[^.]{0,60}(?:to (?:deliver|release|have your (?:message|e-?mail) delivered)|in order to (?:deliver|reach|be added))|sender (?:verification|confirmation) (?:required|request)|held (?:until|pending)[^.]{0,60}(?:verif|confirm|approv)|waiting for (?:verification|your confirmation)|spam ?arrest|boxbe|tmda|whitelist (?:request|me)|mailblocks|protected by (?:spamarrest|cleanmail|qurb|knowspam)|подтвердите[^.]{0,40}(?:письмо|отправ)|bestatigen sie[^.]{0,60}(?:absender|e-?mail)|confirme[rz]?[^.]{0,40}(?:expediteur|envoi|mensaje|remetente)/;
