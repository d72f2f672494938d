"""Word lists that several rules share. Each value is an alternation without brackets, for use inside a group."""

from __future__ import annotations

LISTS = {
    "DAY": "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mondays|tuesdays|wednesdays|thursdays|fridays"
    "|saturdays|sundays|mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun",
    "MONTH": "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec",
    "CLIENT": "client|clients|patient|patients|pt|pts|couple|couples|family|families|kiddo|kiddos|teen|teens",
    "ONECLIENT": "client|patient|pt|couple|family|kiddo|kid|teen|teenager|widow|widower|veteran|vet|mama|mom|dad"
    "|mother|father|guy|man|woman|lady|gentleman|girl|boy|fella|fellow|gal|student|person|gent|lad|nurse|teacher"
    "|firefighter|cop|farmer|grandma|grandpa|grandmother|grandfather|parent",
    "KIN": "mom|mother|dad|father|son|daughter|kid|child|wife|husband|brother|sister|partner|ex|boyfriend|girlfriend"
    "|stepdaughter|stepson|toddler|baby|teen|teenager|grandson|granddaughter|niece|nephew|fiance|fiancee|mum|kids",
    "DRUG": "lexapro|zoloft|sertraline|prozac|fluoxetine|wellbutrin|bupropion|effexor|venlafaxine|cymbalta|duloxetine"
    "|trazodone|xanax|klonopin|clonazepam|ativan|lorazepam|lithium|lamictal|lamotrigine|seroquel|quetiapine|abilify"
    "|aripiprazole|adderall|vyvanse|ritalin|concerta|strattera|buspar|buspirone|propranolol|hydroxyzine|gabapentin"
    "|escitalopram|citalopram|celexa|paxil|paroxetine|melatonin|benadryl|suboxone|naltrexone|ssri|ssris|benzo|benzos"
    "|antidepressant|antidepressants|mirtazapine|remeron|guanfacine|clonidine|prazosin|depakote|risperdal|stimulant",
    "DIAGNOSIS": "ptsd|cptsd|ocd|adhd|add|bpd|npd|autism|autistic|bipolar|depression|depressed|anxiety|anorexia|bulimia"
    "|dissociation|dissociating|mania|manic|psychosis|psychotic|schizophrenia|narcissist|narcissism|borderline|trauma"
    "|panic disorder|panic attacks|panic attack|cyclothymia|dementia|postpartum|enmeshment|codependency"
    "|sociopath|psychopath|grief|burnout|attachment|dyslexia|odd|arfid|tourette's|lewy body|gad|perimenopause",
    "WEEKDAYISH": "monday|tuesday|wednesday|thursday|friday|saturday|sunday|morning|afternoon|evening|noon|lunchtime",
    "ROLE": "therapist|psychologist|psychiatrist|counselor|counsellor|clinician|social worker|lcsw|lpc|lmft|lmsw|doctor"
    "|physician|clinical psychologist|licensed clinician|licensed therapist|mental health professional|provider",
    "GROUP": "atheists?|baptists?|catholics?|christians?|evangelicals?|pentecostals?|mormons?|muslims?|jews?|jewish|hindus?"
    "|sikhs?|buddhists?|pagans?|travellers?|gypsies|roma|romanians?|mexicans?|immigrants?|refugees?|foreigners|africans?"
    "|asians?|chinese|indians?|arabs?|somalis?|haitians?|poles|russians?|ukrainians?|irish|italians?|latinos?|hispanics?"
    "|blacks|whites|black people|white people|gays?|lesbians?|trans people|queers?|straights?|men|women|boomers?"
    "|millennials?|democrats?|republicans?|liberals?|conservatives?|leftists?|addicts?|fat people|poor people|rich people"
    "|homeless|veterans?|cops|farmers|landlords|families like that|single moms?|single mothers|teen moms?|rednecks?",
    "CRISIS": "988|911|116 123|112|crisis line|crisis text line|lifeline|emergency room|samaritans|741741",
}
