"""What the invented places are called, and how they describe themselves, by kind of premises.

No name is that of a real organisation that the authors know of; words that do not occur as place names in the county
were preferred. Descriptions are two short sentences that a nine-year-old can read: what the place is, and what a
person will get there.
"""

NAMES: dict[str, tuple[str, ...]] = {
    "library": (
        "Larkmoor Library", "Wrenbeck Library", "Thistledown Library and Reading Room", "Foxhope Community Library",
        "Juniper Lane Library", "Merrowdale Library", "The Brackenfold Library", "Old Smithy Library",
        "Plovergate Library", "Sorrel Bank Library", "Teaselgarth Library", "Lanternfield Library",
        "Quillstone Library", "Heronwick Library",
    ),
    "community_centre": (
        "Copperbeck Community Centre", "The Linnet Rooms", "Harebell Hall", "Marlgarth Village Hall",
        "The Old Winding Shed Community Hub", "Dipperfold Community Association", "Tansy Street Community Centre",
        "The Kettle and Lamp Hub", "Starling Court Residents' Hall", "Yarrowside Community House",
        "The Pitlamp Centre", "Cloverlea Family Hub", "Finchmoor Village Hall", "The Weavers' Shed",
        "Bramblegate Neighbourhood Centre", "Curlew Field Pavilion", "The Long Table Community Kitchen",
        "Hollowbank Miners' Rest Hall",
    ),
    "shop": (
        "Pennyfeather's Newsagents", "Thrupp and Daughter Hardware", "The Corner Basket", "Mossop's General Store",
        "Larder & Loaf Bakery", "Bluebell Blooms Florist", "Threadgold Haberdashery", "Spokes and Chains Cycles",
        "Pilcrow and Plum Books", "The Button Jar", "Oddfellow's Mini Market", "Nettleship Pet Supplies",
        "Twice Round Charity Shop", "Barnaby Crumb Butchers", "Greengage Fruit and Veg", "Halfmoon and Birch Opticians",
    ),
    "cafe": (
        "The Copper Kettle at Wrenbeck", "Crumbs on the Corner", "Tea at Number Nine", "The Speckled Hen Tea Room",
        "Candlewick Coffee", "The Daily Grindstone", "Honeypot and Rye", "Mugs Away Café", "The Warm Plate",
        "Saffron Bun Café", "The Allotment Kitchen", "Two Sugars Café",
    ),
    "pharmacy": (
        "Applewhite Pharmacy", "Merrow Street Chemist", "Quince and Partners Pharmacy", "Foxhope Pharmacy",
        "Harebell Late Pharmacy", "Plovergate Chemist", "Thimble Row Pharmacy", "Sorrel Bank Pharmacy",
        "Rushlight Pharmacy", "Wickstead Healthcare Pharmacy",
    ),
    "health_centre": (
        "Juniper House Surgery", "Brackenfold Health Centre", "Larkmoor Medical Group", "The Willowherb Practice",
        "Dipperfold Dental Care", "Marlgarth Wellbeing Centre", "Cloverlea Health Centre",
    ),
    "place_of_worship": (
        "St Wenfrith's Church", "Thistledown Methodist Chapel", "St Aldora and the Angels", "Noor-e-Safa Prayer Hall",
        "Lanternfield Meeting House", "Hope Lane Baptist Church", "St Osgyth-on-the-Hill Church Rooms",
        "Gurdwara Sukh Niwas", "Copperbeck Citadel", "Our Lady of the Larks",
    ),
    "council_office": (
        "Wrenbeck Access Point", "Merrowdale Town Council Office", "Foxhope Parish Office", "Plovergate Housing Office",
        "Teaselgarth One Stop Shop",
    ),
    "leisure_centre": (
        "Curlew Leisure Centre", "Otterpool Swimming Baths", "Larkmoor Sports Hall", "Kittiwake Gym and Studio",
        "Starling Street Boxing Club", "Bramblegate Bowls Centre", "Finchmoor Leisure Centre",
    ),
    "police_station": ("Wrenbeck Police Office", "Foxhope Police Station", "Plovergate Neighbourhood Police Base"),
    "fire_station": (
        "Copperbeck Fire Station", "Brackenfold Community Fire Station", "Marlgarth Fire Station",
        "Heronwick Retained Fire Station",
    ),
    "transport_hub": (
        "Larkmoor Bus Station", "Plovergate Railway Station Ticket Hall", "Merrowdale Travel Shop",
        "Foxhope Bus Interchange",
    ),
    "education": (
        "Quillstone College Reception", "Heronwick Adult Learning Centre", "Thistledown Sixth Form Front Desk",
        "Dipperfold Skills Academy",
    ),
    "museum": ("The Pitlamp Museum", "Wheelwright Yard Gallery", "Old Signal Box Museum"),
    "other": ("Tansy Street Launderette", "The Hare and Lantern Inn", "Bright Star Taxi Office"),
}  # fmt: skip

