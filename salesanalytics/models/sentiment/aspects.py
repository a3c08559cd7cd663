"""What a text speaks of: price, product, service, pay, … in English and Romanian.

In: texts. Out: one column of flags per aspect; a text has several, or none. An aspect is found by beginnings of words, which reach
over inflection in both languages, by whole words where a beginning would catch strangers, and by pairs of words. The lists are ours;
they name what B2B buyers and sales people write about, and what they miss is counted ("none"), never guessed.
"""

import re
from functools import cache

import numpy as np
import pandas as pd

from salesanalytics.base.types import Flags
from salesanalytics.models.sentiment.folding import Rows, fold_all

BUYER = ("price", "product", "service", "delivery", "contact", "contract")
EMPLOYEE = ("manager", "pay", "targets", "tools", "training", "workload", "colleagues")
_LISTS = {  # "word*": a beginning; "word": the whole word; with a space: words in a row
    "price": """price* pricing pricey cost costs costly costing expens* cheap* afford* discount* rebate* fee fees surcharge* overpriced quote
        quotes quotation* invoice* billing budget* value* renewal rate* pret* cost* scump* ieftin* reducer* discount* ofert* tarif* tax* factur*
        buget* plat* bani banii""",
    "product": """product* system* software device* unit units feature* function* quality* app apps platform* tool* interface* screen* crash* bug
        bugs buggy reliab* broke breaks broken fault* defect* upgrade* update* version* integrat* report* dashboard* performance* stable* install*
        equipment* machine* hardware api produs* sistem* echipament* aparat* dispozitiv* functi* calitat* aplicati* platform* interfat* ecran*
        blocat* blocaj* eroare erori eror* defec* stric* versiun* integrar* rapoart* raport* performant* actualiz* masin* utilaj*""",
    "service": """service* support* helpdesk hotline* ticket* respond* response* technician* engineer* repair* maint* warranty* complaint*
        resolved solve* helpful aftersales after-sales asistent* suport* servic* interventi* tehnicia* tichet* sesiz* reclam* garanti* mentenant*
        rezolv* repar* linia dispecerat* call-center""",
    "delivery": """deliver* ship* arriv* shipment* courier* parcel* pallet* box boxes late delay* lead-time schedule* implement* rollout roll-out
        onboarding go-live migrat* deploy* install* livr* sosit* ajuns* colet* transport* curier* paleti intarzi* intarz* termen* implement*
        migrar* instal* punere* montaj*""",
    "contact": """salesperson* sales-rep* rep reps consultant* account-manager* seller* salesman saleswoman representative* advisor* advice* pushy
        pressure* promis* listened understood agent agentul agenta agentii agentului consultant* reprezentant* vanzator* vanzatoare* consilier* sfat*
        sfatur* promis* presat* presiun* asculta*""",
    "contract": """contract* terms clause* legal* sla liab* gdpr security* complian* audit* signature* sign signed procurement* tender* contract*
        clauz* juridic* semn* securitat* conformit* licitat* achiziti* penalit*""",
    "manager": """manager* boss bosses leader* leadership director* supervis* management* praise* feedback recognition* micromanag* sef sefa sefi
        seful sefului sefei manager* director* conducer* superior* laud* apreci* feedback-ul""",
    "pay": """pay paid salar* wage* commission* bonus* compensation* earn* payout* payslip* raise incentive* plata platit* platita salari* comision*
        bonus* castig* leafa prim* marire* venit*""",
    "targets": """target* quota* goal* kpi* territor* forecast* tinta tinte tintele obiectiv* norma norme teritori* prognoz*""",
    "tools": """crm software laptop* tool* system* phone* app apps computer* license* spreadsheet* dialer it crm-ul laptop* unelt* instrument* sistem*
        aplicati* telefon* calculator* program programul licent* tabel*""",
    "training": """train* course* coach* workshop* onboarding learn* mentor* role-play* roleplay* skill* curs cursul cursuri* instrui* coaching*
        training* invat* mentor* indrum* integrar* exerciti*""",
    "workload": """workload* overtime hours weekend* stress* burn* burnout tired exhaust* overwhelm* admin paperwork balance* vacation* holiday*
        understaff* travel* volum* ore orele suplimentar* weekend* stres* obos* epuiz* coplesi* hartog* concedi* echilibr* deplasar* drumuri*""",
    "colleagues": """team* colleague* coworker* culture* atmosphere* office* hr politics gossip support* echip* coleg* colectiv* atmosfer* birou*
        cultur* barf*""",
}
WORD = re.compile(r"[a-z0-9]+(?:[-'][a-z0-9]+)*")


def aspects(texts: Rows, kind: str) -> pd.DataFrame:
    """One row per text and a column of flags per aspect of `kind` (buyer, employee)."""
    names = EMPLOYEE if kind == "employee" else BUYER
    said = [frozenset(WORD.findall(text)) for text in fold_all(texts).texts]
    words = sorted(frozenset().union(*said)) if said else []
    of = {name: frozenset(word for word in words if _finder(name).fullmatch(word)) for name in names}
    found: dict[str, Flags] = {name: np.array([not known.isdisjoint(one) for one in said], dtype=bool) for name, known in of.items()}
    return pd.DataFrame(found, columns=list(names))


@cache
def _finder(name: str) -> re.Pattern[str]:
    """What matches a word of the aspect."""
    words = _LISTS[name].split()
    return re.compile("|".join(re.escape(word[:-1]) + r"[a-z0-9'-]*" if word.endswith("*") else re.escape(word) for word in sorted(set(words))))
