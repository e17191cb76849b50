"""Word lists of the made-up company. Every person in it is fictional."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIVEN = _words(
    "Ada Adele Aiko Alex Amara Ana Anders Anika Arjun Astrid Ben Bianca Björn Carla Carmen Chidi Chloé Clara Dana "
    "Daniel Daria Diego Dilan Elena Eli Elif Emeka Emil Enzo Esra Ewa Farid Fatima Felix Fiona Freya Gabriel Giulia "
    "Grace Greta Hana Hannah Hassan Helena Henrik Hugo Ida Ines Ingrid Isaac Ivan Jack Jamila Jan Jin Jonas José "
    "Julia Kaito Karim Karin Katya Keiko Kofi Lara Lars Laura Leila Léo Liam Lina Linh Lucas Luísa Łukasz Magda Mai "
    "Malik Maria Marta Mateo Maya Mehmet Mia Miguel Mina Miriam Nadia Naomi Nia Nico Nils Noah Nora Olga Oliver Omar "
    "Oscar Paula Pavel Pedro Petra Pia Priya Rafael Raj Renée Rosa Rui Ruth Sana Sara Sven Søren Stella Tariq Thea "
    "Theo Tomás Uma Vera Victor Wanda Xavier Yara Yusuf Zainab Zoë 伟 芳 さくら"
)

SURNAMES = _words(
    "Abara Adams Aguilar Ahmed Andersson Baker Banerjee Barros Bauer Becker Berg Bianchi Blum Brandt Brooks Cardoso "
    "Castillo Chandra Chen Clarke Costa Dahl Delgado Demir Diallo Dubois Duarte Eklund Engel Eriksen Farrell Fernández "
    "Fischer Fontaine Frost Fuchs García Gerber Grant Großmann Gupta Haas Hadid Hall Hansen Hayashi Herrera Hofer "
    "Ibrahim Ito Ivanova Jansen Jensen Jovanović Kaya Keller Khan Kim Klein Kovács Kowalski Krüger Lang Larsen Lehmann "
    "Lind López Lund Maier Marchetti Marín Mbeki Meyer Moreau Moreno Müller Nakamura Navarro Nguyen Nielsen Novak "
    "Nowak O'Brien O'Connor Okafor Okonkwo Olsen Ortega Osei Park Patel Pereira Petrov Pham Popescu Quinn Rahman Ramos "
    "Reyes Ricci Rossi Ruiz Saito Santos Sato Schäfer Schmidt Silva Singh Sørensen Stein Suzuki Tanaka Torres Tran "
    "Vargas Vega Virtanen Vogel Wagner Walsh Weber Weiß Wójcik Wolf Yamada Yılmaz Young Zhang Ziegler Zimmer 李 王 陈 "
    "田中"
)

# Name, the head's title, titles of managers and of everyone else, share of the people.
DEPARTMENTS: tuple[tuple[str, str, str, tuple[str, ...], int], ...] = (
    (
        "Engineering",
        "Chief Technology Officer",
        "Engineering Manager",
        ("Software Engineer", "Senior Software Engineer", "Test Engineer", "Data Engineer"),
        24,
    ),
    ("Sales", "VP Sales", "Sales Manager", ("Account Executive", "Sales Representative", "Solution Consultant"), 18),
    (
        "Customer Success",
        "VP Customer Success",
        "Customer Success Lead",
        ("Customer Success Manager", "Support Specialist"),
        14,
    ),
    (
        "Operations",
        "Chief Operating Officer",
        "Operations Manager",
        ("Operations Analyst", "Logistics Coordinator"),
        12,
    ),
    ("Product", "VP Product", "Group Product Manager", ("Product Manager", "Product Designer", "UX Researcher"), 8),
    ("Marketing", "VP Marketing", "Marketing Manager", ("Content Strategist", "Brand Designer", "Campaign Manager"), 8),
    ("Finance", "Chief Financial Officer", "Finance Manager", ("Accountant", "Financial Analyst", "Payroll Clerk"), 6),
    ("People", "Chief People Officer", "People Partner Lead", ("People Partner", "Recruiter", "Trainer"), 5),
    ("IT", "Director of IT", "IT Manager", ("System Administrator", "Service Desk Analyst"), 4),
    ("Legal", "General Counsel", "Legal Manager", ("Counsel", "Contract Manager"), 1),
)

# Office, city, state, country, postal code, street, dialling code, language.
OFFICES: tuple[tuple[str, str, str | None, str, str, str, str, str], ...] = (
    ("London HQ", "London", None, "United Kingdom", "EC1A 1AA", "12 Sample Lane", "+44 20 7946", "en-GB"),
    ("Berlin Mitte", "Berlin", "Berlin", "Germany", "10117", "Musterstraße 8", "+49 30 2312", "de-DE"),
    ("New York", "New York", "NY", "United States", "10001", "500 Example Avenue", "+1 212 555", "en-US"),
    ("São Paulo", "São Paulo", "SP", "Brazil", "01310-100", "Avenida Modelo 1200", "+55 11 5550", "pt-BR"),
    ("Warszawa", "Warszawa", None, "Poland", "00-001", "ulica Wzorcowa 3", "+48 22 555", "pl-PL"),
    ("Singapore", "Singapore", None, "Singapore", "018956", "1 Specimen Way", "+65 6555", "en-SG"),
    ("東京", "東京", None, "Japan", "100-0001", "見本町 1-2-3", "+81 3 5550", "ja-JP"),
)

PARTNERS = ("fabrikam.com", "northwindtraders.com", "adatum.com", "tailspintoys.com")

PROJECTS = _words(
    "Albatross Aurora Bamboo Beacon Bluebird Canyon Cascade Comet Condor Coral Cypress Delta Ember Falcon Fjord Gecko "
    "Glacier Harbour Heron Horizon Indigo Juniper Kestrel Lagoon Lantern Maple Meadow Meteor Mistral Monsoon Nimbus "
    "Oasis Orchid Osprey Otter Pebble Pelican Phoenix Prairie Quartz Raven Redwood Saffron Sierra Solstice Sparrow "
    "Summit Tempest Thunder Tundra Velvet Walnut Willow Zephyr"
)

EMPLOYEE_TYPES = ("Employee",) * 17 + ("Contractor", "Intern", "Consultant")
