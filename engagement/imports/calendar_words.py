"""Names of months and weekdays as exports write them, in five languages, after the Unicode CLDR (Gregorian calendar).

No name means different months in two of these languages, so that a date needs no language beside it.
"""

import unicodedata

# January first: names in full, then the short ones.
MONTHS = {
    "en": (
        "january february march april may june july august september october november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    ),
    "de": (
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jan feb mär apr mai jun jul aug sept okt nov dez",
    ),
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sept oct nov dic",
    ),
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
    ),
    "pt": (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
    ),
}
WEEKDAYS = {
    "en": "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag mo di mi do fr sa so",
    "es": "lunes martes miércoles jueves viernes sábado domingo lun mar mié jue vie sáb dom",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo seg ter qua qui sex sáb dom",
}
# What stands between the parts of a date: 14 de julio de 2026, 14. Juli um 18:30, July 14 at 6:30 PM.
BETWEEN = frozenset({"de", "del", "um", "at", "a", "as", "las"})


def folded(word: str) -> str:
    """A word without case and accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


MONTH_OF = {
    folded(word): number
    for lists in MONTHS.values()
    for words in lists
    for number, word in enumerate(words.split(), start=1)
}
WEEKDAY_NAMES = frozenset(folded(word) for words in WEEKDAYS.values() for word in words.split())