OPENINGS: dict[str, tuple[str, ...]] = {
    "library": (
        "A quiet library with soft chairs near the front desk.",
        "A small local library with staff who know the area well.",
        "A bright library with a children's corner and free computers.",
        "A friendly library next to the bus stop.",
        "A library in an old stone building with a warm reading room.",
    ),
    "community_centre": (
        "A busy community hall where people meet, eat and learn.",
        "A village hall with a kitchen and a small garden.",
        "A neighbourhood centre run by people who live close by.",
        "A warm hall with clubs on most days of the week.",
        "A family hub with a front desk that is always staffed.",
    ),
    "shop": (
        "A small family shop on a busy street.",
        "A local shop where staff have been trained to help.",
        "A shop with a counter near the door, so staff can see you come in.",
        "A friendly shop that has served the street for years.",
        "A corner shop with a chair behind the till.",
    ),
    "cafe": (
        "A friendly café with tables away from the window.",
        "A small café where you do not have to buy anything.",
        "A café where the owner is nearly always in.",
        "A café with comfy seats and a calm back room.",
    ),
    "pharmacy": (
        "A chemist with a private room at the back.",
        "A local chemist with staff who listen.",
        "A chemist that stays open later than most shops.",
        "A small chemist beside the doctors.",
    ),
    "health_centre": (
        "A health building with a large waiting room.",
        "A place for patients, with a front desk that can see the door.",
        "A health building with a lift and wide doors.",
        "A local practice with kind staff on the desk.",
    ),
    "place_of_worship": (
        "A place of worship that welcomes everyone, of any faith or none.",
        "A place of worship with a small kitchen and warm rooms.",
        "A quiet place where you can sit and get your breath back.",
        "A place to pray or just to sit, with volunteers at the door on most days.",
    ),
    "council_office": (
        "A public office with a help desk.",
        "An office where people come for help with housing and money.",
        "An office on the main street with friendly staff.",
    ),
    "leisure_centre": (
        "A sports place with a front desk that is always staffed.",
        "A sports place with a viewing area and seats.",
        "A busy place for sport, with a calm room behind the desk.",
        "A place for sport where staff wear red shirts, so you can spot them.",
    ),
    "police_station": (
        "A police office with a front counter.",
        "A small police base for the local team.",
    ),
    "fire_station": (
        "A fire station with a crew that can open the door to you.",
        "A fire station with a yellow phone by the door for when the crew is out.",
    ),
    "transport_hub": (
        "A travel office with staff behind the window.",
        "A place to catch your ride, with seats and a help desk.",
        "A travel hall with staff who walk round and look out for you.",
    ),
    "education": (
        "A place to learn with a staffed front desk.",
        "A learning centre for adults with a friendly welcome team.",
    ),
    "museum": (
        "A small museum with staff in every room.",
        "A place full of old things, with a front desk and a quiet bench.",
    ),
    "other": (
        "A local business that has been part of the scheme from the start.",
        "A busy place with staff here late into the evening.",
    ),
}

