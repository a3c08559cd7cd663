"""Pay plans: what is due under them, to the cent, and what they would cost.

plan         one version of a plan: tiers, caps, draws, SPIFFs, objectives; its rules
values       its single values: exact numbers, shares, money, days
plan_file    a plan file becomes a plan, or an error that names every line
versions     versions beside each other: one name, one calendar, no day twice
lock         versions once paid by, which may not change
payouts      credits → what is due, with a line for every step                        the entrance: `payouts`
─ of these consist of
credit       credits, reversals, lines, notes
money        cents, rounded and shared out
tiers        what the steps pay, credit by credit
net          one period per credit; credit notes and claw-backs set against it
spiffs       extra pay per deal
account      one rep's periods, one after the other

names        names in a plan that the company does not have
taking_part  a company's tables → who takes part, and against which quotas
aside        what was set aside at the snapshot and pay rests on
crediting    a company's tables → credits, reversals                                  the entrance: `credited`
settle       what would be settled on a day; the statement of a rep
estimate     what open deals may still add to a rep's pay

recorded     a plan as the table incentive_plan keeps it
simulate     what plans cost under drawn bookings, who gains, break-even              the entrance: `simulate`
─ of these consist of
past         past bookings and quotas out of a company's tables
bookings     what reps may book, drawn from what they booked
fast         tiers on millions of sums at once, exact
curve        pay by attainment, and where it jumps
"""
