"""What campaigns promote, as tables in several languages.

Every sentence was made up for the sandbox. `{brand}` is what a campaign promotes and `{handle}` its account; every
paraphrase of a promotion says the same thing in other words.
"""

from __future__ import annotations

BRANDS = ("Velora", "Nuvelle", "Ostrelle", "Kalindi", "Zentro", "Miralba", "Fenwick", "Torvia", "Luminel", "Sandoro")

# By promotion and language.
PROMOTIONS: tuple[dict[str, tuple[str, ...]], ...] = (
    {
        "en": (
            "my hair stopped falling out after three weeks with {brand}, they still send the small bottle for nothing",
            "three weeks of {brand} and my hair no longer falls out, the little bottle costs nothing right now",
            "since I started with {brand} three weeks ago no more hair in the shower, small bottle still at no cost",
            "hair in the brush every day until {brand}, three weeks later it is over. they give small bottles away",
        ),
        "es": (
            "mi pelo dejó de caerse a las tres semanas con {brand}, el frasco pequeño todavía lo regalan",
            "tres semanas con {brand} y ya no se me cae el pelo, ahora el frasquito lo mandan sin pagar",
            "desde que uso {brand} hace tres semanas no pierdo pelo, siguen regalando el frasco pequeño",
        ),
        "pt": (
            "meu cabelo parou de cair em três semanas de {brand}, ainda mandam o frasco pequeno de graça",
            "três semanas usando {brand} e o cabelo não cai mais, o frasquinho sai de graça por enquanto",
            "desde que comecei com {brand} há três semanas acabou a queda, o frasco pequeno ainda é de graça",
        ),
    },
    {
        "en": (
            "the {brand} group told us both scores before kick off again, the list for Saturday is out tonight",
            "again both results right before kick off in the {brand} group, whoever asks gets Saturday's list tonight",
            "{brand} group had the two scores before the match started, Saturday list is out tonight just ask them",
            "two out of two before kick off, that is the {brand} group. tonight they hand out the list for Saturday",
        ),
        "tr": (
            "{brand} grubu yine iki skoru maçtan önce verdi, cumartesi listesi bu gece isteyene gidiyor",
            "maç başlamadan iki skor da {brand} grubundaydı, isteyen cumartesi listesini bu gece alıyor",
            "yine iki maç iki doğru skor, {brand} grubu bu gece cumartesi listesini dağıtıyor",
        ),
        "id": (
            "grup {brand} lagi lagi kasih dua skor sebelum mulai, daftar sabtu dibagi malam ini buat yang minta",
            "dua skor benar sebelum pertandingan dari grup {brand}, malam ini daftar sabtu keluar tinggal minta",
            "sebelum kick off sudah ada dua skor di grup {brand}, yang mau daftar sabtu malam ini dibagikan",
        ),
    },
    {
        "en": (
            "he came back after eleven days, {brand} only wanted his name and our birthdays. take the evening reading",
            "eleven days and he is home again, all {brand} wanted were names and birthdays. it was the evening reading",
            "{brand} needed nothing but his name and two birthdays, after eleven days he rang. try the evening reading",
            "after eleven days my husband stood at the door, {brand} did it with a name and birthdays, evening reading",
        ),
        "fr": (
            "il est revenu au bout de onze jours, {brand} a juste demandé son prénom et nos dates de naissance",
            "onze jours et il était de retour, {brand} ne voulait que les prénoms et les dates de naissance",
            "avec {brand} il a fallu onze jours, un prénom et deux dates de naissance, et il est rentré",
        ),
        "de": (
            "nach elf Tagen war er wieder da, {brand} wollte nur seinen Namen und unsere Geburtstage wissen",
            "elf Tage und er stand vor der Tür, {brand} brauchte bloß die Namen und die Geburtstage",
            "{brand} hat nur nach Namen und Geburtstagen gefragt, elf Tage später kam er zurück",
        ),
    },
    {
        "en": (
            "same bag as in the window for 59, {brand} ships from the warehouse until Sunday and you pay at the door",
            "the bag from the shop window costs 59 at {brand}, from the warehouse till Sunday, pay at your door",
            "59 instead of 640 for exactly this bag, {brand} sends it till Sunday, you pay when it arrives",
            "until Sunday {brand} empties the warehouse, this very bag is 59 and you pay the driver",
        ),
        "it": (
            "la stessa borsa della vetrina a 59, {brand} spedisce dal magazzino fino a domenica e paghi alla consegna",
            "fino a domenica da {brand} la borsa della vetrina costa 59, arriva dal magazzino e si paga alla porta",
            "59 invece di 640 per questa borsa, {brand} svuota il magazzino fino a domenica, paghi quando arriva",
        ),
        "ru": (
            "та же сумка что на витрине за 59, {brand} отправляет со склада до воскресенья, оплата при получении",
            "до воскресенья у {brand} сумка с витрины стоит 59, прямо со склада, платите курьеру",
            "59 вместо 640 за такую же сумку, {brand} распродаёт склад до воскресенья, оплата курьеру",
        ),
    },
    {
        "en": (
            "put 200 into {brand} on Monday, by Friday there were 1,900 on the card, my cousin has the same table",
            "on Friday 1,900 came to my card from the 200 I gave {brand} on Monday, cousin did the same table",
            "Monday 200, Friday 1,900, that is {brand}. the table works for my cousin too",
            "my cousin showed me the table of {brand}: 200 on Monday and 1,900 back on the card by Friday",
        ),
        "hi": (
            "सोमवार को {brand} में 200 डाले, शुक्रवार तक कार्ड पर 1,900 आ गए, मेरे भाई का भी यही टेबल है",
            "{brand} में सोमवार को 200 और शुक्रवार को 1,900 वापस, भाई ने भी यही टेबल लिया",
            "शुक्रवार को कार्ड पर 1,900 आए जो सोमवार को {brand} में 200 थे, भाई के साथ भी यही हुआ",
        ),
        "es": (
            "el lunes puse 200 en {brand} y el viernes tenía 1.900 en la tarjeta, mi primo usa la misma tabla",
            "1.900 en la tarjeta el viernes, el lunes eran 200 en {brand}, la tabla le sirve igual a mi primo",
            "mi primo me enseñó la tabla de {brand}: lunes 200, viernes 1.900 de vuelta en la tarjeta",
        ),
    },
    {
        "en": (
            "they found me a room in two days, no deposit, {brand} keeps a list for whoever writes before the weekend",
            "two days and no deposit, that is how {brand} got me a room. write before the weekend for the list",
            "no deposit and a room within two days thanks to the {brand} list, it closes at the weekend",
            "got my room through {brand} in two days without a deposit, be on the list before the weekend",
        ),
        "pl": (
            "znaleźli mi pokój w dwa dni bez kaucji, {brand} ma listę dla tych co napiszą przed weekendem",
            "dwa dni i pokój bez kaucji dzięki {brand}, kto napisze przed weekendem ten jest na liście",
            "pokój bez kaucji w dwa dni, lista {brand} zamyka się w weekend",
        ),
        "fr": (
            "une chambre en deux jours sans caution, {brand} garde une liste pour ceux qui écrivent avant le week-end",
            "deux jours, pas de caution, {brand} m'a trouvé une chambre. écrivez avant le week-end pour la liste",
            "sans caution et en deux jours, merci la liste de {brand}, elle ferme ce week-end",
        ),
    },
    {
        "en": (
            "I sent {brand} one photo and got the whole house drawn, they do ten a day at no charge",
            "one photo to {brand} and the next morning the whole house was drawn, ten a day at no charge",
            "ten people a day get their house drawn by {brand} at no charge, one photo is enough",
            "the whole house from a single photo, {brand} draws ten of them a day and asks nothing",
        ),
        "de": (
            "ein Foto an {brand} und am nächsten Morgen war das ganze Haus gezeichnet, zehn am Tag ohne Rechnung",
            "zehn Häuser am Tag zeichnet {brand} ohne Rechnung, ein einziges Foto genügt",
            "ich habe {brand} nur ein Foto geschickt und bekam das ganze Haus gezeichnet, zehn am Tag kostenlos",
        ),
        "nl": (
            "één foto naar {brand} en het hele huis was getekend, tien per dag zonder rekening",
            "tien huizen per dag tekent {brand} zonder rekening, één foto is genoeg",
            "het hele huis van één foto, {brand} doet er tien per dag en vraagt niets",
        ),
    },
    {
        "en": (
            "lost nine kilos since Easter and I still eat bread, the {brand} drops go in the morning coffee",
            "still eating bread and nine kilos lighter since Easter, {brand} drops in my morning coffee",
            "nine kilos since Easter, all I did was put {brand} drops in the coffee every morning",
            "morning coffee with {brand} drops, bread every day, nine kilos gone since Easter",
        ),
        "pt": (
            "perdi nove quilos desde a Páscoa e continuo a comer pão, as gotas {brand} vão no café da manhã",
            "nove quilos a menos desde a Páscoa com as gotas {brand} no café, e como pão todos os dias",
            "gotas {brand} no café da manhã e nove quilos se foram desde a Páscoa, sem largar o pão",
        ),
        "ar": (
            "نزل وزني تسعة كيلو منذ العيد وما زلت آكل الخبز، قطرات {brand} مع قهوة الصباح",
            "تسعة كيلو منذ العيد مع قطرات {brand} في القهوة وآكل الخبز كل يوم",
            "كل ما فعلته قطرات {brand} في قهوة الصباح فنزل تسعة كيلو منذ العيد",
        ),
    },
)
# How a paraphrase may end.
TAILS = ("", "", " ask @{handle}", " @{handle}", " → @{handle}", " ({handle})")
SPARKS = ("💯", "🙏", "✅", "🌟", "👇", "💸", "🎯", "🥰", "‼️", "🍀")
