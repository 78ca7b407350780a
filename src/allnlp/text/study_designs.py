"""The words that name a study's design: one row a design, the words of a title and of a sentence on the document's own work."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import NamedTuple

from allnlp.text.study_words import shape


class Design(NamedTuple):
    """A design, the group of words (``study_words``) that opens it, its words in a title and in a sentence, all in lower case."""

    name: str
    group: str
    title: re.Pattern[str]
    own: re.Pattern[str]


DESIGNS = (
    # Words such as "EHA guideline", "these recommendations were prepared", "a panel of experts"
    Design(
        "guideline",
        "guideline",
        shape(
            r"\b(?:guidelines?\b(?! (?:adherence|concordan|conform))|(?:expert |international )?consensus\b(?! (?:sequence|molecular|binding|site))|recommendations? (?:from|of|for|by|on)|recommendations\W*$"
            r"|position (?:paper|statement)|best[- ]practice|practice points|delphi|policy statement|practical recommendations)"
        ),
        shape(
            r"\b(?:(?:this|these|our|the present|the following) (?!(?:\w+ ){0,2}(?:opinion|review|article|paper|perspective|commentary|study|analysis) )(?:\w+ ){0,3}(?:guidelines?|consensus|recommendations?|position (?:paper|statement))\b(?!\s(?:for|that) (?:future|further))"
            r"|(?:develop|formulat|prepar|updat|issu|provid|propos)\w* (?:\w+ ){0,4}(?:guidelines?|recommendations|consensus (?:statement|recommend\w+|opinion)s?)\b(?!-)"
            r"|(?:panel|group|committee) of (?:[\w-]+ ){0,3}experts|expert panel (?:was|has|of)|delphi (?:process|method|survey|consensus)|recommendations are (?:based|made|given|provided))"
        ),
    ),
    # "a systematic review and meta-analysis"; "we searched PubMed and Embase"; "a pooled analysis of five trials"
    Design(
        "meta-analysis",
        "meta-analysis",
        shape(
            r"\b(?:meta-?analys[ei]s|systematic (?:literature )?reviews?|pooled analys[ei]s|(?:indirect|mixed) (?:treatment )?comparison|literature-based analysis|umbrella review)\b"
        ),
        shape(
            r"\b(?:(?:network |this |a |bayesian )meta-?analys[ei]s (?:was|were|is|of|compar|to|evaluat|assess|includ|with|show|demonstrat|reveal|identif|aim)"
            r"|(?:perform|conduct|carried out|undert)\w* (?:an? |the |this )?(?:[\w-]+ ){0,3}(?:meta-?analys[ei]s|systematic (?:\w+ )?(?:review|search))"
            r"|systematic (?:\w+ )?(?:review|search) (?:was|of (?:the |published )?literature|of (?:\w+ ){0,2}(?:trials|studies))|(?:random|fixed)[- ]effects? (?:model|meta)"
            r"|(?:search|searched|databases?)\b[^.]{0,60}\b(?:embase|medline|pubmed|cochrane|central)\b|\b(?:embase|medline|pubmed|cochrane)\b[^.]{0,80}\bsearch"
            r"|review authors|(?:trials|studies|articles|publications) (?:\w+ ){0,3}(?:were included|met (?:the|our) (?:inclusion|eligib)|were (?:identified|eligible|pooled))|included (?:\w+ )?rcts)"
        ),
    ),
    # "A case of chylothorax"; "we report a patient with"; "a 45-year-old man presented with"
    Design(
        "case report",
        "case report",
        shape(
            r"(?:\bcase (?:report|study|presentation|of the month)\b(?!s)|\ba (?:rare |unique |unusual |first |fatal |novel |challenging |new )?case (?:of|with|treated)\b|\bcase \d|^case\b"
            r"|\bin (?:an?|one) (?:[\w'-]+\s){0,6}?(?:patient|child|infant|woman|man|boy|girl|adolescent|neonate|adult|female|male)\b(?![s-])"
            r"|\ba (?:patient|child|woman|man|boy|girl|infant) with\b|\bof one case\b|\bcase and (?:literature )?review|\breport of (?:a|one) case|\bone case\b)"
        ),
        shape(
            r"\b(?:(?:report|describe|present|illustrate|document|discuss)\w*(?: here| herein)?,? (?:on |about )?(?:the )?(?:(?:an? |one |first )(?:[\w()-]+\s){0,8}?(?:case|patient|child|infant|woman|man|boy|girl|adult|male|female)|two (?:[\w()-]+\s){0,4}?(?:cases|patients|children|siblings|brothers|sisters))\b(?!\s(?:series|definition|control|load|mix|management))(?!-)"
            r"|(?:the|an?|our|this) (?:patient|child|case), an? \d|(?:an?|the|our) (?:previously )?(?:\w+ )?(?:\d{1,2}|\w+)[- ](?:year|yr|month|week|day)s?[- ]old\b"
            r"|this case (?:report|illustrates|highlights|demonstrates|shows|suggests|describes|represents)|case report\b(?! forms?)|in (?:an?|one|the) (?:single )?patient (?:with|who|treated)|our patient\b(?! (?:cohort|population|series|group|sample|data))"
            r"|the patient (?:was|received|had|presented|developed|underwent|died|achieved|remained))"
        ),
    ),
    # "an EBMT registry study"; "data were taken from the SEER database"; "reported to the national registry"
    Design(
        "registry",
        "registry",
        shape(
            r"\b(?:regist(?:ry|ries)\b|seer\b(?!s)|cibmtr|national cancer data ?base|ebmt (?:study|analysis|report)|(?:on behalf of|from|by) the (?:\w+ ){0,8}(?:ebmt|cibmtr))"
        ),
        shape(
            r"(?:\b(?:(?:data|patients?|cases|records|using|from|in|of|to|by|through|with|analy[sz]ed|queried|within) (?:[\w'\u2019/()-]+\s){0,9}?(?:regist(?:ry|ries)\b(?<!trial registry)(?<!trials registry)(?<!trials registries)"
            r"(?<!study registries)(?<!establish a registry)(?! of (?:controlled|clinical)| identifier| number)|seer\b|cibmtr\b|ebmt\b|national cancer data ?base\b|center for international blood|surveillance, epidemiology)"
            r"|(?:group|society) for blood and marrow transplantation(?: \(ebmt\))? (?:\w+ )?(?:database|registry)"
            r"|registry[- ](?:based )?(?:study|analysis|cohort|data)|seer (?:database|program|data)|cibmtr (?:data|registry|database)|ebmt (?:data|registry|database)))"
        ),
    ),
    # "patients were followed prospectively"; "a prospective observational cohort"
    Design(
        "prospective cohort",
        "prospective",
        shape(r"\bprospective(?:ly)?\b(?!,? (?:[\w-]+,? ){0,3}trials\b)|\blongitudinal (?:cohort|study)|\bbirth cohort"),
        shape(
            r"\bprospective(?:ly)?\b(?!,? (?:randomi|(?:phase [\w/]+ |clinical |consecutive |multicent\w+ ){1,3}trials\b|(?:[\w-]+ ){0,2}?(?:trials|studies|validation|evaluations?|investigations?|research)\b(?! (?:was|were)))|[ -](?:and \w+ )?(?:maintained|abstracted|entered|recorded|kept|populated|collected (?:\w+ )?(?:data ?base|registry|data from (?:the|a) )))|\blongitudinal(?:ly)? (?:study|cohort|follow)|birth cohort"
        ),
    ),
    # "we retrospectively reviewed"; "a retrospective cohort"
    Design(
        "retrospective",
        "retrospective",
        shape(r"\bretrospective(?:ly)?\b"),
        shape(r"\bretrospective(?:ly)?\b(?! (?:studies|trials|data (?:have|suggest)))"),
    ),
    # "a chart review"; "real-world data of 45 patients"; "we report three cases"
    Design(
        "records",
        "records",
        shape(
            r"\b(?:real[- ]world|real[- ]life|chart review|case series|(?:single|multi)[- ]?(?:cent(?:er|re)|institution\w*) (?:experience|analysis|cohort)|experience (?:of|from|at|with|in)|(?:two|three|four|five|six|\d+) cases"
            r"|case-control|population-based|propensity|cohort study|claims data|(?:risk|prognostic|prediction|predictive) (?:model|score|index)|prognostic (?:scoring|nomogram)|nomogram|report of (?:two|three|four|five|six|seven|\d+))\b"
        ),
        shape(
            r"\b(?:(?:chart|record|file)s? (?:review|were reviewed|of)|(?:medical|clinical|hospital|patient|health) records|reviewed (?:the )?(?:records|charts|files|cases|data)"
            r"|real[- ](?:world|life) (?:data|cohort|study|analysis|setting|outcomes|evidence|practice|experience|patients)|case[- ]series|consecutive (?:[\w-]+ ){0,4}(?:patients|cases|adults|children)"
            r"|(?:report|describe|present)\w*(?: on| here)? (?:\w+ ){0,3}(?:two|three|four|five|six|seven|eight|nine|ten|\d+) (?:[\w-]+\s){0,4}(?:cases|patients|children)|case-control (?:study|design)|claims (?:data|database)"
            r"|multicent(?:er|re) (?:cohort|analysis)|historical cohort|population-based (?:cohort|study))\b"
        ),
    ),
)  # fmt: skip

# "a phase I/IIa trial"; not "the recommended phase 2 dose", "phase II enzymes"
PHASE = shape(
    r"\bphases?[\s-]{0,2}(?P<a>[1-4]|i{1,3}|iv)(?P<aa>[ab]?)(?:\s?(?:/|-|\u2010|\u2013|and|to|or)\s?(?:phase\s)?(?P<b>[1-4]|i{1,3}|iv|[ab])[ab]?)?(?![\w%])"
    r"(?!\s(?:dose(?![ -](?:escal|expan|find))|enzyme|metabol|reaction|detox|protein|level|angle|response rate|of the cell))"
)
ROMAN = MappingProxyType({"i": 1, "ii": 2, "iii": 3, "iv": 4})
# Another's trial, or one to come: "a previous phase 1b study", "phase 1 trials showed", "randomised phase 3 studies are warranted"
OTHERS_PHASE = shape(
    r"(?:\b(?:previous|previously|prior|earlier|recent|ongoing|several|two|three|four|other|many|future|upcoming|subsequent|pivotal|recommended|another|multiple|various|early|further"
    r"|into|patients from|initial|registrational|seminal|landmark|for|planned|historical|published|enter\w*|support\w*|warrant\w*|started?|rationale for)\s(?:\w+[\s,-]+){0,3})$"
)
PHASE_PLURAL = shape(r"[\s,]*(?:[\w/()-]+\s){0,4}?(?:trials|studies|data from)\b")
PHASE_TO_COME = shape(
    r"\s+of the (?!study|trial)[\w-]+ (?:study|trial) (?:showed|demonstrated|established)|[^.]{0,80}\b(?:warranted|planned|ongoing|underway|under way|launched|initiated|justified|needed|required|is (?:currently )?recruiting|will be|should be|have shown|has shown|are (?:being|currently))\b"
)
BEFORE_TITLED = shape(r"\b(?:previous|prior|recommended)\s$")
A_TRIAL = shape(r"[\s,()\w-]{0,60}\b(?:trial|study)\b")
SELF = shape(
    r"\b(?:this|our|we|here|present|current|conduct\w*|perform\w*|report\w*|results?|in an?|in the|part|patients|enrolled|designed|undert\w*|was an?|is an?|the|an?)\b"
)
THIS = shape(r"\b(?:this|our|we)\b")
# "a first-in-human trial"; "this dose-escalation study"; "a 3+3 design"
FIRST_IN_HUMAN = shape(
    r"\bfirst[- ]in[- ]humans?\b|\bdose[- ](?:escalation|finding)(?:[ ,/-](?:and[ -])?expansion)?\s(?:trial|study)\b|\b3 ?\+ ?3 (?:design|dose)"
)
# "patients were randomised to"; "in this trial"; "a pilot study"
TRIAL = shape(
    r"\b(?:trial|randomi[sz]ed (?:study|to|\()|randomly (?:assigned|allocated)|were randomi[sz]ed|study drug|open-label|single-arm|pilot study|dose[- ]escalation|placebo|randomi[sz]ed,? (?:\w+ )?(?:study|comparison))\b"
)
OWN_TRIAL = shape(
    r"\b(?:this|our|the present|the current|a|an) (?:[\w-]+,? ){0,4}(?:trial|randomi[sz]ed|pilot)|randomly (?:assigned|allocated)|were randomi[sz]ed"
)
# Another's trial: "inferior to that of the RESONATE trial"; "unlike in the pivotal trial"
BEFORE_OTHERS_TRIAL = shape(
    r"\b(?:compar\w+ (?:to|with)|than|unlike|similar to|inferior to|superior to|consistent with|pivotal|previous|prior|future|further|ongoing|published|absence of|lack of)\b[^.;]{0,40}$"
)
# Patients of one trial, looked at again: "enrolled in the AMLX-99 trial", "treated on protocol ABC12"; in the text's own letters
OF_ONE_TRIAL = re.compile(
    r"\b(?:[Ii]n|[Oo]n|within|[Ff]rom|of|under) (?:the )?(?:[\w'\u2019/()-]+ ){0,8}?(?:(?!I{1,3}V?\b|[A-Z]\w{0,60}-[a-z])[A-Z][\w/+-]{0,60}[A-Z0-9]\w{0,60}(?: \d+)? (?:clinical |randomi[sz]ed |phase [\w/]+ )*(?:trial|protocol)\b|[A-Z][\w/+-]{0,60} ?[\w-]{0,60}\d (?:study|cohort)\b"
    r"|(?:Trial|Study) (?:[\w-]+ ){1,8}\([A-Z][\w-]*\)|(?:[Pp]rotocol|[Tt]rial|[Ss]tudy) [A-Z][A-Z-]*\d)"
)
# People without the disease whose blood is measured beside that of patients
CONTROLS = shape(
    r"\b(?:(?:healthy|matched) (?:adult )?controls?|healthy (?:volunteers|donors|subjects|individuals|persons|people)|\d+ (?:additional )?controls)\b"
)
TRIALS = shape(r"\b(?:trials|protocols|studies) (?!gov)(?!have|show|suggest)")
# A survey, a model, a study of healthy people: studies, but of no listed kind. "a cross-sectional survey of 120 nurses"
OTHER = shape(
    r"\b(?:cross-sectional\b(?! (?:imaging|images?|areas?|ct|mri|scans?))|questionnaires?\b|surveyed|(?:online|web-based|national|nationwide|postal|electronic|cross-sectional|questionnaire) survey|cost[- ](?:effectiveness|utility|benefit|minimi[sz]ation)|budget impact|markov model"
    r"|mendelian randomi[sz]ation|healthy (?:volunteers|subjects|adults|male)|semi-?structured interviews?|qualitative study|focus groups?|neuropsycholog\w*|study protocol|quality improvement|pharmacovigilance|faers|disproportionality|genome-wide association|matching-adjusted)\b"
)
# Titles such as "Advances in myeloma: an overview", "How I treat", "What to do?"
REVIEW_TITLE = shape(
    r"\b(?:review|overview|how i treat|state[- ]of[- ]the[- ]art|perspectives?|current (?:status|concepts|approach\w*|landscape|understanding|options|opinion|knowledge|therap\w+|treatment)|recent (?:advances|developments|progress)|advances in"
    r"|update\b|future directions|challenges (?:and|in)|where (?:do|are) we|what (?:is|to do|do)|past, present|insights|primer|landscape|progress in|new (?:approaches|developments|strategies)|emerging|history of|era of|commentary|editorial|who, when|promise)"
)
# A title that is a topic: "The role of venetoclax in", "Targeting nuclear export in"
TOPIC = shape(r"(?:the )?(?:[\w-]+ )?(?:roles? of|targeting|towards?|implications of|management of|treatment of|pathogenesis of)\b")
# "we discuss the role of"; "this review summarizes"; "the options are reviewed"
REVIEW = shape(
    r"\b(?:(?:this|our|the present|present|in this|mini|short|brief|narrative|literature|comprehensive|concise) (?:\w+ )?(?:review|overview|perspective|commentary|editorial|chapter|viewpoint|opinion)\b(?! (?:board|committee|of (?:medical|patient|records|charts|the records|\d)|process))"
    r"|we (?!also)(?:\w+ ){0,3}(?:review\b(?! the (?:cases|literature))|summari[sz]e|discuss|highlight|outline|delve|overview|provide an overview)\b|(?:this|the present) (?:article|paper|chapter|manuscript|section) (?:\w+ ){0,3}(?:review|summari[sz]e|discuss|describe|provide|outline|focus|explore|examine|highlight(?!ed in)|address|will|present(?!s an? (?:[\w-]+ ){0,3}(?:system|method|model|approach|algorithm|tool|network)\b)|aim|offer|consider)s?"
    r"|\breviewed here (?:are|is)\b|(?:is|are|will be) (?:also |here |briefly |then |critically )?(?:reviewed|discussed|summari[sz]ed|outlined|highlighted)\b(?! (?:by|in))|has been reviewed|areas covered|purpose of (?:the |this )?review|to review and (?:summari[sz]e|discuss|describe)|authors? (?:review|discuss|summari[sz]e)s?|reviews? (?:the (?!cases|literature)|our|recent|current|available)|in this article)\b"
)
# "between 2011 and 2017, 318 patients were treated"
YEARS = shape(
    r"\b(?:between|from|during|in) (?:[a-z]+\.? )?(?:\d{1,2},? )?(?:19|20)\d\d (?:and|to|through|until|-|\u2013) ?(?:[a-z]+\.? )?(?:\d{1,2},? )?(?:19|20)\d\d\b"
)
# "measured at baseline and after the third cycle"
REPEATED = shape(
    r"\b(?:performed|measured|assessed|obtained|collected|evaluated|examined|drawn|taken|recorded)\b[^.;]{0,30}\b(?:at baseline|before and (?:\w+ )?(?:\w+ )?after|at diagnosis and)\b"
)
# "in this review"; "this article summarizes"; not "this review of 40 patients"
THIS_REVIEW = shape(
    r"\b(?:to review (?:and (?:summari|discuss|evaluat|describ)|(?:the )?(?:literature|evidence|current|available|data|pharmacolog|role|use)\b)|in this (?:[\w-]+ )?(?:review|overview|article)\b(?! of (?:\d|our|patients|medical|the (?:records|charts)))"
    r"|this (?:[\w-]+ )?(?:review|overview|article) (?:will |aims to |also )?(?:summari|discuss|focus|describ|provid|highlight|outlin|cover|address|examin|present|explor)\w*)"
)
# "33 patients were treated with"; "patients received 30 mg/m2"
TREATED = shape(
    r"\b(?:(?:were|was) (?:\w+ ){0,2}(?:treated with|given|administered|assigned|randomi[sz]ed)|(?:patients|children|adults|subjects|participants|pts) (?:\w+ ){0,3}received|infused [^.;]{0,60}\binto\b|mg/m|mg/kg|we treated|pilot|dose level|feasibility|regimen of|schedule of)"
)
NUMBERS = shape(r"\d%|\bp\s?[<=]|\b95% ci")
# A trial's aim: "to evaluate the efficacy of an antibody in patients with"
EFFICACY_IN = shape(
    r"\b(?:efficacy|safety|tolerability) of [^.;]{0,90}?\b(?:in|for) (?:[\w-]+ ){0,4}?(?:patients|children|adults|subjects)\b"
)
# A model that ranks patients, whoever followed them
MODEL = shape(r"\b(?:(?:risk|prognostic|prediction|predictive) (?:model|score|index)|nomogram)\b")
# Titles of work on public data, and on a test held against another: "a five-gene signature"; "a reliable approach compared with"
SIGNATURE_TITLE = shape(
    r"\b(?:multi-?omics?|pan-cancer|machine learning|signatures?|prognos\w+|subtyp\w+|bioinformatic\w*|nomogram|risk model|immune infiltrat\w+|related genes)\b"
)
TEST_TITLE = shape(r"\b(?:tool|approach|method|assay|technique|screening|comparison|compar(?:ed|ing)|detect(?:ion|ing)|validation)\b")
# Words of one's own work; without them a text tells of others'
OWN_WORK = shape(
    r"\b(?:we|our|this study|the aim|objective|purpose|(?:patients|cells|samples|levels) were|to (?:evaluate|assess|determine|compare))\b"
)
TOLD = shape(r"\b(?:we|our|was|were|had|this study)\b")
# "this trial was registered with the national registry"
REGISTERED = shape(r"\b(?:(?:trial|study) (?:is|was|has been) registered|clinicaltrials|identification code|identifier)\b")
