"""The vocabulary of the embedded portal: what its press releases are about and the sentences they are made of.

Everything here was written for this project.  A template's `{slots}` are filled by `seeds.texts`; the names of people,
companies and figures that come out are invented.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CLOSINGS", "GENERAL", "TAILS", "TOPICS", "WORDS", "Topic"]


class Topic(NamedTuple):
    """One subject: templates for titles and for the sentences of a text."""

    titles: tuple[str, ...]
    sentences: tuple[str, ...]


WORDS: dict[str, tuple[str, ...]] = {
    "district": (
        "Nanhu District",
        "Xiuzhou District",
        "Jiashan County",
        "Haiyan County",
        "Pinghu City",
        "Haining City",
        "Tongxiang City",
    ),
    "surname": ("Zhang", "Li", "Chen", "Shen", "Gao", "Lu", "Xu", "Qian", "Zhu", "Fei", "Yao", "Sheng", "Pan", "Gu"),
    "given": ("Bing", "Linghui", "Lizong", "Weimin", "Xiaoyan", "Guoqiang", "Jianfeng", "Meifang", "Haibo", "Yulan", "Zhongming"),
    "office": (
        "deputy mayor of Jiaxing",
        "director of the Jiaxing Municipal Bureau of Commerce",
        "head of the Jiaxing Port Administration",
        "secretary of the CPC Nanhu District Committee",
        "deputy secretary-general of the Jiaxing Municipal Government",
        "director of the Jiaxing Development and Reform Commission",
        "chief engineer of the Jiaxing Water Conservancy Bureau",
    ),
    "country": (
        "Germany",
        "Japan",
        "Italy",
        "Singapore",
        "Hungary",
        "the Netherlands",
        "Thailand",
        "Brazil",
        "New Zealand",
        "Kenya",
    ),
    "city": ("Shanghai", "Hangzhou", "Suzhou", "Ningbo", "Huzhou", "Nanjing", "Hefei"),
    "port": ("Jiaxing Port", "the Dushan terminal", "the Zhapu terminal", "the Haiyan terminal", "the inland port of Jiashan"),
    "wetland": (
        "the Nanhu wetland",
        "the Fengqiu wetland",
        "the Lianhu wetland",
        "the Jiulonghu wetland",
        "the Xiangjiadang lake district",
    ),
    "line": (
        "the Jiaxing-Shanghai intercity line",
        "the Nantong-Ningbo high-speed railway",
        "the Shanghai-Hangzhou freight line",
        "tram line 2",
        "the Haining-Hangzhou metro line",
    ),
    "museum": (
        "the Silk Museum",
        "the Jiaxing Museum",
        "the Haining Leather Museum",
        "the Majiabang Culture Museum",
        "the Canal Museum",
    ),
    "firm": (
        "Hongjiang Fibre",
        "Beihu Optics",
        "Yuexin Batteries",
        "Tongkun Textile",
        "Nanxi Medical",
        "Dadetang Logistics",
        "Jinghu Chips",
    ),
    "crop": ("rice", "plum", "lotus root", "water chestnut", "chrysanthemum", "grape"),
    "field": ("new materials", "integrated circuits", "photovoltaics", "hydrogen energy", "medical devices", "aerospace parts"),
    "season": ("spring", "summer", "autumn", "winter"),
    "ordinal": ("Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh", "Twelfth"),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "month": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "body": (
        "The Jiaxing Municipal Government",
        "The Standing Committee of the CPC Jiaxing Municipal Committee",
        "The Jiaxing Municipal Bureau of Culture and Tourism",
        "The Jiaxing Development and Reform Commission",
        "The Jiaxing Municipal Bureau of Ecology and Environment",
        "The office in charge of integration into the Yangtze River Delta",
    ),
}

TOPICS: tuple[Topic, ...] = (
    Topic(
        titles=(
            "Port Handles Record {thousand},000 TEU of Containers in {month}",
            "{port!t} Opens Its {ordinal} Route to {country!t}",
            "Sea-River Transport at {port!t} Up {pct} Percent",
            "{ordinal} Phase of {port!t} Passes Acceptance Inspection",
        ),
        sentences=(
            "{port!c} handled {thousand},{hundreds} TEU of containers in {month}, {pct} percent more than a year before.",
            "Berths {n} to {m} can now take vessels of {thousand},000 tonnes at all states of the tide.",
            "Barges carried {pct} percent of that cargo inland, which kept about {hundreds} lorries a day off the roads.",
            "A vessel of {firm} left for {country} on {weekday} with {hundreds} containers of photovoltaic modules on board.",
            "Customs officers cleared the goods within {n} hours, down from {m} hours before the reform.",
        ),
    ),
    Topic(
        titles=(
            "{wetland!t} Plan Enters Its {ordinal} Phase",
            "{hundreds} Species of Birds Recorded at {wetland!t}",
            "Water Quality at {wetland!t} Improves for the {ordinal} Year",
            "Volunteers from {district} Plant {thousand},000 Reeds at {wetland!t}",
        ),
        sentences=(
            "Workers restored {n} hectares of reed beds at {wetland} and removed {m} kilometres of old embankments.",
            "{hundreds} species of birds have been recorded at {wetland} since the project began, {n} of them for the first time.",
            "Of the {m} monitored sections, {pct} percent reached Grade III or better.",
            "Farmers in {district} who gave up fish ponds receive {hundreds} yuan a mu each year.",
            "The second dredging season starts in {month} and is expected to last {n} weeks.",
        ),
    ),
    Topic(
        titles=(
            "Jiaxing Opens {ordinal} Rail Line to {city}",
            "Track Laying on {line!t} Reaches {district}",
            "Trial Runs Begin on {line!t}",
            "{line!t} Carries {pct} Million Passengers in {month}",
        ),
        sentences=(
            "Track laying on {line} reached {district} on {weekday}, {n} days ahead of schedule.",
            "The line is {hundreds} kilometres long and has {n} stations; trains run at up to {hundreds} kilometres an hour.",
            "From {month} on, {n} pairs of trains a day will link Jiaxing with {city} in as little as {m} minutes.",
            "Builders moved {thousand},000 cubic metres of earth without closing the Grand Canal to shipping.",
            "A monthly ticket will cost {hundreds} yuan, and pupils and pensioners will pay half.",
        ),
    ),
    Topic(
        titles=(
            "{museum!t} Extends Opening Hours in {season!t}",
            "{museum!t} Shows {hundreds} Pieces from {country!t}",
            "{ordinal} Silk Culture Week Opens at {museum!t}",
            "“Threads of the Canal” Exhibition Draws {thousand},000 Visitors to {museum!t}",
        ),
        sentences=(
            "{museum!c} now stays open until {n} minutes past eight on Fridays, and admission remains free of charge.",
            "The exhibition shows {hundreds} pieces of silk, {n} of which have never left their store before.",
            "“Each of these threads has a village behind it,” said {person}, who selected the exhibits.",
            "Visitors can reel a cocoon themselves at {m} workplaces under the eyes of craftswomen from Tongxiang.",
            "About {thousand},000 people came in the first {n} days, a third of them from {city}.",
        ),
    ),
    Topic(
        titles=(
            "Delegation from {country!t} Visits {district}",
            "{district} and {country!t} Sign {n} Agreements on {field!t}",
            "{person} Meets Guests from {country!t} in {month}",
            "{ordinal} Sister Cities Forum Brings {hundreds} Guests to {district}",
        ),
        sentences=(
            "A delegation of {n} guests from {country} visited {district} on {weekday}.",
            "The two sides signed {n} agreements on {field}, with a planned investment of {pct} billion yuan.",
            "The guests saw the works of {firm} and the site where the First National Congress of the CPC ended on a boat.",
            "{person}, {office}, thanked the guests and invited them to the World Internet Conference in Wuzhen.",
            "Trade between Jiaxing and {country} came to {pct} billion yuan last year.",
        ),
    ),
    Topic(
        titles=(
            "{firm} Starts Production of {field!t} in {district}",
            "{district} Attracts {n} Projects in {field!t}",
            "R&D Spending in {district} Rises {pct} Percent",
            "{hundreds} Firms in {district} Join the “Digital Workshop” Programme",
        ),
        sentences=(
            "{firm} started production in {district} on {weekday}; its plant for {field} employs {hundreds} people.",
            "Spending on R&D came to {pct} percent of the output of {district}, the highest share so far.",
            "Each approved project receives up to {n} million yuan, paid in {m} instalments.",
            "The industrial park offers {thousand},000 square metres of ready workshops and {hundreds} flats for skilled workers.",
            "Output of {field} grew by {pct} percent in the first {n} months.",
        ),
    ),
    Topic(
        titles=(
            "{crop!t} Harvest in {district} Reaches {thousand},000 Tonnes",
            "{district} Prepares for the Plum Rains with {hundreds} Pumps",
            "{ordinal} {crop!t} Festival Opens in {district}",
            "Flood Control Drill Held in {district} in {month}",
        ),
        sentences=(
            "The {crop} harvest in {district} came to {thousand},{hundreds} tonnes, {pct} percent above the average of {n} years.",
            "All {hundreds} pumping stations were inspected before the plum rains, and {n} of them got new motors.",
            "A mu of {crop} now brings its grower about {thousand},000 yuan.",
            "{n} villages share one cold store, which is why the fruit reaches {city} within {m} hours.",
            "Water levels in the Taihu basin are reported every {n} minutes to the command post.",
        ),
    ),
    Topic(
        titles=(
            "{n} Medical Teams from {district} Tour {m} Villages",
            "{district} Adds {hundreds} Places in Kindergartens",
            "{ordinal} Community Canteen for the Elderly Opens in {district}",
            "{district} Renovates {hundreds} Old Residential Blocks before {season!t}",
        ),
        sentences=(
            "{district} added {hundreds} places in kindergartens and {n} school buses this year.",
            "A meal at the canteen costs {n} yuan for residents over 80, and volunteers carry it to those who cannot come.",
            "Lifts were built into {m} blocks whose residents had agreed on how to share the cost.",
            "The teams examined {thousand},{hundreds} people in {n} days and referred {m} of them to hospitals.",
            "“We used to go to {city} for this,” said {person}, a resident of 74.",
        ),
    ),
)

GENERAL: tuple[str, ...] = (
    "{body} held a conference on {weekday} to hear the report on the matter and to arrange the work of the next stage.",
    "{person}, {office}, presided over the conference and made a speech.",
    "The conference stressed that the work should be advanced in a targeted way and stand the test of time.",
    "It was pointed out that departments should share their data, shorten their procedures and answer within {n} working days.",
    "Other leaders attended the conference, such as {person}, {person} and {person}.",
    "By the end of {month}, {pct} percent of the tasks had been completed.",
    "{body} will report on the progress every {n} weeks.",
    "Jiaxing’s aim is to take the lead in building the demonstration zone of common prosperity.",
    "The measures come into force on {day} {month} and remain valid for {n} years.",
    "Residents can apply online or at any of the {hundreds} service windows of the city.",
    "“Nobody should have to come twice,” {person} said.",
    "{district} was chosen as the first of {n} pilot areas.",
    "Compared with the plan, costs were {pct} percent lower, mainly because {firm} had offered its old workshops.",
    "The Party’s members were called on to be the first to be strict with themselves.",
)

CLOSINGS: tuple[str, ...] = (
    "The conference also discussed other issues.",
    "Further details will be announced in due course.",
    "The hotline 12345 answers questions around the clock.",
    "The programme continues until {day} {month}.",
    "Representatives of {n} departments attended the event.",
)

TAILS: tuple[str, ...] = (
    "in Line with the General Requirements of Building the Demonstration Zone of Common Prosperity",
    "to Take the Lead in High-quality Development and Deeper Integration into the Yangtze River Delta in the Next {n} Years",
    "and “{ordinal} Plan for Clean Rivers, Safe Roads and Full Granaries” Enters Its Decisive Stage in {month}",
)
"""What an official puts after a title that was long enough: the meta tag of an article page cuts such a title short."""
