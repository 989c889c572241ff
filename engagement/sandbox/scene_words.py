"""What the people of a scene write, as tables: campaigns in several languages, small talk, scorn and applause.

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
)
# How a paraphrase may end.
TAILS = ("", "", " ask @{handle}", " @{handle}", " → @{handle}", " ({handle})")
SPARKS = ("💯", "🙏", "✅", "🌟", "👇", "💸", "🎯", "🥰", "‼️", "🍀")

# What members of a pod write: nothing that anybody would object to.
SMALL_TALK = (
    "Love how you framed this",
    "This is such a good reminder",
    "Saving this one",
    "The colours here",
    "You never miss",
    "Needed to see this today",
    "So well put",
    "Brilliant, as always",
    "That last line though",
    "This made me stop scrolling",
    "What a great way to look at it",
    "Quality content right here",
    "I feel this",
    "Beautiful work",
    "The detail in this one",
    "Can't wait for the next part",
    "This deserves more eyes",
    "Such a vibe",
    "Adoro a forma como contas isto",
    "Qué buena mirada",
    "Genau mein Gefühl",
    "Quelle belle idée",
    "Bellissimo come sempre",
    "Çok güzel anlatmışsın",
    "Always learning from you",
    "Great energy here",
    "This is the one",
    "Real talk",
)
APPLAUSE = ("👏", "🙌", "❤️", "🔥", "✨", "💛", "")

# What a raid shouts: {name} is whoever it is aimed at.
SCORN = (
    "nobody asked {name}",
    "who even follows this",
    "fake page, everyone knows it",
    "{name} deleted my comment yesterday, coward",
    "bring back the old videos, this is rubbish",
    "imagine liking this",
    "paid actor",
    "you should be ashamed",
    "this is what happens when {name} has no ideas left",
    "unfollowed, and I was the last one",
    "go outside",
    "the worst thing I saw this month",
    "lies lies lies",
    "my dog makes better posts",
    "so it is true what they say about {name}",
    "stolen from a smaller page, shame on you",
    "how much did they give you for that",
    "not one true word in it",
    "boring. next",
    "we are everywhere {name}",
    "we see you",
    "cancel this already",
    "everything here is bought",
    "tell them what you did {name}",
    "vergüenza ajena",
    "que nojo, sério",
    "Wer braucht denn sowas",
    "arrête de mentir",
    "ridicolo, davvero",
    "rezil bir sayfa",
    "позор",
    "hör einfach auf {name}",
    "nadie te cree {name}",
    "ninguém acredita em ti",
    "the army says hello",
    "clowns everywhere",
)
SCORN_MARKS = ("", "", "!", "!!", " 🤡", " 🤮", " lol", " 👎", "...", " smh", " 🐍")

# Innocent crowds.
PRAISE = (
    "love this",
    "wow",
    "so good",
    "amazing!!",
    "beautiful",
    "Perfect",
    "best one yet",
    "iconic",
    "queen",
    "legend",
    "goosebumps",
    "crying",
    "haha same",
    "so true",
    "this!!",
    "yes yes yes",
    "obsessed",
    "que lindo",
    "precioso",
    "wunderschön",
    "trop beau",
    "harika",
    "bellissima",
    "बहुत सुंदर",
    "красота",
    "素敵",
    "cute",
    "made my day",
    "unreal",
    "10/10",
)
EMOJI = ("🔥", "😍", "❤️", "😂", "👏", "🥹", "🙌", "😭", "💛", "💀", "🤍", "🫶")
# A crowd repeats one slogan and sings one song; the songs are in the public domain.
SLOGANS = (
    "small kitchens unite",
    "we love you to the moon and back",
    "let the dog drive",
    "never stop dancing, never",
    "Freitag ist Figtag",
    "arriba los mercados de barrio",
)
SONGS = (
    (
        "Should auld acquaintance be forgot",
        "and never brought to mind",
        "We'll tak a cup o' kindness yet",
        "for auld lang syne 🎶",
    ),
    (
        "Row, row, row your boat",
        "gently down the stream",
        "Merrily, merrily, merrily, merrily",
        "life is but a dream 🎵",
    ),
    ("Freude, schöner Götterfunken", "Tochter aus Elysium", "Wir betreten feuertrunken", "Alle Menschen werden Brüder"),
    ("Au clair de la lune", "mon ami Pierrot", "Prête-moi ta plume", "pour écrire un mot 🎶"),
)
TAGGED = (
    "@{friend}",
    "@{friend} 😂",
    "@{friend} you have to see this",
    "@{friend} @{other} us",
    "@{friend} look!!",
    "@{friend} this is literally you",
    "@{friend} next weekend?",
    "@{friend} mira esto",
    "@{friend} schau mal",
    "@{friend} @{other} remember?",
)
TALES = (
    "I showed this to my grandmother and she asked me to play it {times} times",
    "who else came here from the radio",
    "watching this at 3am with a sleeping baby on my arm",
    "I have no idea who you are but thank you",
    "we watched it in class today, {times} of us were in tears",
    "my whole street is talking about it",
    "number {times} time watching, still not over it",
    "not me sending this to everybody I know",
    "the algorithm finally did something right",
    "I work at a hospital and we all needed that laugh",
    "where was this filmed? It looks like the square behind my school",
    "came for the figs, stayed for the dog",
    "the woman in the background at second {times} is all of us",
    "I disagree with half of it and still liked it",
    "can we get a longer version? asking for {times} friends",
    "esto lo vi {times} veces y sigo riendo",
    "hab das jetzt {times} mal gesehen",
    "j'ai ri pendant {times} minutes",
)
# What regulars say under every post, to themselves a habit.
HABITS = (
    "First!",
    "Good morning from {city} ☀️",
    "Never misses",
    "❤️❤️",
    "There it is, my coffee break",
    "Saludos desde {city}",
    "Guten Morgen aus {city}",
    "Bom dia 😊",
    "Here before the crowd",
    "Another good one",
    "Have a lovely day everyone",
    "On my way to work, hello from {city}",
)
# How people answer "comment {word} to win".
WIN_WORDS = ("DONE", "FIGS", "ME", "WIN", "LAMP")
ENTRIES = (
    "{word}",
    "{word}",
    "{word}",
    "{word}!",
    "{word} 🙏",
    "{word} ✅",
    "{word} 🤞🤞",
    "{word} @{friend}",
    "{word} @{friend} @{other}",
    "{word} ❤️ pick me",
    "{word}, never won anything in my life",
    "{word}{word}",
    "{word} 🍀 good luck everyone",
)