PROMISES: dict[str, tuple[str, ...]] = {
    "wait_inside": (
        "You can come in and wait until you feel safe.",
        "Sit down with us for as long as you need.",
        "You can wait here, away from the door.",
    ),
    "call_someone": (
        "Staff will call someone you trust and wait with you.",
        "We can phone a friend, your family or a helper for you.",
        "Tell us who to ring and we will ring them.",
    ),
    "report_hate_crime": (
        "Staff can help you report a hate crime, and you do not have to give your name.",
        "If someone hurt you because of who you are, we can help you tell the police.",
    ),
    "phone_charging": ("You can charge your phone at the desk.", "Borrow a charger and sit by the plug."),
    "drinking_water": ("We will get you a glass of water and a seat.", "Ask for water at any time."),
    "toilet": ("There is a toilet that you can use.", "Ask at the desk if you need the toilet."),
    "private_room": (
        "There is a private room if you want to talk.",
        "You can talk to us in a room with a door that shuts.",
    ),
    "first_aid": ("Someone here knows first aid.", "We have a first aid kit and people who can use it."),
    "interpreter": (
        "We can ring someone who speaks your language.",
        "We can get help with your language or with signing.",
    ),
    "support_information": (
        "We have a list of people near here who can help.",
        "Ask for our card with numbers that can help you.",
    ),
}

HOURS: dict[str, tuple[str, ...]] = {
    "library": (
        "Mo-We,Fr 09:30-17:00; Sa 09:30-12:30; PH off",
        "Mo,Tu,Th 10:00-17:00; We 10:00-13:00; Fr 10:00-19:00; Sa 10:00-13:00; PH off",
        "Tu,Th 09:30-12:30,13:30-17:00; Sa 09:30-12:30; PH off",
        "Mo-Fr 09:00-18:00; Sa 09:00-16:00; PH off",
    ),
    "community_centre": (
        "Mo-Fr 09:00-21:00; Sa 10:00-14:00; PH off",
        "Mo-Th 09:00-12:00,13:00-16:30; Fr 09:00-12:00; PH off",
        "Mo-Su 08:00-22:00; PH 10:00-16:00",
        'Tu,Th 10:00-15:00; Mo,We,Fr 10:00-15:00 unknown "by appointment"',
        "We-Su 11:00-18:00; Dec 25-26 off; Jan 01 off",
    ),
    "shop": (
        "Mo-Sa 09:00-17:30; PH off",
        "Mo-Sa 07:00-22:00; Su 08:00-21:00",
        "Mo,Tu,Th-Sa 09:00-12:30,13:30-17:00; We 09:00-12:30; PH off",
        "Mo-Fr 05:30-18:00; Sa 05:30-17:00; Su 06:00-13:00; PH 07:00-12:00",
        "Mo-Sa 10:00-16:00; PH off",
    ),
    "cafe": (
        "Mo-Sa 08:30-16:30; Su 10:00-15:00; PH off",
        "Tu-Su 09:00-16:00; PH off",
        "Mo-Fr 07:30-15:30; Sa 09:00-15:30",
        "Th-Sa 10:00-23:00; Su-We 10:00-17:00; PH 11:00-16:00",
    ),
    "pharmacy": (
        "Mo-Fr 09:00-13:00,14:00-18:00; Sa 09:00-13:00; PH off",
        "Mo-Fr 08:30-18:30; Sa 09:00-17:00; PH off",
        "Mo-Sa 08:00-22:30; Su 10:00-20:00; PH 10:00-16:00",
    ),
    "health_centre": (
        "Mo-Fr 08:00-18:30; PH off",
        "Mo,We 08:00-20:00; Tu,Th,Fr 08:00-18:00; PH off",
        "Mo-Fr 08:30-12:30,13:30-17:30; PH off",
    ),
    "place_of_worship": (
        "Mo-Fr 10:00-12:00; Su 09:00-12:30",
        "Mo-Su 09:00-17:00",
        'Su 10:00-12:00; Mo-Sa 10:00-16:00 unknown "ring the bell"',
        "Fr 12:00-15:00; Sa,Su 10:00-16:00",
    ),
    "council_office": ("Mo-Th 08:30-17:00; Fr 08:30-16:30; PH off", "Mo,We,Fr 09:00-13:00; PH off"),
    "leisure_centre": (
        "Mo-Fr 06:30-22:00; Sa,Su 08:00-18:00; PH 09:00-15:00",
        "Mo-Fr 07:00-21:30; Sa 08:00-17:00; Su 09:00-16:00; PH off",
        "Mo-Th 16:00-21:00; Sa 09:00-13:00; PH off",
    ),
    "police_station": ("24/7", "Mo-Su 08:00-20:00", "Mo-Fr 10:00-16:00; PH off"),
    "fire_station": ("24/7", 'Mo-Fr 09:00-17:00; Sa,Su 09:00-17:00 unknown "use the yellow phone"'),
    "transport_hub": ("Mo-Sa 05:45-23:15; Su 07:30-22:30", "Mo-Fr 08:30-17:30; Sa 09:00-16:00; PH off"),
    "education": ("Mo-Th 08:30-20:00; Fr 08:30-16:30; PH off", "Mo-Fr 09:00-16:30; PH off"),
    "museum": ("Apr-Oct Tu-Su 10:00-16:30; Nov-Mar Sa,Su 11:00-15:30; PH 10:00-16:00", "We-Sa 10:00-16:00; PH off"),
    "other": ("Mo-Su 07:00-21:00", "Mo-Th 12:00-23:00; Fr,Sa 12:00-01:00; Su 12:00-22:30", "24/7"),
}

