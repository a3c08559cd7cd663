"""Own sentences, as buyers and sellers write them: labelled by how they are put together, or in languages not scored."""

from itertools import product

import numpy as np

ABOUT = {
    "en": (
        "the demo",
        "the rollout",
        "your support team",
        "the invoice",
        "the new dashboard",
        "onboarding",
        "the price",
        "our contact",
    ),
    "ro": (
        "demonstrația",
        "implementarea",
        "echipa de suport",
        "factura",
        "noul panou",
        "instruirea",
        "prețul",
        "persoana de contact",
    ),
}
POSITIVE = {
    "en": (
        "was great, thanks",
        "went smoothly and on time",
        "helped us at once",
        "is worth every cent",
        "made our week easier",
    ),
    "ro": (
        "a fost excelentă, mulțumim",
        "a mers bine și la timp",
        "ne-a ajutat imediat",
        "merită toți banii",
        "ne-a ușurat munca",
    ),
}
NEGATIVE = {
    "en": (
        "was a mess from the start",
        "is three weeks late again",
        "ignored our questions",
        "costs far too much",
        "broke twice",
    ),
    "ro": (
        "a fost un dezastru",
        "întârzie iar cu trei săptămâni",
        "ne-a ignorat întrebările",
        "costă mult prea mult",
        "s-a stricat",
    ),
}
FOREIGN = {
    "de": (
        "Das Produkt funktioniert nicht wie versprochen.",
        "Wir sind mit dem Service sehr zufrieden.",
        "Der Preis ist leider viel zu hoch für uns.",
        "Vielen Dank für die schnelle Lieferung!",
    ),
    "fr": (
        "Le produit ne fonctionne pas comme promis.",
        "Nous sommes très satisfaits du service.",
        "Le prix est malheureusement trop élevé pour nous.",
        "Aucune réponse depuis deux semaines.",
    ),
    "hu": (
        "A termék nem úgy működik, ahogy ígérték.",
        "Nagyon elégedettek vagyunk a szolgáltatással.",
        "Az ár sajnos túl magas nekünk.",
        "Köszönjük szépen a gyors szállítást!",
    ),
    "es": (
        "El producto no funciona como prometieron.",
        "Estamos muy satisfechos con el servicio.",
        "El precio es por desgracia demasiado alto para nosotros.",
        "Sin respuesta desde hace dos semanas.",
    ),
    "zh": ("这个产品不像承诺的那样好用。", "我们对服务非常满意。"),
    "bg": ("Продуктът не работи, както беше обещано.", "Много сме доволни от обслужването."),
}
SHORT = {
    "en": (
        "Too expensive.",
        "Great!",
        "Signed today",
        "Budget cut, decision moved to Q2.",
        "No reply in two weeks.",
        "Legal blocks MSA",
        "ok",
    ),
    "ro": (
        "Prea scump.",
        "Foarte bun",
        "Am semnat!",
        "Buget tăiat, decizia amânată pe T2.",
        "Niciun răspuns de două săptămâni.",
        "Nu merge integrarea cu SAP.",
    ),
}


def labelled(*languages: str, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """80 texts per language in an order of chance, and 1 or 0 for each."""
    rows = [
        (f"{about} {says}.", side)
        for language in languages
        for side, ends in ((1, POSITIVE[language]), (0, NEGATIVE[language]))
        for about, says in product(ABOUT[language], ends)
    ]
    order = np.random.default_rng(seed).permutation(len(rows))
    return [rows[place][0] for place in order], np.array([rows[place][1] for place in order])
