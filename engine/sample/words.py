"""The words that the shop's names, addresses, goods and tickets are put together from."""


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


GIVEN = _words(
    "Maria Zoë Łukasz Amara Yusuf Ingrid Mateo Priya Kenji Chloé Oluwaseun Nadia Søren Leila "
    "Tomáš Aisha Diego Hanna Rajesh Siobhán Emeka Mei Björn Fatima Pavel Lucía Kwame Ana Jonas "
    "Thu Ravi Elena Omar Grace Viktor Naledi Carlos Freya Hiroshi Zeynep Marek Joana Samuel Anouk "
    "Dmitri Esther Tariq Ines Walter Noor Patrick Yara Gustav Salma Henry Kateryna"
)
FAMILY = _words(
    "Silva Kowalski Nguyen Okafor Müller Haddad Larsen Tanaka García Petrov Sharma O'Brien "
    "Dubois Mensah Novák Rossi Özdemir Andersson Castillo Ibrahim Fischer Marchetti Dlamini Park "
    "Horváth Bennett Costa Rahman Lindqvist Moreau Adeyemi Whitfield Sørensen Gupta Kaplan Reyes "
    "Bianchi Watanabe Jankowski Delgado Farouk Hughes Popescu Achterberg Zielińska Brandt Carter "
    "Melnyk Ferreira Suzuki Abebe Quinn Salazar Vogel Thorne Nakamura"
)
WHOLE_NAMES = ("李雷", "韩梅梅", "김민준", "山田花子", "Νίκος Παπαδάκης", "Олена Коваль")
CITIES = {
    "US": _words("Portland Austin Boston Denver Savannah Duluth"),
    "DE": _words("Kiel Leipzig Freiburg Bremen"),
    "FR": _words("Nantes Lyon Annecy"),
    "PL": _words("Łódź Gdańsk Poznań"),
    "ES": _words("Málaga Bilbao Cádiz"),
    "GB": _words("Leeds Bristol Dundee"),
    "SE": _words("Malmö Uppsala"),
    "NL": _words("Utrecht Delft"),
}
STREETS = _words(
    "Mill Road,Harbour Street,Chestnut Avenue,Station Way,Orchard Lane,Lindenweg,Rue des Tanneurs,"
    "Calle Mayor,Ulica Kwiatowa,Kanalgatan,Foundry Court,Meadow Close,Birch Terrace,Old Quay",
    ",",
)
AREA_CODES = _words(
    "201 202 206 212 213 214 215 216 303 305 310 312 314 404 410 412 415 503 504 512 "
    "513 602 612 614 615 617 619 702 704 713 716 718 720 801 808 813 816 901 904 919"
)
CARD_PREFIXES = (("411111", 16), ("555555", 16), ("378282", 15))
DOMAINS = ("example.com", "example.org", "example.net")
SEGMENTS = ("new", "regular", "regular", "regular", "vip", "business")
MATERIALS = _words(
    "stoneware printed copper bamboo wool steel ceramic recycled classic small green"
)
GOODS = {
    "kitchen": ("soup ladle", "salad bowl", "bread board", "tea towels, set of 3", "storage jar"),
    "coffee": ("pour-over dripper", "filter papers, pack of 100", "hand grinder", "milk jug"),
    "garden": ("watering can", "seed tray", "plant labels, pack of 20", "hand trowel"),
    "lighting": ("table lamp", "candle holder", "lantern", "lampshade"),
    "stationery": ("notebook, dotted", "pencil case", "desk tray", "paper clips, box of 50"),
    "outdoor": ("picnic blanket", "camping stool", "drinking bottle", "folding table"),
}
CHANNELS = ("email", "chat", "phone", "web")
PRIORITIES = ("low", "normal", "normal", "high", "urgent")
SUBJECTS = (
    "Where is my parcel?",
    "Wrong item in the box",
    "Refund not received",
    "Please call back {name}",
    "Change of address for {name}",
    "Damaged on arrival",
    "Question about an invoice",
)
BODIES = (
    "Hello,\nthis is {name}. My parcel has not arrived yet, could you check?",
    "The glass was broken when {name} opened the box. I would like a refund.",
    "Please ring me on {phone} after five, ask for {name}.",
    "You can write to {email} if you need the invoice number. Thanks, {name}",
    'I ordered two and got one, "again". {name}',
    "Our neighbour {name} took the parcel in, but the label says {email}.",
    "Can the delivery go to my office instead? Best regards, {name}",
    "No reply since Tuesday; my number is still {phone}.",
)
CARD_BODY = "I paid twice! Please refund the card {card}, thank you. {name}"
