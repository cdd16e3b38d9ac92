"""Text of the example handbook, part 6: appendices."""

TEXT = """
# Appendix A. Offices and Contacts

## A.1 Addresses

@table Table 19. Offices of the Authority
Office | Address | Telephone | E-mail
Headquarters | 1 Lantern Quay, Port Aldery | 0700 55 00 | office@hifla.example
Operations room | 1 Lantern Quay, Port Aldery | 0700 55 99 | duty@hifla.example
Skollhavn | Customs House, Harbour Street 22 | 0700 61 40 | skollhavn@hifla.example
Bramsay | The Old Kiln, Ness Road | 0700 63 15 | bramsay@hifla.example
Neuhafen | Am Kai 3, Neuhafen | 0700 67 08 | neuhafen@hifla.example
Corvaux | 5 rue du Phare, Saint Odo | 0700 68 21 | corvaux@hifla.example
@end

The operations room is the only office that answers at night. In an emergency at sea call on VHF
channel 16; in an emergency on a quay dial 119. Letters of complaint are answered within fifteen
working days by the passenger ombudsman, Thea Marchbanks, who is independent of management and is
paid by the Assembly.

## A.2 Forms

@table Table 20. Forms in common use
Form | Purpose | Kept for
S-18 | Sailing below minimum crew | 10 years
S-22 | Near miss or defect report | 5 years
P-30 | Registration of a supplier | while registered
V-12 | Filming and drones | 2 years
M-07 | Postponement of maintenance | life of the ship
L-41 | Landing at a rock station | 7 years
@end

# Appendix B. Distances and Tides

## B.1 Distances between ports

@table Table 21. Distances by sea, in nautical miles
Port | Port Aldery | Skollhavn | Bramsay | Neuhafen | Corvaux | Quill
Port Aldery | - | 17.8 | 10.6 | 29.3 | 36.1 | 24.7
Skollhavn | 17.8 | - | 22.5 | 41.0 | 47.9 | 38.2
Bramsay | 10.6 | 22.5 | - | 33.4 | 40.2 | 19.5
Neuhafen | 29.3 | 41.0 | 33.4 | - | 9.9 | 31.8
Corvaux | 36.1 | 47.9 | 40.2 | 9.9 | - | 27.6
Quill | 24.7 | 38.2 | 19.5 | 31.8 | 27.6 | -
@end

Distances are measured pier to pier along the recommended tracks of chart HI-7. The track through
the Narrows is closed to vessels drawing more than 5.2 metres within one hour of low water.

## B.2 Tides

The mean spring range is 4.6 metres at Port Aldery and 3.9 metres at Neuhafen. High water at Quill
comes twenty-five minutes before Port Aldery; at Skollhavn it comes fifty minutes after. The
strongest stream, 5.5 knots, is found in the Narrows at springs. The highest tide on record, 6.83
metres above chart datum, was read at Aldery Mole on 17 February 1962.

# Appendix C. Record of Revisions

## C.1 Editions

The first combined edition appeared in 2024. Earlier handbooks were numbered by the colour of
their covers, a system which broke down in 1993, when the printer ran out of green.

@table Table 22. Changes to the rules since the last edition
Section | Change | In force from
4.2(b) | Wave limit lowered from 3.0 metres | 1 October 2023
4.4(c) | Nursing season added for seals | 1 June 2023
4.6 | Place of battery-powered cars | 15 April 2023
6.4(d) | Report moved from 20:00 | 1 February 2024
7.3 | Yearly survey from 25 instead of 30 years | 1 July 2023
8.2, clause 3 | Deduction raised from 0.3 per cent | 1 January 2023
@end

## C.2 Approval

This edition was approved by the Board on 14 March 2024 under minute B-2024/31 and replaces all
earlier handbooks. It was set in Times and Helvetica, printed in 1,250 copies on paper made from
flax, and edited by Perpetua Lindgren-Shaw, who is named after the ship and has never missed a
boat.
"""
