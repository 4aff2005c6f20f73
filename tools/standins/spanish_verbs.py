"""Spanish verb forms, regular and of the everyday irregular verbs in `parallel.toml`."""

from __future__ import annotations

PERSONS = ("1s", "2s", "3s", "1p", "3p")
Forms = dict[str, str]
HABER = dict(zip(PERSONS, ["he", "has", "ha", "hemos", "han"], strict=True))
ESTAR = dict(zip(PERSONS, ["estoy", "estás", "está", "estamos", "están"], strict=True))
SER = dict(zip(PERSONS, ["soy", "eres", "es", "somos", "son"], strict=True))
IR = dict(zip(PERSONS, ["voy", "vas", "va", "vamos", "van"], strict=True))
PODER = dict(zip(PERSONS, ["puedo", "puedes", "puede", "podemos", "pueden"], strict=True))
_ENDINGS = {
    ("present", "a"): "o as a amos an",
    ("present", "e"): "o es e emos en",
    ("present", "i"): "o es e imos en",
    ("past", "a"): "é aste ó amos aron",
    ("past", "e"): "í iste ió imos ieron",
    ("past", "i"): "í iste ió imos ieron",
}
_FUTURE = "é ás á emos án"
_SPELLING = {"c": "qu", "g": "gu", "z": "c"}  # before é
# Whole rows of forms, in the order of PERSONS.
_IRREGULAR = {
    ("ver", "present"): "veo ves ve vemos ven",
    ("ver", "past"): "vi viste vio vimos vieron",
    ("tener", "present"): "tengo tienes tiene tenemos tienen",
    ("tener", "past"): "tuve tuviste tuvo tuvimos tuvieron",
    ("tener", "future"): "tendré tendrás tendrá tendremos tendrán",
    ("traer", "present"): "traigo traes trae traemos traen",
    ("traer", "past"): "traje trajiste trajo trajimos trajeron",
    ("oír", "present"): "oigo oyes oye oímos oyen",
    ("oír", "past"): "oí oíste oyó oímos oyeron",
    ("oír", "future"): "oiré oirás oirá oiremos oirán",
    ("leer", "past"): "leí leíste leyó leímos leyeron",
    ("querer", "past"): "quise quisiste quiso quisimos quisieron",
    ("querer", "future"): "querré querrás querrá querremos querrán",
    ("conocer", "present"): "conozco conoces conoce conocemos conocen",
    ("dormir", "past"): "dormí dormiste durmió dormimos durmieron",
}
# The vowel of the stem that changes where it is stressed in the present.
_STEMS = {"cerrar": "cierr", "querer": "quier", "perder": "pierd", "entender": "entiend", "dormir": "duerm"}
_STEMS |= {"encontrar": "encuentr", "jugar": "jueg"}
_PARTICIPLES = {"ver": "visto", "abrir": "abierto", "escribir": "escrito", "romper": "roto", "leer": "leído"}
_PARTICIPLES |= {"traer": "traído", "oír": "oído"}
_GERUNDS = {"leer": "leyendo", "traer": "trayendo", "oír": "oyendo", "dormir": "durmiendo"}


def finite(infinitive: str, tense: str) -> Forms:
    """The forms of a verb by person; `tense` is present, past (the preterite) or future."""
    if row := _IRREGULAR.get((infinitive, tense)):
        return dict(zip(PERSONS, row.split(), strict=True))
    if tense == "future":
        return {p: infinitive + ending for p, ending in zip(PERSONS, _FUTURE.split(), strict=True)}
    stem, vowel = infinitive[:-2], infinitive[-2]
    forms = {p: stem + ending for p, ending in zip(PERSONS, _ENDINGS[tense, vowel].split(), strict=True)}
    if tense == "present" and infinitive in _STEMS:
        forms |= {p: _STEMS[infinitive] + forms[p][len(stem) :] for p in ("1s", "2s", "3s", "3p")}
    if tense == "past" and vowel == "a" and stem[-1] in _SPELLING:
        forms["1s"] = stem[:-1] + _SPELLING[stem[-1]] + "é"
    return forms


def participle(infinitive: str) -> str:
    """*comido* of *comer*."""
    return _PARTICIPLES.get(infinitive, infinitive[:-2] + ("ado" if infinitive[-2] == "a" else "ido"))


def gerund(infinitive: str) -> str:
    """*comiendo* of *comer*."""
    return _GERUNDS.get(infinitive, infinitive[:-2] + ("ando" if infinitive[-2] == "a" else "iendo"))
