"""Forms of words by which a number is linked with what it is of; each is read at a place of a sentence in the writing of `plain.plain`."""

from __future__ import annotations

import re

from allnlp.text.expressions import expression
from allnlp.text.numbers import NUMBER

_PEOPLE = r"(?:patients?|pts\.?|subjects?|participants?|children|adults?|individuals?|women|men|infants?|cases?|persons?|recipients?|those|them|people|responders|survivors|females|males|cohort)"
_VERBS = (
    r"(?:had|have|has|having|got|persist\w*|achiev\w+|attain\w+|obtain\w+|reach(?:ed|ing)|experienc\w+|develop\w+|suffer\w+|show(?:ed|ing)|acquir\w+|gained|died|relapsed?|relapsing|progressed|responded|remain\w*|were|was|are|is|discontinu(?:ed|ing)|withdrawing|stopping|exhibited|demonstrated"
    r"|reported|report|needed|stopped|dropped|switched|completed|started|began|switched|maintained|became|entered|went\sinto|proceed\w*|underwent|received|required|requiring|presented|recovered|resolved|survived?|alive|converted|failed|met|withdrew|stopped|lost|sustained|displayed|did|recurred|being|be|in\s(?:CR|complete|remission|molecular|continuous|first|second)|of\swh(?:om|ich))"
)
#: the number is the subject of a verb: "26% of patients had", "9 of 34 patients treated with X developed", "two died"
SUBJECT = expression(
    rf"(?:[,;]\s[\d.]+\s?-\s?[\d.]+)?[)\]]?(?:\s[(\[][A-Za-z][^()\[\]]{{0,30}}[)\]])?(?:\s?(?:of|among|in)\s(?:the\s|all\s|these\s|our\s|those\s)?(?:\d+\s)?(?:[\w+/-]+\s){{0,4}}?{_PEOPLE}|\s(?:[\w+/-]+\s){{0,2}}?{_PEOPLE})?(?:\s?[(\[][^()\[\]]{{0,60}}[)\]])?"
    rf"(?:(?:,?\s(?:who|whom|that|which(?!\s(?:was|were|is)\b))|\s(?:with|in|on|from|after|receiving|treated|assess?able|evaluable|available|analy[sz]ed|enrolled|aged?|given|assigned|undergoing|infused|without|over|under|not))(?:\s(?!but\b|had\b|achiev|develop|experienc|belong|\d+(?:\.\d+)?\s?%|and\s(?:had|were|was|\d+\s(?!had\b|were\b|was\b)))(?:[\w+/.\u2265\u2264<>=-]|\(\d\)|\([A-Za-z-]{{2,8}}\))+,?){{1,12}}?)?,?"
    rf"\s(?:(?:also|subsequently|later|each|both|all|ultimately|eventually|overall|still|then|currently|additionally|further|\w+ly|respectively,?)\s){{0,2}}(?:who\s)?(?P<verb>{_VERBS})\b",
    re.IGNORECASE,
)
SOME = expression(
    rf"\b(?:most|majority|minority|half|third|quarter|some|few|several|many|all|proportion|remaining|others?|{_PEOPLE})(?:\sof\s(?:the\s|these\s)?{_PEOPLE})?\s?$",
    re.IGNORECASE,
)
#: "CRS occurred in 33 patients who had ...": the number is no subject
SEEN_IN = expression(
    r"\b(?:occurr\w+|seen|observed|reported|noted|present|developed|achieved|recorded|found|documented|experienced|obtained|reached|detected|confirmed|attained)\s(?:in|by|among|for)\s(?:\w+\s){0,2}$|\b(?:and|or|vs\.?|versus|than)\s(?:in|by|for)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
COMPARED = expression(
    r"(?<!\bor\s)\b(?:lower|higher|longer|shorter|better|worse|improved|inferior|superior|increased|reduced|fewer|greater|similar)\b", re.IGNORECASE
)
WHO = expression(r"\bwho\s$|\bwho\s(?:had\s|have\s)?(?:\w+\s){0,2}$", re.IGNORECASE)
OWN_VERB = expression(r"[^.;,]{0,60}\s(?:underwent|received|were|was|had|have|achieved|remain\w*|died|proceeded)\b", re.IGNORECASE)
VERB_OF_OTHER = expression(r"\b(?:had|have|received|underwent|required|with)\b", re.IGNORECASE)
NO_RESULT_VERB = expression(
    r"\s(?:received|underwent|enrolled|included|randomi[sz]ed|treated|required|requiring|evaluated|analy[sz]ed|infused)\b", re.IGNORECASE
)
ANAPHORA = expression(
    r"[)\]]?(?:\s(?:of\s)?(?:them|these|those|patients|events|cases|which|episodes|of\swhich))*\s?(?:,\s)?(?:(?:had|having|has|were|was|being|with|experiencing|experienced|developed|of|as|at|being\sof)\s){0,2}(?:an?\s|of\s)?"
    r"(?:events?\sof\s)?(?:events?|(?:\u2265\s?)?(?:grades?|G)\s?[\u2265\u2264<>=\s\dIV/-]+(?:\s?(?:or|and)\s(?:\d|higher|greater|above|more|worse))?|severe|mild|moderate|serious|high-grade|low-grade|fatal|any\sgrade)(?=\s*(?:[,;.)]|$|events?\b|cases?\b|symptoms?\b|in\b|and\b|or\b|respectively|episodes?\b|reactions?\b))",
    re.IGNORECASE,
)
BESIDE = expression(
    r"[)\]]?(?:\s(?:an?|the|of|clinical|confirmed|objective|best|overall|estimated|median|true|total|actuarial|cumulative|incidence|rates?|probability|reported|patients|pts|cases?|events?|new|additional|early|late|documented|durable|sustained|ongoing|continued|grade|any-grade|[1-5](?:-[1-5])?|[IV]+|acute|chronic|or|higher|severe|mild|moderate|fatal|serious|high-grade|treatment-related|drug-related|[\w/-]*(?:month|year|week|day)|\u2265\s?\d|chance|episodes|deaths|from|risk|improvement\sin))*[\s-]?$",
    re.IGNORECASE,
)
RESPONSE_NAME = expression(r"\b(?:remission|response)\b")
DEATH_IN = expression(r"\b(?:deaths?|mortality|died|dying|relapses?|relapsed)\s(?:while\s)?in\s(?:first\s|continuous\s)?$", re.IGNORECASE)
IN_TWO = expression(r"[)\]]?\s(?:in|for|among|with)\s[^.;]{3,80}\sand\s[^.;]{3,60}respectively", re.IGNORECASE)
COMPARED_WITH = expression(
    r"[)\]]?(?:(?!\sand\b)(?:\s[^\s;.,()]+,?){1,12}?|\s?[(\[][^()\[\]]{1,40}[)\]])?[;,]?\s(?:and|vs?\.?|versus|compared\s(?:with|to)|as\scompared\swith|than|but|whereas|while)\s(?:(?:in|for|with|only|an?|of|the|to|on)\s){0,2}",
    re.IGNORECASE,
)
ARM_AFTER = expression(
    r"[)\]]?(?:\s(?:of\s(?:the\s)?)?(?:patients|those|pts|subjects))?\s(?:in|for|with|among|on|of|who|receiving|given|treated|after)\s",
    re.IGNORECASE,
)
#: "the rate was 41% in the group that underwent surgery": a number after such a verb is no subject
IS_GIVEN = expression(r"(?<!\bthere )(?<!\bThere )\b(?:was|were|is|are)\s(?:approximately\s|only\s|about\s|estimated\s(?:at|to\sbe)\s)?$")
#: what stands before a time that is said of a name: "was 12 months", "(12 months", "vs 12 months"
TIME_LINKED = expression(
    r"(?:\b(?:was|were|is|are|of|at|by|to|than|for|and|or|vs?\.?|versus|be|being|reached|lasted|lasting|about|approximately|nearly|only|median|mean|average|estimated|overall|from|with|a|an|over|exceed\w*|least|around|almost|in|had)\s|[:=,(\[;\u2248]\s?|\s[<>\u2264\u2265~]\s?)$",
    re.IGNORECASE,
)
UP_TO = expression(r"\b(?:up\sto|at\sleast|every|per|/)\s?$", re.IGNORECASE)
SETTING_NAME = expression(r"^(?:relapse|(?:complete )?remission|(?:disease )?progression|(?:complete )?response|early progression)$")
IN_GROUP = expression(r"\s(?:sub)?(?:groups?|arms?|cohorts?|sets?|category|categories)\b", re.IGNORECASE)
STATUS_NEAR = expression(r"\b(?:newly\sdiagnosed|refractory|untreated|de\snovo)\b", re.IGNORECASE)
SETTING = expression(
    r"\b(?:post|pre)[-\s]$|\b(?:at|during|upon|prior\sto|at\sthe\stime\sof|at\stime\sof|at\s\w+\s(?:and|or))\s(?:the\s)?(?:first\s|initial\s|complete\s|early\s|last\s)?$",
    re.IGNORECASE,
)
AMONG_ENROLLED = expression(r"\b(?:enrol?led|recruited|eligible)\b[^;]{0,100}\b(?:includ\w+|compris\w+|consist\w+)\b[^;]*$", re.IGNORECASE)
NEXT_ITEM = expression(
    r"[)\]]?(?:\s(?:of\s(?:the\s)?)?(?:patients|pts|cases|subjects))?(?:,\s(?:and\s)?|\sand\s)(?!in\b|for\b|with\b|among\b|at\b|of\b|by\b|after\b|was\b|were\b|those\b|only\b|the\b|an?\b)[a-z][\w/-]*(?:\s(?!group|arm|cohort|patients)[\w/-]+){0,4}\s(?:occurred\s|were\s|was\s|reported\s|observed\s|seen\s)*in\s",
)
OF_TREATMENT = expression(r"\b(?:treatment\sduration|duration\sof\s(?:treatment|therapy|exposure)|exposure|follow-?\s?up)\b", re.IGNORECASE)
PROLONGED = expression(r"\b(?:prolong|improv|extend|lengthen)\w*\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)
RELATIVE = expression(r"\bwho\s(?:received|underwent|were|had\sreceived|did|had(?=\snot\b))$", re.IGNORECASE)
#: "5-year survival has increased to 66%", "improved from 60% to 66%"
CHANGED_TO = expression(
    r"(?:\srates?)?\s(?:has\s|have\s|had\s)?(?:increased|improved|risen|rose|decreased|declined|dropped|fell|fallen)\s(?:significantly\s)?(?:from\s[^,;]{2,40}?\s)?to\s(?:about\s|approximately\s|nearly\s)?"
)
#: "adverse events were arterio-vascular disorders in 9%": of something that is not known
UNKNOWN_ITEM = expression(
    r"[^;.]*(?:\b(?:were|was|included?|including|are|such\sas)|[,:])\s(?!(?:reported|seen|observed|noted|found|common|recorded|documented|experienced|mild|moderate|severe|grade|present|detected|similar|higher|lower|more|less|also|most|not|the|all|only|in|at|for|with|generally|mostly|manageable|frequent\w*|comparable|infrequent|rare)\b)[a-z][\w-]{3,}(?:\s(?!patients\b|and\b)[\w-]+){0,3}\s?(?:\(|\sin\s|\bin\s)$"
)
#: after a number another item of the list, of something that is not known: "(31%), and economic reasons (10%)"
OTHER_TAIL = expression(
    r"[)\]]{1,2}(?:,\s(?:and\s|or\s)?|\sand\s)(?!in\b|for\b|with\b|among\b|at\b|of\b|by\b|then\b|than\b|grades?\b|\w+\sgrade\b|any\b|severe\b|all\b)[a-z][\w/-]*(?:\s(?!in\b|for\b|with\b|of\b|groups?\b|arms?\b|cohorts?\b|patients\b|grades?\b)[\w/-]+){0,4}\s?$"
)
#: after a count in a bracket or after a colon: "(A, n=13; B, n=11)", ": complications (n = 2), disease (n = 3)"
OWN_OBJECT = expression(r"[)\]]?(?:\sof\s(?:the\s|all\s)?(?:patients|pts))?\s(?:had|achieved|were|experienced|developed|showed|received|underwent|responded)\b")
#: "no treatment-related deaths and 18% of patients with related serious AEs"
OF_PATIENTS_WITH = expression(r"[)\]]?\sof\s(?:the\s)?(?:patients|pts)\s(?:with|having|experiencing)\s(?:[\w-]+\s){0,3}")
DIFFERENCE_OF = expression(r"\b[Tt]he\s(?:absolute\s)?differences?\s(?:between|in)\s(?:the\s)?(?:[\w-]+\s){0,2}$")
IN_OTHER = expression(r"[)\]]?\sin\s[A-Z][A-Za-z]{1,5}\b(?!\s(?:arms?|groups?|patients|cohorts?))")
WERE_THE_MAIN = expression(r"\s(?:was|were)\sthe\s(?:most\s(?:common|frequent)|main|only|major|predominant)(?:\s[\w-]+){0,3}\s?", re.IGNORECASE)
HEAD_ENDS = expression(r",?\s(?:occurring|seen|observed|reported|experienced)?\s?(?:in|by|with)\s(?:about\s)?[\d\w]")
IF_THEY_HAD = expression(r"\b(?:eligible|included|enrolled|received|given|treated)\b[^;.]*\bif\s(?:they|the\spatients?)\shad\b[^;.]*$")
MORE_THAN = expression(r"[<>\u2264\u2265]\s?\d+\s(?:[\w-]+\s)?(?:patients|pts|subjects)\s?[(\[]$")
WHO_REACHED = expression(r"[)\]]?\swho\s(?:had\s)?(?:attained|achieved|reached)\b")
OF_CELLS = expression(r"(?:\b(?:T[- ]cell|B[- ]cell|immune|immunological|immunologic|antibody|humoral|cellular|vaccine|CTL|serologic(?:al)?)|(?<![A-Za-z0-9])(?!CR|PR)[A-Z]{2,5}\d|\bPR1)\s$")
OTHER_EVENTS = expression(r"[)\]]{1,2}\s(?!(?:adverse|serious|such|these|severe|fatal|grade|treatment|drug|therapy|related|of|in|with)\b)(?:[\w-]+\s){1,2}(?:events?|complications|reactions|infections)\b")
OTHER_STATES = expression(r"\bin\s[A-Z][A-Za-z]{1,5}\b[^;]*,\s(?:and\s)?\d+\s(?:in|with|had)\s")
WHILE_IT_WAS = expression(r"\b(?:while|whereas|and|but)\sit\swas\s$")
OF_COHORT = expression(r"\sof\s(?:the\s|our\s|this\s)?(?:\w+\s)?(?:cohort|population|series|sample)\s?[)\];,]")
OF_AGE = expression(r"\bage[ds]?\b[^()\[\];]*$", re.IGNORECASE)
WITH_INCOMPLETE = expression(r"\swith\s(?:incomplete|partial)\b")
IN_THOSE_WHO = expression(r"[)\]]?\sin\s(?:the\s)?(?:patients|those|pts)\swho\b")
OF_EVENT = expression(r"^(?:relapse|death|mortality|disease progression|progressive disease)$")
TIME_TO = expression(r"time\s(?:to|until|from)|interval|onset|occurr|median\s(?:of|time)\b|at\sa\smedian|after\sa\smedian|\bby\s", re.IGNORECASE)
AFTER_EVENT = expression(r"\b(?:after|since|following)\s(?:the\s)?(?:first\s|second\s)?(?:[\w-]+\sor\s)?$")
AS_CUTOFF = expression(r"[)\]]?\s(?:as|was|is)\s(?:the\s|an?\s)?(?:[\w-]+\s){0,3}(?:cut-?off|threshold)", re.IGNORECASE)
MOSTLY_OF = expression(r"\b(?:mostly|mainly|predominantly|generally|largely)\s(?:of\s)?grades?[^()\[\]]{0,12}$", re.IGNORECASE)
OTHER_TIME = expression(r"\b(?:and|,)\s(?:median\s)?(?P<u>[A-Z]{2,4}S)\s(?:was\s|were\s|of\s)?$")
RISK_OF = expression(r"\brisks?\s(?:of|for)\s(?:[\w-]+\s)?$")
DOSING = expression(r"\b(?:infusions?|daily|mg|doses?|continuous|plus|bolus|intravenous\w*|subcutaneous\w*|orally|given)\b[^()\[\]]*\b(?:for|every|over|on)\s$", re.IGNORECASE)
OF_CUTOFF = expression(r"\s?[(\[]\s?(?:a?HR|[Hh]azard|OR|[Oo]dds|RR|[Rr]elative|P\b|p\b)")
#: after hazard ratios of risk factors: "..., and CRS (HR 1.8) were associated with infection": the ratios are of what follows
FACTORS_OF = expression(
    r"[)\]]?(?:(?!\b(?:which|that|while|whereas|but|and\sw)\b)[^;.])*?\b(?:were|was|are|is|as)\s(?:(?:each|all|both|also|independently|significantly|strongly|independent|significant|an?|the)\s){0,4}(?:associated|correlated|predictive|predictors?|prognostic|risk\sfactors?|adverse)\b[^;.]{0,40}?\s(?:with|of|for|factors?)\b"
)
OF_DEATHS = expression(r"[)\]]?\s(?:[\w-]+\s){1,3}deaths\b")
INCLUDED = expression(r",\sincluding\s(?:[\w-]+\s){0,3}$")
MORE_MEN = expression(r"\b(?:more|less)\s(?:commonly|often|frequently|likely)\s(?:to\sbe\s)?(?:wo)?m[ae]n\s?[(\[](?:[^()\[\]]{1,12}(?:vs\.?|versus)\s)?$")
ITEMS_BEFORE = expression(r"(?:\b[A-Z][A-Za-z-]{1,7}(?:,\sand\s|,\s|\sand\s)){1,4}$")
PRESENTING = expression(r"[)\]]?\sof\s(?:the\s)?(?:patients|pts|cases)\spresenting\b")
CHANGE_WORDS = ("reduc", "decreas", "lower", "increas", "improv", "rais", "rose", "fell", "declin")
TEST_WORDS = ("sensitiv", "specific", "sucra", "score", "probability of being", "predictive", "npv", "ppv", "accura", "auc", "auroc", "statistic", "concordan")
EACH_N = expression(r"\bn\s?=\s?(?P<n>\d+)|(?:(?<=:\s)|(?<=\band\s)|(?<=,\s))(?P<m>\d+)(?=\s(?:in|of(?!\s(?:the\s)?\d)|from|due|after|with|because)\b)")
OF_TREATMENTS = expression(r"\b(?:cycles?|courses?|infusions?|procedures?|transplants?|families)$", re.IGNORECASE)
SEEN = expression(r"\s(?:(?:were|was)\s(?:seen|observed|reported|noted)\s|occurred\s)?in\s(?:only\s)?")
IN_STATE = expression(
    r"\b(?:in|from|achiev\w+|attain\w+|without|lack\sof|failure\sto\sachieve)\s(?:an?\s)?(?:first\s|complete\s)?$", re.IGNORECASE
)
AGED = expression(r"\b(?:older|younger|aged?|ages)\W{1,2}(?:than\s|of\s|over\s|under\s|above\s|below\s|from\s|between\s)?$", re.IGNORECASE)
FOLLOWED = expression(r"\bfollow-?\s?up\s(?:time\s|duration\s|period\s)?(?:of|for|in|among)\s(?:[\w-]+\s){0,6}$", re.IGNORECASE)
#: between a name and a bracket a new subject of its own: "cytopenias was not known, use of G-CSF was higher (48%"
NEW_SUBJECT = expression(
    r",\s(?!and\b|which\b|with\b|respectively|but\b|or\b)(?:[\w/-]+\s){1,8}(?:was|were)\s(?:[\w-]+\s){0,3}(?:common|frequent|present|higher|lower|greater|longer|shorter|given|used|required|performed)\b"
)
AS_STATUS = expression(r"\bin\s(?:\w+\s){0,2}$")
AT_ENTRY = expression(
    r"\b(?:at|before|prior\sto)\s(?:the\s)?(?:time\sof\s)?(?:the\s)?(?:transplant\w*|enrol\w+|study\sentry|entry|baseline|HCT|HSCT|SCT|infusion|conditioning|registration)\b|\b(?:were|was)\s(?:enrolled|included|transplanted)\b|\bunderwent\s(?:allo|auto|HSCT|HCT|SCT|\w+\stransplant)",
    re.IGNORECASE,
)
TIME_BEFORE = expression(r"\d-?\s?(?:d|y|days?|weeks?|months?|mo|years?|yrs?)\s?$")
TIMES_BETWEEN = expression(
    r"(?:,?\s(?:and\s)?\d+-?\s?(?:d|y|days?|weeks?|months?|mo|years?|yrs?)\s?[(\[][^()\[\]]*[)\]])*\s(?:[\w-]+\s){0,3}"
)
SINCE = expression(
    r"\b(?:excluding|except|apart\sfrom|other\sthan|regardless\sof|irrespective\sof)\s(?:for\s)?$|\b(?:patients|those|pts|children|adults|subjects|responders|survivors)\s(?:with(?:\s(?:and|or)\swithout)?|without|who\s(?:had|have|achieved|developed|experienced)|having|achieving|experiencing|not\sachieving)\s(?:[\w/-]+\s){0,3}$|\b(?:due\sto|because\sof|caused\sby|attribut\w+\sto|related\sto|resulting\sfrom)\s(?:[\w-]+\s){0,2}$|\b(?:by|according\sto)\s(?:[\w-]+\s)?$|\b(?:from|after|since|following|before|until|(?:date|time|moment)\sof)\s(?:the\s)?(?:(?:first|second|initial|last|date\sof|time\sof)\s)?$",
    re.IGNORECASE,
)
WAS = expression(r"\b(?:was|were|of|is|are)\s$", re.IGNORECASE)
FRONTED = expression(
    rf"[)\]]?(?:\sof\s(?:the\s|all\s)?(?:\w+\s)?(?:{_PEOPLE}|cycles|courses|infusions))?,\s(?:the\s|an?\s)?(?:(?:grade|severe|[1-5]|or|higher|any|-|\u2265)\s?){{0,5}}",
    re.IGNORECASE,
)
EVENT_COUNT = expression(r"\b(?:fatal|grade|severe|serious|[1-5])\s(?:adverse\s)?(?:events?|cases?|episodes?)$", re.IGNORECASE)
LINKED = expression(
    r"(?:\b(?:was|were|is|are|of|at|in|to|by|being|reached|from|around|about|approximately|nearly|only|estimated|be|remained|averaged|occurr\w+|observed|seen|reported|for|with)|[:=,(\[])\s?(?:an?\s|only\s|about\s|~\s?|approximately\s)?$",
    re.IGNORECASE,
)
BARRIER = expression(r";|,?\s(?:whereas|while|although|but|however)\b|,\s(?:and|with)\s(?:the\s|an?\s)?(?=\S)|:\s")
HARD = expression(r";|,?\s(?:whereas|while)\b|\.\s(?=[A-Z])")
COORDINATED = expression(
    r"(?:\s?[(\[][^()\[\]]{0,40}[)\]])?(?:\srates?|\sprobabilit(?:y|ies))?(?:,?\s(?:and|or|as\swell\sas|nor|vs)\s|,\s(?:and\s|or\s)?|\s?/\s?|\s?\+\s?|\sand/or\s)"
    r"(?:(?:the|median|estimated|a|an|of|best|overall|rates?|incidences?|cumulative|probability|actuarial|severe|mild|moderate|prolonged|grade|grades|any|[1-5]|or|higher|[\u2265>]\s?\d|\d|-|[\w-]*(?:year|month|week|day)|objective|acute|chronic|febrile|persistent|late|early|treatment-related|serious)[\s-]){0,5}",
    re.IGNORECASE,
)
AGAINST = expression(r"\b(?:vs?\.?|versus|compared|than|against)(?!\w)", re.IGNORECASE)
LISTED = expression(
    r"\sto\s|(?:\s?[)\]])*(?:\s(?:of\s(?:the\s)?)?(?:(?!in\b|for\b|with\b|among\b|on\b)[\w/+-]+\s){0,2}(?:patients|pts|months|events|cases|subjects|children|women))?(?:\s[(\[][^()\[\]]{0,25}[)\]])?(?:\sin\s(?:the\s[\w+/-]+(?:\s[\w+/-]+){0,3}?\s(?:group|arm|cohort)|(?:the\s)?(?:group|arm|cohort)\s[A-Z0-9]{1,2}))?(?:\s?/\s?|,?\s(?:and|or)\s|,\s(?:and\s)?|,?\s(?P<vs>vs?\.?|versus|compared\s(?:with|to)|as\scompared\s(?:with|to)|than|against)\s)(?:(?:an?|the|in|only|was|were|to|for|at)\s){0,2}",
    re.IGNORECASE,
)
OTHER_LEFT = expression(
    r"\b(?:follow-?\s?up|P-?scores?|SUCRA|limits?|bounds?|standard\sdeviation|differences?|P[01]|I\s?[\u00b22]|I\^2|heterogeneity|SD|IQR|range|observation\s(?:time|period)|aged?|ages|doses?|dosage|CD34\+?|chimerism|sensitivity|specificity|AUC|area\sunder\s(?:the\s)?curve|PPV|NPV|predictive\svalues?|power|alpha|reduction|reduced|decreas\w+|increas\w+|improv\w+|blasts?|expression|accuracy|concordance|agreement|"
    r"correlation|viability|transduction|purity|yield|costs?|h(?:a)?ematocrit|c-?index|c-?statistic|kappa|coverage|compliance|adherence|prevalence\sof\smutations?|mutation|mutations|VAF|intensity|LVEF|ejection\sfraction|Ki-?67|threshold|cut-?off|interval\sbetween|courses?|cycles?|vein-to-vein\stime|manufactur\w+|lines|expansion|persistence|half-life)\b(?:\s?[(\[][^()\[\]]*[)\]])?"
    r"(?:[\s:=]|,(?!\sand\b))*(?:(?:was|were|of|by|is|to|from|about|approximately|in|a|the|median|at|range|than|below|above|lower|higher|less|more|greater|only|with|had|patients|achieved|rates?|time|for|between|and|detected|found|present|seen|up)\s?){0,4}[\s(\[,:]*$",
    re.IGNORECASE,
)
OTHER_RIGHT = expression(
    r"[)\]]?\s?(?:bone\smarrow\s|marrow\s|circulating\s|peripheral\s|leuk(?:a)?emic\s|donor\s|viable\s|relative\s|absolute\s|of\s(?:all\s|total\s|the\s)?costs|of\s(?:all\s)?(?:h(?:a)?ematologic\w*|cancers?|malignanc\w+|lymphomas|leuk(?:a)?emias)\b|of\s(?:the\s)?(?:original|entire|total|whole|overall|study|initial)\s(?:cohort|population|sample|study\spopulation|series)|of\s(?:the\s)?(?:bone\smarrow|marrow|cells|nuclei|blasts|lymphocytes|T\scells|variance|total\s(?:cells|dose)|all\s(?:cancers|malignancies|leuk\w+|cases\sof)|the\s(?:planned|standard|normal|population|genes)|planned|adult|new|normal|US)|blasts?\b|reduction|decrease|increase|decline|improvement\b|sensitivity|specificity|power\b|confidence|dose\b|chimerism|"
    r"higher|lower|greater|better|worse|superior|inferior|percentage\spoints?|points\b|identity|homology|viability|inhibition|oxygen|saline|glucose|lysis|or\smore\sblasts|of\sdose|threshold|cut-?off|had\s(?:received|prior|previously|refractory|undergone)|still\b|ejection|accuracy|agreement|longer|shorter|per\syear|more|less|fewer)",
    re.IGNORECASE,
)
DEFINED = expression(r"\bdefined\s(?:as|by)\b[^;:()]*$", re.IGNORECASE)
#: "negative predictive value for VTE at 30 days was"
TEST_OF = expression(
    r"\b(?:sensitivit(?:y|ies)|specificit(?:y|ies)|SUCRA|P-?scores?|probability\sof\sbeing|predictive\svalues?|NPV|PPV|accuracy|AUC|AUROC|c-?statistic|concordance)\b[^;%]{0,70}$",
    re.IGNORECASE,
)
LEVEL = expression(
    r"\b(?:MRD|residual|level|blasts?|cut-?off|threshold|requires?|requiring|to|down\sto|sensitivity|VAF)\W*(?:of\s)?(?:[<>\u2264\u2265]\s?)?$", re.IGNORECASE
)
SEX = expression(
    r"(?:\d|\b)\s?(?:were\s)?(?:fe)?male(?:s|\ssex|\sindividuals|\spatients)?\s?[(\[]\s?$|[)\]]?\s(?:were\s)?(?:fe)?male\b|[)\]]?\s(?:were\s)?(?:White|Black|Hispanic|Asian|Caucasian)\b|(?:White|Black|Hispanic|Asian|Caucasian)(?:\s\w+)?\s?[(\[]\s?$"
)
OF_SEX = expression(r"\d\s(?:were\s)?(?:fe)?male\b")
AGE_LIMIT = expression(
    r"(?:patients|those|aged?|adults?|subjects|individuals|children|persons|older|younger|and|or|vs\.?|versus|groups?|of)\s?[(\[]?$",
    re.IGNORECASE,
)
SPREAD = expression(r"(?:standard\sdeviation|\bSD|\bSE|\bIQR|\brange|quartile\srange|follow-?\s?up)\W+(?:\w+\s){0,2}$", re.IGNORECASE)
DESIGN = expression(
    r"\b(?:power(?:ed)?\s(?:to|of|was)|\d+\s?%\spower|sample\ssize|type\s(?:I|1)\serror|one-sided\salpha|null\shypothesis|alpha\s(?:of|level)|non-?inferiority\smargin\s?(?:of|was|,|\()|to\sdetect\san?|Simon|we\s(?:aimed|hypothesi[sz]ed|assumed|expected)|hypothesi[sz]ed\sthat|goal\swas|^If\s[^.;]{3,120}\bwould\s(?:be|have)\b|(?:was|were|is)\sexpected\s(?:in|to)\b|expected\s(?:rate|to\s|\w+\srate|CR|OS|PFS|response)|assuming)",
    re.IGNORECASE,
)
NOT_PATIENTS = expression(
    r"\b(?:mice|mouse|murine|xenografts?|rats?|in\svitro|cell\slines?|zebrafish|rabbits?|dogs?|cats|canine|monkeys?|animals?)\b", re.IGNORECASE
)
DESIGN_WORDS = ("power", "sample size", "type i", "type 1", "alpha", "hypothesis", "inferiority", "to detect", "simon", "we aimed", "hypothesi", "assum", "expected", "goal was", "would")
ANIMAL_WORDS = ("mice", "mouse", "murine", "xenograft", " rat ", "rats", "rabbit", "in vitro", "cell line", "zebrafish", "dog", "cats", "canine", "monkey", "animal")
TIME_NAME = expression(r"surviv|duration|time (?:to|on|until)|interval|\bfree", re.IGNORECASE)
LASTING = expression(
    r"duration|durable|last(?:ed|ing)|time\sto|onset|resol|recover|occurred\sat|median\s(?:of|time)|maintained|sustained|ongoing|median\s(?:[\w-]+\s){0,3}time",
    re.IGNORECASE,
)
#: "37 were evaluable for response", "28 were allografted in CR", "10 stopped after achieving a response": a state, no result
FOR_NAME = expression(
    r"\b(?:evaluable|assess?able|assessed|evaluated|available|considered|eligible|analy[sz]able|monitored|followed|screened|tested|at\srisk)\s(?:for|in)\s(?:[\w-]+\s){0,3}$",
    re.IGNORECASE,
)
GIVEN_IN = expression(
    r"\b(?:transplanted|allografted|autografted|treated|infused|enrolled|randomi[sz]ed|(?:underwent|received|undergoing|receiving)\b[^;]{0,60})\s(?:while\s)?in\s(?:first\s|second\s|complete\s|an?\s|their\s)*$",
    re.IGNORECASE,
)
AFTER_NAME = expression(
    r"\b(?:after|before|until|upon|once|when|since|following|despite)\s(?:(?:achiev|attain|reach|obtain|having|an?|the|initial|first|complete|robust|documented|sustained|early)\w*\s){0,4}$",
    re.IGNORECASE,
)
RATE_OF = expression(r"\s?(?:[(\[][^()\[\]]{1,30}[)\]]\s?)?(?:rates?|probabilit(?:y|ies))\b")
#: between a name and a list of numbers a second noun that is not known: "overall survival and AML risk were 56% and 25%"
AND_UNKNOWN = expression(
    r"(?:\s?[(\[][^()\[\]]*[)\]])?(?:\srates?)?,?\sand\s(?!at\b|in\b|for\b|by\b|after\b|with\b|to\b|the\s\d|\d)(?:[A-Za-z][\w-]*\s){1,4}(?:was|were)\s(?:estimated\s(?:at|to\sbe)\s)?$"
)
REACH = 260  # characters between a name and a number that is of it
FAR_AFTER = 150
RATIO_KINDS = ("hazard_ratio", "odds_ratio", "risk_ratio")
PROGRESSION_OR_DEATH = expression(r"\b(?:progression|relapse|recurrence|event)s?(?:,|\sor|\sand|\s)[\w\s,]{0,30}\bdeath", re.IGNORECASE)
DATA_ON = expression(r"\b(?:data|results|outcomes?|information|samples)\s(?:on|of|from|for|in)\s(?:the\s|all\s)?$", re.IGNORECASE)
CHANGED_BY = expression(r"\b(?:reduc|decreas|lower|increas|improv|rais|rose|fell|declin)\w*\b[^;]{0,70}\bby\s(?:approximately\s|about\s|up\sto\s|an?\s(?:absolute\s|relative\s)?)?$", re.IGNORECASE)
OWN_NOUN = expression(r"[\w.,]+\s(?P<noun>[a-z][\w-]*(?:\s[a-z][\w-]*){0,2}?)\s?[(\[]")
#: an item of a bracket that begins with a count: "3 at induction", "two typhlitis"
PART = expression(rf"(?:(?<=[(\[])|(?<=,\s)|(?<=;\s)|(?<=\band\s))(?P<n>{NUMBER})\s(?=[A-Za-z])(?!of\s\d|%)")
#: one of these stands in a sentence with words of OTHER_LEFT
OTHER_WORDS = (
    "score", "sucra", "limit", "bound", "i\u00b2", "i2", "i 2", "i^2", "heterogen", "follow", "deviation", "differen", "p0", "p1", "sd", "iqr", "range", "observation", "age", "dos", "cd34", "chimer", "sensitivity", "specificity", "auc", "curve", "ppv", "npv",
    "predictive", "power", "alpha", "reduc", "decreas", "increas", "improv", "blast", "expression", "accuracy", "concordance", "agreement", "correlation", "viability", "transduction",
    "purity", "yield", "cost", "matocrit", "index", "statistic", "kappa", "coverage", "compliance", "adherence", "prevalence", "mutation", "vaf", "intensity", "lvef", "ejection", "ki67",
    "ki-67", "threshold", "cutoff", "cut-off", "interval", "course", "cycle", "vein", "manufactur", "line", "expansion", "persistence", "half-life",
)  # fmt: skip
WITH_NAME = expression(r"[)\]]?\swith\s(?:an?\s)?(?:confirmed\s|best\s)?$")
WAS_THE_MOST = expression(r"[^.;,]{0,40}\b(?:was|were)\sthe\s(?:most\s(?:common|frequent)|only|main)\b[^.;]{0,60}", re.IGNORECASE)
OF_THOSE = expression(r"(?:^|[.;:,]\s|\s)(?:Of|Among|Amongst|of|among)\s(?:the\s|these\s|those\s|all\s)?$")
IS_SAID = expression(r"\s(?:reported|seen|observed|noted|recorded|documented|the\smost|common|frequent)\b")
OTHER_ITEM = expression(r"\s?[(\[][^()\[\]]*[)\]](?:,\s(?:and\s)?|\sand\s)(?!in\b|for\b|with\b|among\b|at\b|of\b|by\b|then\b|than\b)[a-z][\w/-]*(?:\s(?!in\b|for\b|with\b|of\b|group|arm|patients)[\w/-]+){0,3}\s?")
DIFFERENCE = expression(r"\b(?:rate|risk|absolute|percentage|mean|between-group|treatment|survival)\sdifferences?\b[^;]{0,90}$|\bdifferences?\s(?:of|was|were|,)\s?$", re.IGNORECASE)
OWN_NUMBER = expression(rf"\s(?:in|of|was|for)\s(?:only\s)?(?:[\d.]|{NUMBER}\s(?:of|patients|\())|\s?[(\[]\s?(?:n\s?=\s?)?\d|,?\s\d|\s(?:rates?\s)?(?:was|of)\s\d")
OF_THEM = expression(r"[)\]]?\sof\s(?:the\s|all\s|these\s|those\s)?")
ALL_BUT = expression(r"\b(?:all\sbut|except(?:\sfor|\sin)?|excluding|other\sthan)\s$", re.IGNORECASE)
BEFORE_STUDY = expression(r"\s(?:after|following)\s(?:prior|previous|an?\s(?:prior|previous)|allo|auto|HSCT|HCT|SCT|transplant|CAR)")
