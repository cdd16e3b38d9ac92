"""Text of the example handbook, part 3: lights, maintenance, contracts."""

TEXT = """
# 6 Lighthouses and Aids to Navigation

## 6.1 The stations

Eleven lights, forty-six lit buoys and nine radar beacons are in the care of the Lights
department. Table 10 lists the lights from north to south. The height is that of the focal plane
above mean high water, and the range is nominal, in nautical miles.

@table Table 10. List of lights
No. | Station | First lit | Character | Height (m) | Range
L01 | Cape Lorn | 1889 | Fl(3) W 20s | 61 | 24
L02 | Skoll Head | 1884 | Fl W 5s | 38 | 19
L03 | Narrows North | 1902 | Q R | 9 | 6
L04 | Narrows South | 1902 | Q G | 9 | 6
L05 | Bramsay Ness | 1896 | Iso WRG 6s | 27 | 15
L06 | Aldery Mole | 1931 | Oc G 4s | 12 | 8
L07 | Pennant Rock | 1878 | Fl(2) W 15s | 44 | 22
L08 | Quill | 1904 | LFl W 10s | 33 | 18
L09 | Neuhafen Pier | 1949 | F R | 11 | 7
L10 | Saint Odo | 1912 | Fl(4) W 30s | 72 | 25
L11 | Widow's Ledge | 1966 | VQ(6)+LFl W 10s | 18 | 10
@end

## 6.2 Outages in 2023

Three stations fell short of the target of 99.8 per cent. Widow's Ledge was dark for nine nights
in January after a wave broke the door and flooded the battery room. Narrows South failed twice
when cormorants short-circuited the charging lead. Cape Lorn lost its main lamp on 12 May; the
standby lamp, which should have come on by itself, had been wired to the test switch since a visit
in March. Dr Farrelly has since ruled that a station visit ends only when the technician has seen
the standby lamp light itself, from outside, in the dark.

The longest outage of all, at Widow's Ledge, lasted 211 hours. A temporary lantern with a range of
four miles was landed by helicopter on the third day.

## 6.3 Light sources and energy

Seven of the eleven stations run on solar panels and batteries. Four remain on the mains, with a
diesel set in reserve: Aldery Mole, Neuhafen Pier, Skoll Head and Saint Odo. The great lens of
Saint Odo, a first-order Fresnel of 920 millimetres focal distance, still turns in a bath of
mercury. The mercury weighs 318 kilograms and is to be replaced by a dry bearing in 2026. Until
then nobody enters the lantern room of Saint Odo without the vapour meter, and nobody stays longer
than forty minutes.

## 6.4 Rules for working at a station

<b>Section 6.4(a)</b> No one lands on Pennant Rock or Widow's Ledge alone. The landing party has
at least three members, one of whom stays at the winch.

<b>Section 6.4(b)</b> Landings are made only when the swell at the landing is below 0.8 metres,
and are broken off when it reaches 1.1 metres.

<b>Section 6.4(c)</b> Each member of the party carries a personal beacon registered to the
Authority, two days' food and the key to the emergency locker. The locker code is changed every 1
February and is held by the duty controller.

<b>Section 6.4(d)</b> At 19:30 each evening a party staying overnight reports by radio. If two
reports are missed, the duty controller sends the <i>Lantern</i> without asking further.

## 6.5 Light dues

Vessels of more than 40 net tons calling at a port in the islands pay light dues of 0.38 florins
per net ton and voyage, with a ceiling of eighteen voyages a year. Fishing vessels registered in
the islands, warships, and vessels in distress are exempt. Dues that are unpaid after sixty days
bear interest at 6 per cent a year, and the harbour master may withhold clearance.

# 7 Maintenance

## 7.1 Principles

Work is planned by running hours where a meter exists, and by the calendar where none does. A task
that falls due at sea may be put off by at most ten per cent of its interval, once, with the chief
engineer's signature; a task marked with the letter M in Table 11 may not be put off at all. The
maintenance system is called TIDEWATER and the record in TIDEWATER, not the paper in the engine
room, is the evidence that the work was done.

@table Table 11. Maintenance intervals, main items
Item | Interval | Done by | Mark
Main engine, oil and filter change | 500 running hours | ship | -
Main engine, fuel injectors | 2,000 running hours | workshop | -
Main engine, top overhaul | 12,000 running hours | workshop | M
Gearbox oil analysis | 3 months | ship | -
Bow thruster seals | 30 months | drydock | -
Bow door hinges and locks | 6 weeks | ship | M
Stern ramp wire ropes | 18 months, replace | workshop | M
Drencher nozzles, car deck | 12 months | ship | M
Liferafts, service ashore | 12 months | contractor | M
Steering gear, full test | before each departure | ship | M
Emergency generator, load test | 1 month | ship | M
Hull thickness survey | see Section 7.3 | contractor | M
Lighthouse batteries, capacity test | 6 months | Lights | M
Lens cleaning | 4 months | Lights | -
Buoy moorings, lift and measure | 24 months | Lantern | M
@end

## 7.2 Spare parts

The central store in Port Aldery holds 6,870 lines. Parts marked critical must be on the shelf in
at least the quantity shown in Table 12. When the last but one is issued, the storekeeper orders
more the same day and needs no approval to do so.

@table Table 12. Critical spare parts
Part number | Description | Fits | Minimum stock | Unit price (florins)
HX-2041-B | Seawater pump impeller, bronze | Aldery Star, Corvaux | 3 | 486.50
HX-2077-D | Seawater pump shaft seal | Aldery Star, Corvaux | 6 | 92.75
FQ-0318 | Fuel injector nozzle | Bramsay Maid | 8 | 214.00
WJ-5520-A | Water-jet bearing set | Quicksilver | 1 | 7,940.00
TR-1106 | Bow thruster seal kit | Corvaux | 2 | 1,365.20
LM-0090 | Lamp changer, two-position | all rock stations | 4 | 1,128.00
BT-4412-C | Battery cell, 2 volt, 1,200 Ah | solar stations | 24 | 318.90
PX-0007 | Standby lamp relay | all lights | 11 | 37.40
@end

The impeller HX-2041-B deserves a note. The cheaper version without the suffix fits the same
housing and lasts about nine weeks. Three were found in the store in 2021, cut up with a hacksaw
by the storekeeper, Agnes Tolliver, and hung on the wall as a warning.

## 7.3 Hull surveys

A hull thickness survey is made every five years. For a vessel more than twenty-five years old,
counted from the year of build, the survey is made every year, and plates that have lost more than
18 per cent of their thickness are renewed before she carries passengers again. The surveyor's
marks are photographed and the photographs are kept for the life of the ship.

## 7.4 Drydocking in 2023

The <i>Aldery Star</i> was in dock at Brennmouth on the mainland from 6 to 27 November. She
received new rudder bearings, 1,450 square metres of silicone coating and the repair of the port
shaft damaged in February. The work cost 1,316.4 thousand florins, 4 per cent under the estimate.
The <i>Petrel</i> was re-engined in the Authority's own slip at Skollhavn between 16 January and
24 March and returned to service nine days ahead of plan.

The <i>Bramsay Maid</i> had 38 hull plates measured by ultrasound; two, both beneath the galley,
were below the limit and were replaced. The cause was found to be a leaking dishwasher, which had
been reported four times. The report form now has a box in which the second and each later report
of the same defect must be ticked, and such reports go straight to the Marine Superintendent.

# 8 Procurement and Contract Terms

## 8.1 How we buy

Purchases below 10,000 florins need one written quotation. From 10,000 to 80,000 three quotations
are invited. Above 80,000 florins the contract is advertised for at least thirty-five days in the
Islands Gazette and opened in public on a Wednesday. Bids are scored 55 per cent on price over the
whole life, 30 per cent on technical merit and 15 per cent on environmental performance. A bidder
who has been late on two contracts in the last three years loses ten points.

Gifts worth more than 20 florins are returned or, if they are edible, shared out in the canteen in
front of witnesses. The register of gifts is public. In 2023 it contained fourteen entries, among
them a live goose.

## 8.2 General terms of contract

<b>Clause 1 (Price).</b> The price is fixed for twelve months. Thereafter it may be adjusted once
a year by the islands' producer price index, but by no more than 4.5 per cent.

<b>Clause 2 (Payment).</b> Invoices are paid thirty days after receipt, with the purchase order
number, at invoices@hifla.example. A discount of 1.5 per cent may be taken for payment within ten
days.

<b>Clause 3 (Delay).</b> For each full week of delay for which the supplier is responsible, 0.4
per cent of the contract price is deducted, up to a maximum of 8 per cent.

<b>Clause 4 (Warranty).</b> The warranty is twenty-four months from acceptance, and thirty-six
months for coatings and for anything installed on a lighthouse. Parts replaced under warranty
start a new period of twelve months.

<b>Clause 5 (Retention).</b> Five per cent of the price is retained until the end of the first
winter, that is, until 30 April after acceptance.

<b>Clause 6 (Termination).</b> Either party may terminate with ninety days' notice. The Authority
may terminate at once if the supplier becomes insolvent, if it assigns the contract without
consent, or if the delay exceeds twenty weeks.

<b>Clause 7 (Disputes).</b> Disputes go first to a mediator named by the Chamber of Shipping. If
there is no settlement within sixty days they are decided by the Admiralty Court in Port Aldery.
The language of the proceedings is English; witnesses may be heard in German or French.

## 8.3 Contracts awarded in 2023

@table Table 13. Contracts above 80,000 florins awarded in 2023, in thousands of florins
Contract | Supplier | Subject | Price | Delivery due
C23-04 | Norrgard Motoren | Engines for Petrel | 862.0 | 9 January 2023
C23-07 | Brennmouth Dry Docks | Docking of Aldery Star | 1,371.3 | 27 November 2023
C23-11 | Tidewater Systems | Maintenance software, 3 years | 246.6 | 1 June 2023
C23-12 | Ostrevoe Solar | Panels for four stations | 405.0 | 31 August 2023
C23-15 | Kestrel Ropes | Mooring and ramp wires | 118.5 | 15 May 2023
C23-19 | Maison Delcourt | Uniforms and oilskins | 97.2 | 1 October 2023
C23-22 | Pillar Marine Works | Neuhafen linkspan, stage 1 | 1,208.0 | 30 June 2024
@end

Two suppliers were late. Ostrevoe Solar delivered its panels five full weeks after the due date
because of a strike of its own transport firm, which was held not to be an excuse. Kestrel Ropes
delivered two days late, which attracts no deduction.

## 8.4 Contact for suppliers

Questions about open tenders are answered in writing only, by tenders@hifla.example, until six
days before the opening. Suppliers register once, at no charge, with form P-30. The reference for
the current list of approved yards is AY-2023/6; it contains five names and is reviewed each
September.
"""
