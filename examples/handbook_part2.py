"""Text of the example handbook, part 2: fleet, safety rules, timetables, fares."""

TEXT = """
# 4 Fleet and Safety Rules

## 4.1 The fleet

Six vessels are in commission. The operating class in the last column of Table 5 decides which
weather limits apply; it is assigned by the Marine Superintendent after the annual stability
review and has nothing to do with comfort.

@table Table 5. Vessels in commission
Vessel | Built | Length (m) | Passengers | Cars | Service speed (kn) | Class
Aldery Star | 1998 | 91.4 | 640 | 118 | 17.5 | A
Corvaux | 2007 | 74.2 | 412 | 66 | 16.0 | A
Bramsay Maid | 1994 | 62.8 | 350 | 48 | 14.5 | B
Quicksilver | 2016 | 43.5 | 286 | 0 | 33.0 | B
Petrel | 2011 | 31.6 | 120 | 12 | 12.0 | C
Lantern (tender) | 2002 | 38.9 | 24 | 0 | 13.0 | C
@end

The <i>Lantern</i> serves the lighthouses and buoys, carries no fare-paying passengers, and is the
only vessel fitted for towing. Her bollard pull is 21 tonnes. The <i>Bramsay Maid</i> is the
oldest ship and the only one still steered from a wooden wheel, salvaged from the 1931
<i>Corvaux</i>'s sister and fitted at the insistence of her first master.

## 4.2 Weather limits

<b>Section 4.2(a)</b> A vessel of class A must not leave port when the mean wind at the departure
station over the last ten minutes exceeds 24 metres per second.

<b>Section 4.2(b)</b> A vessel of class B must not leave port when the mean wind exceeds 19 metres
per second, or when the significant wave height reported by the Skoll Sound buoy exceeds 2.6
metres.

<b>Section 4.2(c)</b> A vessel of class C must not leave port when the mean wind exceeds 15 metres
per second, nor between sunset and sunrise if visibility is below 1,500 metres.

<b>Section 4.2(d)</b> A master may always decline to sail below these limits. No manager may ask
for the reasons until the vessel is alongside and the crew has had a meal.

<b>Section 4.2(e)</b> The limits do not apply to a vessel proceeding to the assistance of persons
in distress. The master must tell the duty controller on VHF channel 12 before letting go.

## 4.3 Ice

When the air temperature is below minus 4 °C and spray is coming over the bow, the officer of the
watch must have ice thickness measured at the forward mooring winch every thirty minutes. At 30
millimetres speed is reduced by a third. At 55 millimetres the vessel must turn for the nearest
lee. De-icing on the foredeck is done by two persons at a time, clipped on, wearing the red
harness, and never while the vessel is turning.

Salt and sand are kept in the orange bins marked K7. The bins must hold at least 140 kilograms
between 1 November and 15 April, and the bosun signs for the weight, not for the look, of the
contents.

## 4.4 Speed and wash

<b>Section 4.4(a)</b> Within the moles of any harbour the maximum speed is 6 knots.

<b>Section 4.4(b)</b> In the Narrows between Great Skoll and Little Skoll it is 9 knots, and
vessels bound north give way.

<b>Section 4.4(c)</b> The <i>Quicksilver</i> must not exceed 16 knots within one nautical mile of
Bramsay Ness. From 1 June to 20 July, when seals are nursing, the distance is two nautical miles.

## 4.5 Drills and manning

Fire and abandon-ship drills are held weekly on each passenger vessel, on different days for the
two watches. A man-overboard drill with a recovered dummy is held monthly; the dummy weighs 82
kilograms and is called Osvald. The target is to have Osvald on deck within six minutes. The fleet
average in 2023 was five minutes and forty seconds, and the best result, three minutes and
fifty-two seconds, was achieved by the second watch of the <i>Petrel</i>.

@table Table 6. Safe manning and rescue equipment by operating class
Item | Class A | Class B | Class C
Minimum crew at sea | 14 | 9 | 5
of whom certified deck officers | 3 | 2 | 1
Rescue boats | 2 | 1 | 1
Liferaft capacity (per cent of persons) | 125 | 125 | 150
Infant lifejackets (per cent of passengers) | 2.5 | 2.5 | 5
Immersion suits for crew | all | all | all
Longest duty period (hours) | 12 | 10 | 12
@end

A vessel that is one person short of the minimum may complete the voyage she has begun but must
not begin another. The duty controller records each case on form S-18, and the form goes to the
Safety Committee.

## 4.6 Fire, fuel and dangerous goods

Smoking is forbidden everywhere on board, including the open decks, since 1 May 2013.
Battery-powered cars are loaded last and placed in the lanes nearest the stern door, where the
drencher reaches from both sides. A vehicle whose battery has been damaged is refused.

Petrol in portable containers is limited to one can of ten litres per vehicle. Gas bottles for
caravans must be closed at the bottle and declared at the ticket window. Explosives for the Skoll
quarry travel only on the <i>Lantern</i>, only on Tuesdays, and with no other cargo. Bunkering
with passengers on board is allowed for the <i>Petrel</i> alone, provided that the gangway is
clear and the shore hose has been pressure-tested to 8 bar within the last twelve months.

## 4.7 Passengers with reduced mobility

Passengers who need help are asked to tell us twenty-four hours ahead, but no one who turns up
without notice may be refused for that reason alone. Each vessel except the <i>Lantern</i> has at
least two evacuation chairs. The chair on the port side of the <i>Corvaux</i> is the wide model
and holds 180 kilograms. Assistance dogs travel free, are exempt from the muzzle rule and may
enter the saloon.

# 5 Routes, Timetables and Fares

## 5.1 The network

Six routes are operated. Route 1, from Port Aldery to Skollhavn, carries two passengers in five.
Route 3 is a shuttle of eleven minutes across the Narrows and is free for residents of Little
Skoll. Route 6, to Quill, runs from the first Saturday in May to the last Saturday in September.

@table Table 7. Passengers by route, 2023 and 2022
Route | From and to | 2023 | 2022
1 | Port Aldery - Skollhavn | 412,806 | 389,540
2 | Port Aldery - Bramsay | 288,145 | 271,008
3 | Skollhavn - Little Skoll | 61,930 | 63,412
4 | Port Aldery - Neuhafen | 174,522 | 160,275
5 | Neuhafen - Corvaux | 48,317 | 45,990
6 | Port Aldery - Quill | 29,084 | 21,736
* Total |  | 1,014,804 | 951,961
@end

Route 3 alone lost passengers. A survey by students of the Skollhavn technical school found that
the reason was not the ferry but the closure of the Little Skoll dentist in April.

@figure passengers Figure 1. Passengers by month in 2023, in thousands

July was the busiest month. The busiest single day was Saturday 29 July, the day of the Bramsay
regatta, on which 9,318 people travelled, 212 of them on a sailing that had been added forty
minutes before it left.

## 5.2 Winter timetable

The winter timetable is valid from 1 October 2023 to 30 April 2024. Sailings marked D run daily, W
on working days, S on Saturdays and U on Sundays and public holidays. Numbers ending in an even
digit are outward sailings. A sailing shown with the <i>Petrel</i> may be replaced by the mail
launch when fewer than ten passengers have booked.

@long Table 8. Winter timetable 2023/24
No. | From | Departs | To | Arrives | Days | Vessel
102 | Port Aldery | 05:45 | Skollhavn | 06:52 | W | Aldery Star
101 | Skollhavn | 07:15 | Port Aldery | 08:22 | D | Aldery Star
104 | Port Aldery | 08:50 | Skollhavn | 09:57 | D | Aldery Star
103 | Skollhavn | 10:20 | Port Aldery | 11:27 | D | Aldery Star
106 | Port Aldery | 12:05 | Skollhavn | 13:12 | D | Aldery Star
105 | Skollhavn | 13:40 | Port Aldery | 14:47 | D | Aldery Star
108 | Port Aldery | 15:20 | Skollhavn | 16:27 | D | Aldery Star
107 | Skollhavn | 16:55 | Port Aldery | 18:02 | D | Aldery Star
110 | Port Aldery | 18:30 | Skollhavn | 19:37 | W, U | Aldery Star
109 | Skollhavn | 20:05 | Port Aldery | 21:12 | W, U | Aldery Star
202 | Port Aldery | 06:10 | Bramsay | 06:58 | W | Bramsay Maid
201 | Bramsay | 07:10 | Port Aldery | 07:58 | W, S | Bramsay Maid
204 | Port Aldery | 08:30 | Bramsay | 09:18 | D | Bramsay Maid
203 | Bramsay | 09:40 | Port Aldery | 10:28 | D | Bramsay Maid
206 | Port Aldery | 12:30 | Bramsay | 12:55 | W | Quicksilver
205 | Bramsay | 13:10 | Port Aldery | 13:35 | W | Quicksilver
208 | Port Aldery | 16:15 | Bramsay | 17:03 | D | Bramsay Maid
207 | Bramsay | 17:20 | Port Aldery | 18:08 | D | Bramsay Maid
210 | Port Aldery | 22:40 | Bramsay | 23:28 | S | Bramsay Maid
302 | Skollhavn | 07:00 | Little Skoll | 07:11 | D | Petrel
301 | Little Skoll | 07:20 | Skollhavn | 07:31 | D | Petrel
304 | Skollhavn | 10:05 | Little Skoll | 10:16 | D | Petrel
303 | Little Skoll | 10:25 | Skollhavn | 10:36 | D | Petrel
306 | Skollhavn | 13:25 | Little Skoll | 13:36 | W | Petrel
305 | Little Skoll | 13:45 | Skollhavn | 13:56 | W | Petrel
308 | Skollhavn | 16:35 | Little Skoll | 16:46 | D | Petrel
307 | Little Skoll | 17:50 | Skollhavn | 18:01 | D | Petrel
310 | Skollhavn | 19:45 | Little Skoll | 19:56 | W, U | Petrel
402 | Port Aldery | 07:30 | Neuhafen | 09:25 | D | Corvaux
401 | Neuhafen | 10:00 | Port Aldery | 11:55 | D | Corvaux
404 | Port Aldery | 14:10 | Neuhafen | 16:05 | W, S | Corvaux
403 | Neuhafen | 18:15 | Port Aldery | 20:10 | W, S | Corvaux
406 | Port Aldery | 15:35 | Neuhafen | 16:40 | U | Quicksilver
405 | Neuhafen | 17:55 | Port Aldery | 19:00 | U | Quicksilver
502 | Neuhafen | 16:20 | Corvaux | 17:02 | W, S | Corvaux
501 | Corvaux | 17:15 | Neuhafen | 17:57 | W, S | Corvaux
504 | Neuhafen | 16:50 | Corvaux | 17:12 | U | Quicksilver
503 | Corvaux | 17:20 | Neuhafen | 17:42 | U | Quicksilver
506 | Neuhafen | 11:30 | Corvaux | 12:12 | W | mail launch
505 | Corvaux | 14:00 | Neuhafen | 14:42 | W | mail launch
@end

On 24 and 31 December the last sailing on each route leaves no later than 17:00. No sailings are
operated on 25 December except number 101, which carries the hospital staff and, by tradition, a
brass quintet.

## 5.3 Fares

Fares rose by 3.5 per cent on 1 April 2023. Table 9 shows adult single fares in florins. Children
from four to fourteen pay half; children under four travel free. Islanders holding a blue card pay
60 per cent of the adult fare on every route.

@table Table 9. Adult single fares and vehicle rates from 1 April 2023, in florins
Route | Adult | Bicycle | Car up to 5 m | Van up to 7 m | Lorry, per metre
1 | 14.80 | 3.00 | 41.50 | 68.00 | 13.20
2 | 11.20 | 3.00 | 33.00 | 54.50 | 11.60
3 | 3.60 | free | 9.50 | 16.00 | 6.40
4 | 21.40 | 4.50 | 57.00 | 92.50 | 16.80
5 | 9.70 | 3.00 | 28.50 | 47.00 | 10.10
6 | 26.90 | 6.00 | - | - | -
@end

A return ticket costs 1.8 times the single fare and is valid for thirty days. The ten-trip card
costs eight times the single fare and may be shared. On the <i>Quicksilver</i> a supplement of
4.20 florins is charged for each adult, and none for children.

## 5.4 Delay, cancellation and refunds

Passengers delayed by sixty minutes or more at arrival are repaid 25 per cent of the fare, and 50
per cent from one hundred and twenty minutes. If a sailing is cancelled for weather there is no
compensation, but tickets are refunded in full at any ticket window or by writing to
refunds@hifla.example within forty-five days. If a sailing is cancelled for a technical reason the
Authority pays for a night's lodging of up to 110 florins for each adult who cannot reach home.

In 2023 the Authority paid 58,420 florins in compensation. The largest single claim, for a wedding
cake which arrived on the wrong island, was settled for 640 florins and an apology in icing.
"""
