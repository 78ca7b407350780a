"""Shapes of the numbers that ``quantities`` reads, in the writing of `plain.plain`; an example above each."""

from __future__ import annotations

import re

from allnlp.text.expressions import expression
from allnlp.text.numbers import NUMBER

NUM = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
BOUND = rf"-?{NUM}"
PCT = r"(?:\s?%|\s?percent\b|\s?per\scent\b)"
OPEN_END = r"(?:NE|NR|NA|NC|N/?R|not\s(?:reached|estimable|evaluable|calculable|available|assessable|attained)|inestimable|infinity|inf|\u221e|unreached|upper\slimit\snot\sreached)\b|\u221e"
TO = r"\s?(?:-|to|,|;|and|/|~|\ufffd{1,3})\s?"
YEARS = r"(?:months?|mos?\b\.?|mo\b|years?|yrs?\b\.?|y\b|weeks?|wks?\b\.?|days?|d\b|hours?|hrs?\b|h\b)"
#: 95% CI, 12.9-44.4; 95% confidence interval [CI]: 53%-87%; CI 15.9-NE; (95% CI = 0.4 to 0.9)
CI = expression(
    rf"(?:(?P<level>\d\d(?:\.\d)?)\s?%?[\s.-]?)?\b(?:(?:credible|credibility)\sintervals?|CrI|CIs?|C\.I\.|(?:two-sided\s|exact\s)?[Cc]onfidence\s[Ii]ntervals?|[Cc]onfidence\s[Ll]imits?)\b"
    rf"(?:\s?[(\[]\s?(?:95%?\s?)?C\.?r?I\.?s?[)\]])?\s?[:,;=)\]]{{0,2}}\s?(?:of\s|from\s|was\s|range\s|between\s|\d\d%:?\s)?[(\[{{]?\s?"
    rf"(?P<low>{BOUND}){PCT}?(?:\s?{YEARS})?{TO}(?:to\s)?(?P<high>{BOUND}(?!\d)|{OPEN_END}){PCT}?(?:\s?{YEARS})?",
    re.IGNORECASE,
)
P = expression(
    r"(?<![A-Za-z])[Pp]{1}(?:[\s-]?values?|\s\(?(?:log-?rank|trend)\)?|-?trend|\s?for\s(?:trend|interaction|heterogeneity))?\s{0,2}(?:of\s|was\s|is\s)?(?P<sign>[=<>\u2264\u2265]|less\sthan|greater\sthan)\s{0,2}=?\s?(?P<p>0?\.\d+|0\b|1(?:\.0+)?\b|\d\s?[\u00d7x]\s?10\s?-\s?\d+)"
)
RATIO = expression(
    rf"\b(?P<kind>[Hh]azards?[\s-](?:[Rr]atios?|[Rr]ates?)(?=\s?[(\[]|[\s,:=]+(?:of|was|for|\d|=))|(?:a?-?|s)HRs?\b(?!\s(?:pts?|patients|and\s(?!\d)|or\s|groups?|disease|cohort|subgroup|MDS|AML|ALL|MM)\b)|[Oo]dds?[\s-][Rr]atios?|[am]?ORs?\b|(?:[Rr]elative\s[Rr]isks?|[Rr]isk\s[Rr]atios?|[Rr]ate\s[Rr]atios?|[aimI]?RRs?\b))"
    rf"(?:\s?[(\[]\s?(?:adjusted\s)?(?:a?s?HRs?|a?ORs?|[aI]?RRs?)\s?[)\]])?(?P<mid>(?:[^.;:()\[\]\d=]|\((?=[A-Za-z])[^()\d]{{0,40}}\)){{0,110}}?(?:\s?[(\[]?\s?(?:95\s?%\s)?(?:CI|confidence\sinterval)(?:\s[(\[]CI[)\]])?[)\]]?[,:]?)?)"
    rf"(?:\sfor\s(?:each|every|per|a)\s\d[^,;:()=]{{0,40}})?[\s,:=(\[]{{1,4}}(?:of\s|was\s|were\s|is\s)?(?P<value>{NUM})(?![\d%]|\.\d|-(?:year|month|day)|\s?%|/\d|\s?(?:k?g|mg|mL|dL|IU|U|points?|units?|mm|cm|log|fold|bpm|beats|years?|months?|m|mo|y|d|[\u03bc\u00b5]\w+)\b)"
    rf"(?:\s?[,;]?\s?[(\[,]\s?(?:range\s)?(?P<low>{NUM}){TO}(?P<high>{NUM}|{OPEN_END}))?"
)
#: after a ratio that is named, others in brackets: "sepsis (2.94 [2.70-3.21])"
BARE_RATIO = expression(
    rf"[(\[]\s?(?P<value>\d+\.\d+)\s?[,;]?\s?[(\[]?\s?(?P<level>95\s?%\s?CI[,:]?\s?)?(?P<low>\d+\.\d+){TO}(?P<high>\d+\.\d+|{OPEN_END})\s?[)\]]"
)
PEOPLE = (
    r"(?:patients|pts\.?|subjects|participants|children|adults|individuals|women|men|infants|adolescents|persons|people|survivors|recipients"
    r"|cases|responders|events|episodes|infusions|courses|cycles|males|females|boys|girls|transplants|procedures|families|cohort|patient|case|subject|participant|child|individual|person|recipient|woman|man|event|episode|boy|girl|infant)"
)
ADJ = r"(?:(?!(?:of|with|and|or|in|to|from|for|by|at|on|were|was|had|have|has|out|per|versus|vs|than|months?|years?|days?|weeks?|hours?|who|achieved|died|developed)\b)[A-Za-z][\w+/'-]*\s)"
N = rf"(?P<n>{NUMBER}|none|no)"
SHARE = rf"(?P<pct>{NUM}){PCT}"
#: n of total, with or without the percent: 9 of 34 patients (26.5%); 9/34 (26.5%); four of six (66.7%) patients; all 12 patients; none of the 10
N_OF = expression(
    rf"(?<![\w.,\u2265\u2264<>=/-])(?<!\+\s){N}(?:\s(?:{ADJ}{{0,2}}{PEOPLE}\s)?(?P<mid>[(\[]\s?(?P<pct0>{NUM}){PCT}\s?[)\]]\s)?(?:of|out\sof|among)\s(?:the\s|these\s|those\s|all\s|our\s|a\stotal\sof\s|\d+\s?%\sof\s)?|\s?/\s?)"
    rf"(?P<total>{NUMBER})(?![\d.]*\d|\s?%)(?P<noun>\s{ADJ}{{0,4}}?{PEOPLE}\b)?(?:\s?[(\[,;]\s?(?:i\.?e\.?,?\s)?(?P<pct>{NUM}){PCT}(?!\s?[-.]?\s?(?:CI\b|C\.I|confidence|credible)))?",
    re.IGNORECASE,
)
ALL_OF = expression(
    rf"\b(?P<all>all(?:\sof)?(?:\sthe)?|none\sof\sthe|each\sof\sthe)\s(?P<total>{NUMBER})(?!\s?%|\.\d|-)(?P<noun>\s{ADJ}{{0,3}}?{PEOPLE}\b)?(?:\s[(\[]\s?(?P<pct>{NUM}){PCT}\s?[)\]])?",
    re.IGNORECASE,
)
#: 26% (9/34); 26.5% (9 of 34 patients); 26% (n = 9); 26% [9]
PCT_N = expression(
    rf"(?P<sign>[<>\u2265\u2264~]\s?)?(?<![\w.,])(?P<pct>{NUM}){PCT}(?:\s(?:of\s(?:the\s)?)?{ADJ}{{0,2}}{PEOPLE})?\s?[(\[,]\s?(?:n\s?=\s?)?(?P<n>{NUMBER})(?:\s?(?:/|of|out\sof)\s?(?:the\s|all\s)?(?P<total>{NUMBER}))?(?:\s{ADJ}{{0,2}}{PEOPLE})?\s?(?=[)\],;])",
    re.IGNORECASE,
)
#: 15 (6.4%); three patients (8%); forty-two (93%) of the 45 patients; 10 events (29%); n = 9 (26%); 119 [82%]
N_PCT = expression(
    rf"(?<![\w.,\u2265\u2264<>/])(?<!(?<!\))-)(?<![\u2265\u2264<>]\s)(?:n\s?=\s?)?{N}(?!\s(?:k?g|[mn\u03bc\u00b5]g|m?mol|IU|U|mL)/)(?P<noun>\s{ADJ}{{0,3}}?{PEOPLE})?(?:\s{ADJ}{{0,2}}?)?\s?[(\[,;]\s?(?P<sign>[<>]\s?)?(?P<pct>{NUM}){PCT}(?!\s?-?\s?(?:CI\b|C\.I|confidence|credible))(?:[,;]\s(?P<lo>{NUM})\s?-\s?(?P<hi>{NUM})%?(?=[)\]]))?(?:\s?[)\]]\s(?:(?:{PEOPLE}\s)?(?:of|out\sof|among)\s(?:the\s|all\s|these\s|those\s|our\s)?(?P<total>{NUMBER})(?!\s?%|\.\d|-)))?",
    re.IGNORECASE,
)
PCT_ONE = expression(
    rf"(?P<sign>[<>\u2265\u2264]\s?|less\sthan\s|(?:more|greater|higher)\sthan\s|over\s|at\sleast\s)?(?<![\w.,])(?P<pct>-?{NUM}){PCT}(?!\s?[-.]?\s?(?:CI\b|C\.I|confidence|credible))(?:\s?(?:\u00b1|\+/-)\s?(?P<se>{NUM})\s?%?)?",
    re.IGNORECASE,
)
PCT_WORDS = expression(rf"\b(?P<pct>{NUMBER})\s(?:percent|per\scent)\b", re.IGNORECASE)
PLUS_MINUS = expression(rf"(?<![\w.,])(?P<pct>{NUM})\s?%?\s?(?:\u00b1|\+/-)\s?{NUM}\s?%", re.IGNORECASE)
#: the percent sign is said of another: "was 26.5 ± 7.6 and ... 32.4 ± 8.0%"
PLUS_MINUS_BARE = expression(rf"(?<![\w.,])(?P<pct>{NUM})\s?(?:\u00b1|\+/-)\s?{NUM}(?=[),;]|\sand\s|\svs?\b|\sversus\b|\.?$)")
#: the unit is said of the first: "14.6 months for A vs 3.5 for B"
TIME_SECOND = expression(
    rf"\s(?:for|in|with)\s[^,;()]{{3,45}}?\s(?:vs\.?|versus|and|compared\s(?:with|to))\s(?P<value>{NUM})(?=\s(?:for|in|with)\s[A-Za-z])|\s(?:vs\.?|versus)\s(?P<next>{NUM})(?=[;,)\]](?!\d))"
)
#: the percent sign is said once: 26.5 and 11.8%; 81 vs 62%; 80, 70, and 60%
PCT_LIST = expression(
    rf"(?<![\w.,/-])(?:(?<!\()|(?=[\d.]+(?:,\s[\d.]+)*,?\s(?:vs?|versus|and)\b))(?P<list>{NUM}(?:(?:,\s|\s?/\s?|\s(?:and|vs?\.?|versus|or|compared\s(?:with|to))\s|,\sand\s){NUM}){{1,4}}){PCT}"
)
PCT_RANGE = expression(
    rf"(?:\b(?:between|from|range[ds]?(?:\sfrom|\sof|\sbetween)?:?|ranging\s(?:from|between))\s)?(?<![\w.,])(?P<low>{NUM})\s?%?\s?(?:-|to|through)\s?(?P<high>{NUM}){PCT}|\b(?:between|ranging\sfrom|ranged\s(?:from|between))\s{NUM}\s?%?\s(?:and|to)\s{NUM}{PCT}",
    re.IGNORECASE,
)
#: 0.86 (12 of 14 patients; 95% CI 0.57-0.98); .62 +/- .05; 0.71 [95% CI 0.6-0.8]
PROPORTION = expression(
    rf"(?<![\w.,<>/\u2264\u2265-])(?<!HR\s)(?<!OR\s)(?P<value>0?\.\d{{2,3}})(?:\s?[(\[]\s?(?P<n>{NUMBER})\s(?:of|out\sof)\s(?P<total>{NUMBER})(?:\s(?:{PEOPLE}))?|(?=\s?(?:\u00b1|\+/-)\s?0?\.\d|\s?[(\[]\s?(?:95\s?%\s?CI|SE\b|\d+\sof)))"
)
OF_PROPORTION = expression(r"probabilit|proportion|\brates?\b|surviv|incidence|\b(?:OS|EFS|DFS|PFS|RFS|LFS)\b", re.IGNORECASE)
CHANGED = expression(
    r"\b(?:reduc\w+|decreas\w+|increas\w+|improv\w+|rose|fell|declin\w+|dropp\w+|chang\w+|lower\w+|went|rais\w+)\b[^;:()]*\bfrom\s$",
    re.IGNORECASE,
)
TIME_ONE = expression(
    rf"(?P<sign>[<>\u2265\u2264]\s?|less\sthan\s|more\sthan\s|over\s|at\sleast\s)?(?<![\w.,-])(?P<value>{NUM})\s?\+?(?P<in>\s?[(\[][^()\[\]]{{2,40}}[)\]]\s?)?(?:\s|-(?=(?:month|day|week|year)s\b))?(?P<unit>{YEARS})(?![\w]|-[A-Za-z])",
    re.IGNORECASE,
)
#: the unit is said once: 12 vs 5.5 days; 7.9 and 6.4 months; 5.0 (95% CI ...) versus 4.1 months
TIME_LIST = expression(
    rf"(?<![\w.,/-])(?P<list>{NUM}(?:\s?[(\[][^()\[\]]{{2,60}}[)\]])?(?:(?:,\s|\s?/\s?|\s(?:and|vs?\.?|versus|or|compared\s(?:with|to))\s|,\sand\s|,?\sas\scompared\swith\s){NUM}(?:\s?[(\[][^()\[\]]{{2,60}}[)\]])?){{1,4}})\s(?P<unit>{YEARS})(?![\w])",
    re.IGNORECASE,
)
TIME_MEAN = expression(rf"(?<![\w.,])(?P<value>{NUM})\s?(?:\u00b1|\+/-)\s?{NUM}\s?(?P<unit>{YEARS})(?!\w)", re.IGNORECASE)
OF_GROUPS = expression(r"\b(?:groups?|arms?|cohorts?|trials?|studies)\s?[(\[]", re.IGNORECASE)
TIME_RANGE = expression(
    rf"(?<![\w.,])(?P<low>{NUM})\+?\s?(?:{YEARS}\s?)?(?:-|to)\s?[\u2265>]?\s?(?P<high>{NUM})\+?(?:\s?[(\[][^()\[\]]{{1,30}}[)\]])?\s?(?P<unit>{YEARS})(?!\w)", re.IGNORECASE
)
TIME_BETWEEN = expression(rf"between\s{NUM}\s?(?:{YEARS}\s)?and\s{NUM}\s?(?P<unit>{YEARS})(?!\w)", re.IGNORECASE)
TIME_LIMIT = expression(
    rf"(?<![\w.,])(?P<value>{NUM})\s?(?P<unit>{YEARS})\s(?:or|and)\s(?:longer|more|greater|later|less|earlier|beyond)\b", re.IGNORECASE
)
COUNT = expression(
    rf"(?<![\w.,\u2265\u2264<>=/$%-])(?:the\sother\s)?(?:n\s?=\s?(?P<nis>\d+)|{N}\s{ADJ}{{0,4}}?(?P<noun>{PEOPLE})\b)(?![-/]\w)(?!\s(?:cohorts?|series|samples?|groups?|datasets?|populations?|studies|trials)\b)",
    re.IGNORECASE,
)
BARE = expression(  # a count whose noun is not said
    rf"(?<![\w.,\u2265\u2264<>=/$%+-])(?<!(?-i:[A-Z][A-Z])\s)(?<!grade\s)(?<!grades\s)(?<!day\s)(?<!phase\s)(?<!week\s)(?<!month\s)(?<!year\s)(?<!cycle\s)(?:the\s(?:other|remaining)\s)?{N}(?=\s(?:(?:also|were|was|had|have|has|of\swh(?:om|ich)|who|subsequently|later|then|additional|are|is|remains?|additionally|further|others?|already|eventually|of\s(?:them|these|those))\s(?:\w+\s){{0,3}}?)?"
    r"(?:died|dead|alive|relapsed?|progressed|responded|achieved|attained|obtained|reached|experienced|developed|suffered|showed|failed|survived?|recurred|remain(?:ed|s)?|in\s(?:CR|complete|remission|continuous)|had|became|turned|are\sin|were\sin|deaths?|relapses?|SAEs?|CRs?|PRs?|responses?|progressions?|complete|partial|stable|progressive|of\swh(?:om|ich)|treatment-related|toxic|early|fatal|grade|severe|serious|with)\b)",
    re.IGNORECASE,
)
COUNT_OF_EVENT = expression(
    rf"\b(?:with|and|or|were|was|including|:|;|,|by|from)\s(?P<n>{NUMBER}|no)\s(?=(?:[\w-]+\s){{0,3}}?$)", re.IGNORECASE
)
#: counts of two arms in a bracket: "deaths (68 vs 120; HR, 0.86)", "(in 23 vs. 32 patients)"
COUNTS_AGAINST = expression(rf"(?<=[(\[])(?:in\s)?(?P<a>{NUMBER})\s(?:vs?\.?|versus)\s(?P<b>{NUMBER})(?:\s{PEOPLE})?(?=\s?[;,)\]])")
#: a count of an arm, the noun said once: "183 in the exemestane group and 266 in the tamoxifen group"
COUNT_LIST = expression(rf"(?P<list>\d+(?:,\s\d+)*,?\sand\s\d+)\s{ADJ}{{0,2}}{PEOPLE}(?![-/]\w)", re.IGNORECASE)
COUNT_OF_ARM = expression(
    rf"(?<![\w.,\u2265\u2264<>=/$%+-])(?<!grade\s)(?<!day\s)(?<!phase\s)(?P<n>{NUMBER})\s(?=(?:in|on|with|from|of)\s(?:the\s|those\s)?(?:[\w+/-]+\s){{1,4}}?(?:groups?|arms?|cohorts?)\b)",
    re.IGNORECASE,
)
NOT_REACHED = expression(
    r"\b(?:(?:has|have|had|was|were|is|are)\s)?(?:not\s(?:yet\s)?(?:been\s)?reached|undefined|not\sestimable|not\sevaluable|unreached|not\s(?:yet\s)?(?:been\s)?(?:attained|met)|not\s(?:yet\s)?mature|immature)\b|(?<![A-Za-z])(?:NR|NE)(?![A-Za-z])",
    re.IGNORECASE,
)
ZERO = expression(r"(?<=,\s)0(?=[;)\]]|\s?\()|(?<=[:=]\s)0(?=[;)\]])")
ZERO_ARM = expression(r"[%)\]]\s(?:vs?\.?|versus)\s(?P<z>0|none)(?=[;)\],.]|\s(?!\.|%))")
GRADE_BEFORE = expression(r"\bgrades?\s?(?:[\u2265\u2264<>]=?\s?)?$", re.IGNORECASE)
LEAD_IN = expression(
    r"(?:n\s?=\s?|in\s|the\s(?:other|remaining)\s|less\sthan\s|(?:more|greater|higher)\sthan\s|over\s|at\sleast\s|[<>\u2264\u2265~]\s?|-|\bof\sthe\s|(?:between|from|range[ds]?(?:\sfrom|\sof|\sbetween)?:?|ranging\s(?:from|between)|ranged\s(?:from|between))\s)+$",
    re.IGNORECASE,
)
BEFORE_NAME = expression(
    rf"(?<![\w.,\u2265\u2264<>=/$%+-])(?P<n>{NUMBER})\s(?:(?:cases?|episodes?|instances?|events?)\sof\s)?(?:grades?\s(?:\d|[IV]+)(?:[-/\s](?:or\s|to\s)?(?:\d|[IV]+))?\s)?(?:(?:confirmed|unconfirmed|new|early|late|additional|further|other|documented|isolated|fatal|severe|serious|possible|probable|suspected|unexpected|treatment-related|drug-related|toxic|durable|sustained|local|distant|major|minor|the|acute|chronic)\s){{0,3}}$",
    re.IGNORECASE,
)
NO_COUNT = expression(
    r"\b(?:grades?|days?|weeks?|months?|years?|phase|cycles?|stage|arm|cohort|group|part|level|type|class|table|figure|study|score|version|dose|course|line|visit|course|no\.|to|than|least|every|each|per|patient|case|subject|individual|child|variants?|exons?|codons?|clusters?|models?|tiers?|chromosomes?|trisomy|monosomy|number|item|question|step|appendix|donor|trials?|grades|(?:phases?|arms?|cohorts?|groups?|grades?|parts?|cycles?|days?|cases?|patients?)\s\d+\s(?:and|or|to))\s?$",
    re.IGNORECASE,
)
