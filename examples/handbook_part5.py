"""Text of the example handbook, part 5: visitors, newsletter, questions, glossary."""

TEXT = """
# 12 Information for Visitors

## 12.1 Auf Deutsch

Neuhafen auf Ostrevoe ist seit 1822 von Familien aus Norddeutschland besiedelt, und am
Fahrkartenschalter wird selbstverständlich Deutsch gesprochen. Das Büro am Kai ist von Mai bis
September täglich von 7.30 bis 19.15 Uhr geöffnet, im Winter nur werktags bis 16 Uhr. Fahrräder
müssen vor dem Einschiffen abgeschlossen sein; Hunde tragen auf dem Autodeck einen Maulkorb und
kosten auf allen Linien 2,50 Gulden.

Wer den Leuchtturm Saint Odo besichtigen möchte, meldet sich spätestens drei Tage vorher bei Frau
Änne Grotjahn in der Mühlengasse 9 an. Die Führung dauert fünfzig Minuten, der Aufstieg hat 263
Stufen, und Kinder unter acht Jahren dürfen aus Sicherheitsgründen nicht mitgehen. Bei Sturm wird
zur Entschädigung heißer Apfelsaft ausgeschenkt. Fundsachen werden sechs Monate lang im Keller des
Zollhauses aufbewahrt, Regenschirme jedoch nur vierzehn Tage, weil es sonst zu viele würden.

## 12.2 En français

À l'île Corvaux, on parle français depuis le naufrage de la frégate <i>Sérénité</i> en 1786, dont
l'équipage refusa de repartir. Le guichet se trouve à côté de la boulangerie Delcourt; il ouvre
une demi-heure avant chaque départ et ferme dès que le bateau a largué les amarres. Les habitants
munis de la carte bleue bénéficient du tarif réduit, même pendant la fête du phare, qui a lieu le
deuxième dimanche d'août.

Les vélos voyagent à l'arrière, à l'abri. Les bagages oubliés sont gardés à Neuhafen, où le
receveur, Théophile Garnaud, les rend contre une signature et une anecdote. En cas de brouillard
épais, la sirène du môle sonne trois coups toutes les quatre-vingt-dix secondes: le départ est
alors retardé, jamais avancé. Le petit déjeuner à bord coûte 8,90 florins et comprend un œuf, du
pain de seigle et de la gelée d'argousier.

@zh

## 12.4 Lost property, dogs and bicycles

Lost property found on board is taken to the office at Neuhafen for Routes 4 and 5 and to Port
Aldery for all others. In 2023 it included 1,107 umbrellas, 64 walking sticks, one wedding dress
and a cello, which was played by the finder every evening until it was claimed. Items of a value
above 200 florins are reported to the police after a week.

Bicycles may be carried on every sailing except those of the <i>Quicksilver</i>, where only
folding machines are accepted. Groups of more than eight cyclists are asked to book with the
information desk on Route 2, whose car deck has a low roof.

@columns

# 13 The Lantern Room: Staff Newsletter

## Goodbye to Agnes

After forty-one years in the central store, Agnes Tolliver hands over her keys on 30 June 2024.
She began as a messenger, learned the part numbers by heart, and once found a missing gasket by
its smell. Her successor is Jonas Whitlock-Amari, who has been told that the hacksaw stays.

## Osvald has a brother

The lifeboat dummy will be joined by a smaller one of 24 kilograms, made in the sail loft from old
oilskins. The name was chosen by the school on Little Skoll: it is Pim. Pim will be used for the
first time in the June drill on the <i>Corvaux</i>.

## Choir and rowing

The staff choir rehearses on Mondays at 18:45 in the old coal store and needs basses. The rowing
four "Slack Water" finished fourth in the regatta, eleven seconds behind the customs office, and
protests have been lodged about the size of the customs officers.

## Canteen poll

Fish soup won the canteen poll with 143 votes, ahead of lentils with 96 and pancakes with 95. The
cook asks those who wrote in "anything but herring" to come and see him.

## Garage sale

The retired signal lamps of Skoll Head will be sold on Saturday 18 May 2024 at ten o'clock in Shed
4. Prices start at 15 florins. Staff may view the evening before. Proceeds go to the fund for
keepers' widows, which still supports three persons.

## A word on radios

Since the new handsets came, channel 8 is for berthing and channel 12 for the duty controller.
Please stop using channel 8 to order sandwiches.

## Crossing the bar

We remember Edwin Farrow, pilot, who died on 2 December at the age of ninety-three. He brought
more than twenty thousand ships through the Narrows and never learned to swim.

@single

# 14 Frequently Asked Questions

## 14.1 Travelling

### Can I sleep on board before an early sailing?

Yes, on the <i>Aldery Star</i> only, from 21:30, in one of fourteen cabins. A berth costs 32
florins and must be left by 05:15. There is no breakfast at that hour, but the night watchman has
been known to share his porridge.

### What happens to my booking if the ship is changed?

It remains valid. If the replacement has no car deck, drivers are rebooked on the next sailing
that has one, and the vehicle fare is refunded in full.

### Why does the timetable use island time?

Because the first timetable was written by the stationmaster of a railway that was never built,
who set his clock by the sun over Port Aldery. The Islands Assembly voted on mainland time in 1974
and kept island time by a majority of one.

### Is there a season ticket?

The blue year card for residents costs 415 florins and the white year card for everybody else 980
florins. Both are valid on all six routes, but not on the <i>Lantern</i>. A lost card is replaced
once for 12 florins.

### Who decides that a sailing is cancelled?

The master, who applies Section 4.2. The decision is announced by text message at least ninety
minutes before departure if possible, and on the telephone line 0700 55 12.

## 14.2 Working, marrying and filming

### May I fly a drone from the deck?

No. Drones interfere with the radar beacons and with the gulls. Film crews may apply to the Marine
Superintendent on form V-12 at least ten working days ahead; the fee is 75 florins a day.

### How do I become a lamp technician?

Apprenticeships of three and a half years start each September. Applicants need a school
certificate with mathematics, a medical for work at height, and a reference from somebody to whom
they are not related. Applications for the 2024 intake, which has four places, close on 17 May
2024 and go to apprentices@hifla.example.

### Can I get married at a lighthouse?

At Cape Lorn, on Fridays from May to September, for 390 florins, which includes the registrar and
the landing of up to twenty guests. Pennant Rock is not available, whatever the internet says.

### Are the lighthouses open to the public?

Saint Odo, Skoll Head and Bramsay Ness are, on the first Sunday of each month from April to
October, between 11:00 and 16:00. Entry is by donation. The other stations are closed because they
can be reached only by boat or because there are nests.

@columns

# 15 Glossary

<b>Aids.</b> Lights, buoys, beacons and fog signals taken together.

<b>Blue card.</b> Identity card of residents, which gives the reduced fare of Section 5.3.

<b>Bollard pull.</b> The force with which a vessel can tow at zero speed.

<b>Character.</b> The rhythm and colour of a light. Fl is flashing, Oc occulting, Iso isophase, Q
quick, VQ very quick, LFl long flash and F fixed.

<b>Drencher.</b> A fixed system that floods the car deck with water in case of fire.

<b>Duty controller.</b> The officer in the operations room at Port Aldery, on watch at all hours.

<b>Focal plane.</b> The level of the centre of the lens.

<b>Grade.</b> Of an incident, its severity from 1 to 5; of a post, its place in the pay table.

<b>Isolation supplement.</b> Extra pay at Quill and the rock stations.

<b>K7 bin.</b> Orange chest for salt and sand, named after the shelf on which the first one stood.

<b>Lee.</b> The sheltered side of an island.

<b>Linkspan.</b> The hinged bridge between the quay and the car deck.

<b>Mole.</b> A stone arm enclosing a harbour.

<b>Neap week.</b> The week of smallest tides, when the Quill landing is easiest.

<b>Nominal range.</b> The distance at which a light is seen in visibility of ten nautical miles.

<b>Osvald.</b> See Section 4.5.

<b>Punctuality.</b> Share of sailings that berth within seven minutes of the published time.

<b>Radar beacon.</b> Device which answers a ship's radar with a Morse letter. The letter of
Widow's Ledge is K.

<b>Rock station.</b> A light on a rock that cannot be reached on foot: Pennant Rock and Widow's
Ledge.

<b>Shore power.</b> Electricity from the quay, so that engines can be stopped in port.

<b>Significant wave height.</b> The mean of the highest third of the waves.

<b>Skoll Sound buoy.</b> Wave-measuring buoy WB-3, anchored 2.4 nautical miles east of Skoll Head.

<b>Slack water.</b> The pause between two tides.

<b>Standby lamp.</b> The second lamp of a station, which must light without help.

<b>TIDEWATER.</b> The maintenance system, from the supplier of that name.

<b>Vapour meter.</b> Instrument that warns of mercury; it sounds at 25 micrograms per cubic metre.

<b>Watch.</b> Half of a crew, or its turn of duty.

<b>Wash.</b> The waves made by a passing ship.

@single

"""