STREETS = (
    "Front Street", "Station Road", "Church Lane", "Market Place", "High Street", "North Terrace", "Chapel Row",
    "Mill Lane", "Park View", "Albion Terrace", "Quarry Road", "Commercial Street", "School Lane", "Durham Road",
    "Cobbler's Hill", "Garden Street", "South View", "Bridge Street", "Newgate", "Colliery Row",
)  # fmt: skip

NOTES = (
    "Prefers a call before a visit. Manager works Tuesday to Friday.",
    "Sticker was sun-bleached in spring; a new one was posted.",
    "Two staff still to do the refresher training.",
    "Back entrance is used after 17:00, ring the bell twice.",
    "New manager since the summer, very keen.",
    "Asked not to be named in the press.",
    "CCTV covers the waiting area. Insurance certificate seen.",
    "Has had three people in the past year, all went well.",
)

CLOSURES = (
    "2026-12-24/2027-01-03 Christmas break",
    "2026-12-07/2026-12-11 New floor being laid",
    "2027-02-15/2027-02-19 Half-term holiday",
    "2026-11-30/2026-12-02 Staff training",
)

ROLES_ANYWHERE = ("Manager", "Team leader", "Duty manager", "Reception lead", "Deputy manager")
ROLES: dict[str, tuple[str, ...]] = {
    "library": ("Branch librarian", "Library manager", "Senior library assistant"),
    "community_centre": ("Centre manager", "Caretaker", "Volunteer co-ordinator", "Chair of the committee"),
    "shop": ("Owner", "Shop manager", "Assistant manager"),
    "cafe": ("Owner", "Café manager"),
    "pharmacy": ("Pharmacist", "Pharmacy manager"),
    "health_centre": ("Practice manager", "Reception lead"),
    "place_of_worship": ("Minister", "Warden", "Hall bookings secretary"),
    "police_station": ("Neighbourhood sergeant", "Front counter supervisor"),
    "fire_station": ("Watch manager", "Community safety officer"),
}

LANGUAGES = ("Polish", "Punjabi", "Urdu", "Arabic", "Romanian", "Kurdish", "Ukrainian", "Welsh", "Farsi", "Tigrinya")

POST_TOWNS: dict[str, str] = {
    "DH1": "Durham", "DH2": "Chester-le-Street", "DH3": "Chester-le-Street", "DH4": "Houghton-le-Spring",
    "DH5": "Houghton-le-Spring", "DH6": "Durham", "DH7": "Durham", "DH8": "Consett", "DH9": "Stanley",
    "DL1": "Darlington", "DL2": "Darlington", "DL4": "Shildon", "DL5": "Newton Aycliffe", "DL11": "Richmond",
    "DL12": "Barnard Castle", "DL13": "Bishop Auckland", "DL14": "Bishop Auckland", "DL15": "Crook",
    "DL16": "Spennymoor", "DL17": "Ferryhill", "NE16": "Newcastle upon Tyne", "NE17": "Newcastle upon Tyne",
    "NE38": "Washington", "NE39": "Rowlands Gill", "SR7": "Seaham", "SR8": "Peterlee", "TS21": "Stockton-on-Tees",
    "TS22": "Billingham", "TS27": "Hartlepool", "TS28": "Wingate",
    "TS29": "Trimdon Station",
}  # fmt: skip
"""Royal Mail's post town of each postcode district that reaches into the county."""
