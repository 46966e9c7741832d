import { demoMailEs, letterTextEs } from "./texts/es.js";
import { demoMailPt, letterTextPt } from "./texts/pt.js";
import { demoMailRu, letterTextRu } from "./texts/ru.js";
import { demoMailZh, letterTextZh } from "./texts/zh.js";
import { demoMailAr, letterTextAr } from "./texts/ar.js";

/** The demonstration letter, in our own words; its sponsor is invented. */
export const DEMO_LETTER = {
  slug: "keep-orbit-usable",
  sponsor_name: "Low Orbit Stewardship Forum",
  sponsor_address: "14 Quay Street, Harbour Town HT1 4QS, Exampleland",
  sponsor_email: "letter@orbit-forum.example",
  funding_note:
    "The Forum is an invented association, made up for this demonstration; it pays for the letter itself, and no government has contributed.",
  default_language: "en",
};

export const DEMO_TEXTS = {
  ar: letterTextAr,
  en: {
    title: "Keep orbit usable. End destructive anti-satellite tests.",
    addressee: "the heads of government of every state that launches, operates or relies on spacecraft",
    summary:
      "Each destructive test leaves thousands of fragments in orbits that everyone uses. The letter asks every government to stop, in public and for good. It takes no side between states.",
    body_md: `We build, launch, insure and operate satellites, or our work depends on those who do. We write about one practice that puts all of it at risk: the destruction of a satellite in order to test a weapon.

1. A satellite that is blown apart is not gone. It becomes a cloud of fragments that move many times faster than a bullet, most of them too small to follow. Some burn up within weeks. Others stay for decades, and no one can collect them.
2. Fragments do not keep to the orbit, or to the quarrel, they came from. They cross the paths of weather satellites, navigation signals, broadband links, crop surveys and crewed stations. Every operator has to dodge them, every insurer has to price them, and those who came last to orbit pay most.
3. We therefore ask every government to commit, in public and without a time limit, not to carry out destructive tests of anti-satellite weapons of any kind, whether launched from the ground, from the air or from orbit.
4. We ask governments to turn these commitments into a binding agreement that is open to all states, and to agree on how it will be seen that it is kept.
5. For our part, we will share what we know of fragments that endanger others, plan our missions so that they leave none behind, and name this risk in our own reporting.

We take no side between states. We ask the same of each of them.`,
  },
  fr: {
    title: "Gardons l’orbite praticable. Mettons fin aux essais antisatellites destructeurs.",
    addressee:
      "aux chefs de gouvernement de tous les États qui lancent, exploitent ou utilisent des engins spatiaux",
    summary:
      "Chaque essai destructeur laisse des milliers de fragments sur des orbites que tout le monde emprunte. La lettre demande à chaque gouvernement d’y renoncer, publiquement et durablement. Elle ne prend parti pour aucun État.",
    body_md: `Nous construisons, lançons, assurons et exploitons des satellites, ou notre travail dépend de ceux qui le font. Nous écrivons au sujet d’une pratique qui met tout cela en danger : la destruction d’un satellite pour essayer une arme.

1. Un satellite que l’on fait éclater ne disparaît pas. Il devient un nuage de fragments bien plus rapides qu’une balle, trop petits pour la plupart pour être suivis. Certains se consument en quelques semaines. D’autres restent des décennies, et personne ne peut les ramasser.
2. Les fragments ne s’en tiennent ni à l’orbite ni à la querelle dont ils sont issus. Ils croisent la route des satellites météorologiques, des signaux de navigation, des liaisons à haut débit, du suivi des cultures et des stations habitées. Chaque exploitant doit les éviter, chaque assureur doit en calculer le prix, et les derniers arrivés en orbite paient le plus.
3. Nous demandons donc à chaque gouvernement de s’engager, publiquement et sans limite de durée, à ne procéder à aucun essai destructeur d’arme antisatellite, qu’elle soit tirée du sol, des airs ou de l’orbite.
4. Nous demandons aux gouvernements de faire de ces engagements un accord contraignant, ouvert à tous les États, et de convenir de la manière d’en vérifier le respect.
5. Pour notre part, nous partagerons ce que nous savons des fragments qui mettent autrui en danger, nous préparerons nos missions de façon à n’en laisser aucun, et nous nommerons ce risque dans nos propres rapports.

Nous ne prenons parti pour aucun État. Nous demandons la même chose à chacun.`,
  },
  es: letterTextEs,
  pt: letterTextPt,
  ru: letterTextRu,
  zh: letterTextZh,
};

/** The first mail of the demonstration, per language of the contact. */
export const DEMO_MAILS = {
  ar: demoMailAr,
  en: {
    subject: "An invitation for {{organisation.name}}",
    body: `Dear {{contact.name}},

we are asking organisations that work in orbit, or rely on it, to sign one short letter: “{{letter.title}}” It is addressed to {{letter.addressee}}.

It takes no side between states. It asks all of them to stop one practice that puts every satellite at risk.

This link is for {{organisation.name}} alone. You can read the letter there, sign it, sign once others have, or tell us in a minute why not:

{{invitation.link}}

Kind regards,
{{sender.name}}`,
  },
  fr: {
    subject: "Une invitation pour {{organisation.name}}",
    body: `Bonjour {{contact.name}},

nous proposons aux organisations qui travaillent en orbite, ou qui en dépendent, de signer une courte lettre : « {{letter.title}} » Elle s’adresse {{letter.addressee}}.

Elle ne prend parti pour aucun État. Elle demande à tous de renoncer à une pratique qui met chaque satellite en danger.

Ce lien est réservé à {{organisation.name}}. Vous pouvez y lire la lettre, la signer, la signer une fois que d’autres l’auront fait, ou nous dire en une minute pourquoi vous ne le souhaitez pas :

{{invitation.link}}

Cordialement,
{{sender.name}}`,
  },
  es: demoMailEs,
  pt: demoMailPt,
  ru: demoMailRu,
  zh: demoMailZh,
};
