/** The demonstration letter and its first mail in Portuguese (Brazilian spelling): the five clauses of the English text. */
export const letterTextPt = {
  title: "Mantenham a órbita utilizável. Fim aos testes antissatélite destrutivos.",
  addressee: "chefes de governo de todos os Estados que lançam, operam ou utilizam veículos espaciais",
  summary:
    "Cada teste destrutivo deixa milhares de fragmentos em órbitas que todos usam. A carta pede a cada governo que renuncie a eles, em público e para sempre. Ela não toma partido entre Estados.",
  body_md: `Construímos, lançamos, seguramos e operamos satélites, ou o nosso trabalho depende de quem o faz. Escrevemos sobre uma prática que põe tudo isso em risco: a destruição de um satélite para testar uma arma.

1. Um satélite despedaçado não desaparece. Torna-se uma nuvem de fragmentos muito mais rápidos que uma bala, a maioria pequena demais para ser rastreada. Alguns se queimam em semanas. Outros ficam por décadas, e ninguém consegue recolhê-los.
2. Os fragmentos não se limitam à órbita, nem à disputa, de que vieram. Cruzam o caminho de satélites meteorológicos, sinais de navegação, conexões de banda larga, levantamentos de safras e estações tripuladas. Cada operador precisa desviar deles, cada seguradora precisa calcular o seu preço, e quem chegou por último à órbita paga mais.
3. Pedimos, portanto, a cada governo que se comprometa, em público e sem limite de tempo, a não realizar testes destrutivos de armas antissatélite de nenhum tipo, lançadas do solo, do ar ou da órbita.
4. Pedimos aos governos que transformem esses compromissos em um acordo vinculante, aberto a todos os Estados, e que acordem como se verá que ele é cumprido.
5. De nossa parte, partilharemos o que sabemos de fragmentos que põem outros em perigo, planejaremos nossas missões de modo que não deixem nenhum, e mencionaremos este risco em nossos próprios relatórios.

Não tomamos partido entre Estados. Pedimos o mesmo a cada um deles.`,
};

export const demoMailPt = {
  subject: "Um convite para {{organisation.name}}",
  body: `À atenção de {{contact.name}},

convidamos organizações que trabalham em órbita, ou que dependem dela, a assinar uma carta breve: “{{letter.title}}” Ela é dirigida a {{letter.addressee}}.

A carta não toma partido entre Estados. Pede a todos que renunciem a uma prática que põe em risco cada satélite.

Este link é só para {{organisation.name}}. Ali é possível ler a carta, assinar, assinar depois que outras assinarem, ou nos dizer em um minuto por que não:

{{invitation.link}}

Atenciosamente,
{{sender.name}}`,
};
