"""Text of the example handbook, part 1: the year, the history, the staff."""

TEXT = """
# 1 The Year at a Glance

## 1.1 Letter from the Chair

Nobody who stood on the quay at Port Aldery on the morning of 9 February will forget the sight of
the <i>Aldery Star</i> coming in under one engine, with ice to the height of her bridge windows
and two hundred and six passengers singing in the saloon. She was four hours and ten minutes late.
Not one person on board was hurt. I begin with that morning because it contains most of what this
book is about: good maintenance, clear rules, and people who know when to put the rule book down
and make tea.

For the first time since the opening of the Skollhavn breakwater we carried more than a million
passengers in one year. Income grew faster than costs, the fuel bill fell, and the Board was able
to move half a million florins into the reserve from which we shall one day buy the successor of
the <i>Bramsay Maid</i>. Against this, three of our eleven lights were dark for longer than they
should have been, and we lost a summer season of goodwill on Quill by cancelling eleven Saturdays
in a row.

The Board has asked for two changes to the form of this volume. The handbook and the annual
report, which used to be two books that contradicted each other, are now one. And each rule
carries a number, so that a deckhand can quote it to a captain, and a passenger to both of us.

<i>Maren Aldous-Thiele, Chair of the Board, Port Aldery, 14 March 2024</i>

## 1.2 Key figures

Table 1 gives the figures which the Board follows each month. Punctuality counts a sailing as on
time when it berths within seven minutes of the published arrival. Availability of lights is
measured over all eleven stations, weighted equally.

@table Table 1. Key figures, 2023 and 2022
Measure | 2023 | 2022
Passengers carried | 1,014,804 | 951,961
Vehicles carried | 163,290 | 158,744
Sailings operated | 11,862 | 11,640
Sailings cancelled | 417 | 352
Punctuality (per cent) | 93.6 | 91.8
Availability of lights (per cent) | 99.41 | 99.78
Lost-time injuries | 6 | 9
Complaints per 10,000 passengers | 4.7 | 5.9
@end

## 1.3 How to read this book

Chapters 2 and 3 describe the Authority. Chapters 4 to 8 are the handbook proper and bind all
employees; where a rule says "must", a breach is a disciplinary matter under the staff
regulations. Chapters 9 to 11 form the annual report. The remaining chapters are for passengers.
Amounts are in thousands of florins unless the text says otherwise, and times are island time,
which is forty minutes behind the mainland all year round.

Corrections are welcome at handbook@hifla.example. The next edition closes for contributions on 31
October 2024; anyone who reports an error of fact before that date receives a day ticket for Route
1.

# 2 History

## 2.1 The lights, 1871 to 1922

The Authority began with a wreck. On the night of 3 November 1869 the grain ship <i>Perpetua</i>
mistook a lime kiln on Bramsay for the harbour light of Port Aldery and was lost on Pennant Rock
with thirty-one of her crew. The inquiry, chaired by the schoolmaster Elias Thorne, found that the
islands possessed "a great many fires and not one light". The Lights Act followed on 22 May 1871
and created a board of five commissioners with power to levy a due of two pence per ton on every
vessel that passed within sight of a lamp.

Pennant Rock was the first station. It took six summers to build, because the rock dries for only
two hours either side of low water, and the masons had to be rowed out from Quill and rowed home
again. The lamp was lit on 18 August 1878 by the widow of the <i>Perpetua's</i> mate. The
engineer, Augusta Merrivale, had dovetailed the granite courses like a cabinet and refused to use
a single iron cramp; when the tower was surveyed in 1978 it was found to lean by eleven
millimetres.

Six further lights were built before 1905. The most troublesome was Cape Lorn, where the keepers
complained of a noise in the tower that stopped whenever anybody went to look for it. It was
traced in 1911 to a colony of storm petrels nesting in the weight shaft.

## 2.2 The ferries join, 1923 to 1969

~ Until the Great War the ferries were a private and quarrelsome busi-
~ ness. Three companies served the harbour of Skollhavn alone, and it is re-
~ corded that in 1908 two of their masters raced for the only berth and ar-
~ rived so evenly that both gangways were put down on the same bol-
~ lard. The Harbours Commission warned, fined and finally lost pa-
~ tience. By the Ferries Transfer Order of 1 April 1923 the remaining com-
~ panies were bought out for 84,600 florins, a sum which the owners de-
~ nounced as robbery and which the auditors, twenty years later, de-
~ scribed as generous. The fleet consisted of four steamers, a coal hulk and a horse.

The first purpose-built ship of the new Authority was the turbine steamer <i>Corvaux</i>, the
first of that name, which entered service in 1931 and was requisitioned in 1940. She never came
back. Her bell was found in a scrapyard in 1962 by a keeper on holiday, who bought it for the
price of the metal and carried it home in his rucksack. It now hangs in the ticket hall at Port
Aldery and is rung once on 1 April.

Cars arrived late. The islands had forty kilometres of paved road in 1950, and the Authority
carried motor vehicles as deck cargo, lifted aboard by a derrick in a net. The last car to travel
that way, a green van belonging to the Neuhafen bakery, was dropped into the harbour on 6 July
1964, and the Board ordered a ship with a bow door the following week.

## 2.3 Automation and after, 1970 to today

Keepers were withdrawn from the lights between 1979 and 1996. The last manned station was Saint
Odo on Île Corvaux, whose keeper, Lucien Barraud, left on 30 September 1996 with a cat, a
harmonium and nineteen volumes of weather diaries. The diaries have since been digitised and were
used to calibrate the ice model described in Chapter 10.

The Skollhavn breakwater was opened in 1987 after nine years of work. It shortened the crossing of
Route 1 by eighteen minutes and made it possible to sail on some sixty winter days a year on which
ships had previously stayed in port. The present statute, the Ferries and Lights Consolidation
Act, dates from 2004; it gave the Authority its Board of seven, its duty to publish accounts and
its unusual motto, <i>Lumen et Reditus</i>, "the light and the way back".

In 2016 the fast craft <i>Quicksilver</i> replaced the last hydrofoil. She was controversial: her
wash undermined the seal haul-out at Bramsay Ness, and since 2018 she has been limited to sixteen
knots within one nautical mile of the Ness. The limit appears today as Section 4.4(c).

# 3 Organisation and Staff

## 3.1 The Board

The Board has seven members. Four are appointed by the Islands Assembly, two are elected by the
staff and one is named by the Chamber of Shipping. Members serve for four years and may be
reappointed once. The Board meets on the second Thursday of each month except August; five members
form a quorum, of whom at least one must be a staff member.

@table Table 2. Members of the Board on 31 December 2023
Member | Seat | Term ends
Maren Aldous-Thiele (Chair) | Assembly | 30 June 2026
Corin Vasquez-Holm | Assembly | 30 June 2025
Professor Ulla Denning | Assembly | 30 June 2027
Father Anselm Roque | Assembly | 30 June 2024
Britt Osterhagen | Staff (deck) | 31 March 2025
Davit Melikson | Staff (workshops) | 31 March 2027
Rosalind Achterberg | Chamber of Shipping | 31 December 2024
@end

The Audit Committee is chaired by Professor Denning and meets quarterly. The Safety Committee is
chaired by Ms Osterhagen; it receives every incident report of severity 3 or higher within five
working days and may halt a route by simple majority, a power it has used twice, in 2009 and in
2021.

## 3.2 Management

Tobias Renwick has been Director General since 1 September 2019. He was previously harbour master
of Port Aldery and before that, as he likes to mention, the worst cook in the fleet. Reporting to
him are the Marine Superintendent, Captain Hedda Lindqvar; the Director of Lights, Dr Oona
Farrelly; the Finance Director, Pascal Quiberon; the Head of Procurement, Yusuf Castellane; and
the Head of People, Winifred Okoro-Blythe. The Safety Officer, Brannoch Teague, reports to the
Director General for administration but directly to the Safety Committee for everything else.

Spending authority follows rank. A ship's master may commit up to 4,000 florins for one purchase,
a head of department up to 25,000, and the Director General up to 150,000. Anything above that
goes to the Board. Splitting a purchase to stay under a limit is treated as exceeding it.

## 3.3 Staff numbers

@table Table 3. Staff by department, full-time equivalents at 31 December
Department | 2023 | 2022
Ferries, deck | 148 | 145
Ferries, engine room | 64 | 61
Ferries, passenger service | 87 | 84
Lights | 31 | 33
Harbours | 72 | 70
Workshops | 46 | 44
Tickets and information | 38 | 40
Administration | 29 | 28
* Total | 515 | 505
@end

Of the total, 188 are women, up from 171, and 43 are apprentices. The average length of service is
11.3 years. Sickness absence fell from 6.2 to 5.4 per cent of working days, most of it in
passenger service, where the new rota ended the practice of splitting a day between two ships.

## 3.4 Pay grades

All posts below the Director General are placed in one of eight grades. Deckhands and passenger
stewards start in G2. Lamp technicians and able seamen are in G4, second engineers and harbour
masters of the smaller ports in G6, ships' masters in G7. Grade G8 is kept for the five officers
who report to the Director General. Employees stationed on Quill or on a rock station receive an
isolation supplement of 9 per cent of base pay, which does not count towards the pension.

@table Table 4. Monthly base pay by grade from 1 January 2024, in florins
Grade | Entry | After 4 years | After 10 years
G1 | 1,910 | 1,985 | 2,060
G2 | 2,140 | 2,235 | 2,330
G3 | 2,395 | 2,510 | 2,625
G4 | 2,680 | 2,820 | 2,960
G5 | 3,050 | 3,215 | 3,380
G6 | 3,540 | 3,745 | 3,950
G7 | 4,275 | 4,520 | 4,765
G8 | 5,380 | 5,690 | 6,000
@end

## 3.5 Leave, training and uniform

Annual leave is 28 working days, and 31 from the year in which an employee turns fifty. Sea-going
staff accrue one further day for each twenty nights spent on board. Leave not taken by 31 March of
the following year lapses unless the Head of People has agreed in writing to carry it over.

Each employee is entitled to forty hours of paid training a year. Sea survival is refreshed every
thirty months at the pool in Skollhavn; staff whose certificate has expired may work ashore but
must not be counted in the safe manning of a ship. The language allowance of 65 florins a month is
paid for a certified command of German, French or island sign language.

The uniform is navy blue. The yellow oilskin, part of the winter issue since 1958, is optional
except on the car deck, where it is compulsory in every season because drivers can see it.
"""
