/** The demonstration letter and its first mail in Spanish: the five clauses of the English text, in our own words. */
export const letterTextEs = {
  title: "Mantengamos la órbita utilizable. Pongamos fin a los ensayos antisatélite destructivos.",
  addressee:
    "las jefas y los jefes de gobierno de todos los Estados que lanzan, operan o usan objetos espaciales",
  summary:
    "Cada ensayo destructivo deja miles de fragmentos en órbitas que usan todos. La carta pide a cada gobierno que renuncie a ellos, en público y para siempre. No toma partido por ningún Estado.",
  body_md: `Construimos, lanzamos, aseguramos y operamos satélites, o nuestro trabajo depende de quienes lo hacen. Escribimos sobre una práctica que pone todo ello en peligro: la destrucción de un satélite para ensayar un arma.

1. Un satélite que se hace estallar no desaparece. Se convierte en una nube de fragmentos muchas veces más rápidos que una bala, la mayoría demasiado pequeños para seguirlos. Algunos se queman en unas semanas. Otros quedan durante decenios, y nadie puede recogerlos.
2. Los fragmentos no se quedan en la órbita ni en la disputa de las que salieron. Cruzan el camino de satélites meteorológicos, señales de navegación, enlaces de banda ancha, vigilancia de cultivos y estaciones tripuladas. Cada operador tiene que esquivarlos, cada aseguradora tiene que ponerles precio, y quienes llegaron los últimos a la órbita son quienes más pagan.
3. Por eso pedimos a cada gobierno que se comprometa, en público y sin límite de tiempo, a no llevar a cabo ensayos destructivos de armas antisatélite de ningún tipo, se lancen desde tierra, desde el aire o desde la órbita.
4. Pedimos a los gobiernos que conviertan esos compromisos en un acuerdo vinculante, abierto a todos los Estados, y que convengan en cómo se verá que se cumple.
5. Por nuestra parte, compartiremos lo que sepamos de fragmentos que pongan en peligro a otros, planificaremos nuestras misiones para no dejar ninguno y nombraremos este riesgo en nuestros propios informes.

No tomamos partido por ningún Estado. Pedimos lo mismo a cada uno de ellos.`,
};

export const demoMailEs = {
  subject: "Una invitación para {{organisation.name}}",
  body: `Buenos días, {{contact.name}}:

pedimos a organizaciones que trabajan en la órbita, o que dependen de ella, que firmen una carta breve: «{{letter.title}}». Se dirige a {{letter.addressee}}.

No toma partido por ningún Estado. Pide a todos que pongan fin a una práctica que pone en peligro a cada satélite.

Este enlace es solo para {{organisation.name}}. Allí puede leer la carta, firmarla, firmarla cuando otras lo hayan hecho o decirnos en un minuto por qué no:

{{invitation.link}}

Un cordial saludo,
{{sender.name}}`,
};
