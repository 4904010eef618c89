"""First and last names that are common in Paris."""

# fmt: off
FIRST_NAMES = (
    "Adam", "Adrien", "Aïcha", "Alexandre", "Alice", "Amadou", "Amélie", "Amina", "Anaïs", "Antoine", "Arthur",
    "Assia", "Aya", "Baptiste", "Camille", "Cécile", "Charlotte", "Chloé", "Clara", "Clément", "David", "Diane",
    "Elena", "Elias", "Élise", "Emma", "Enzo", "Fatou", "Félix", "Florian", "Gabriel", "Hélène", "Hugo", "Ibrahim",
    "Inès", "Ismaël", "Jade", "Jeanne", "Joseph", "Jules", "Julie", "Karim", "Khadija", "Léa", "Léo", "Lina", "Louis",
    "Louise", "Lucas", "Lucie", "Malik", "Manon", "Margaux", "Marie", "Mathieu", "Maxime", "Mehdi", "Mohamed",
    "Moussa", "Nadia", "Nathan", "Nicolas", "Nina", "Noé", "Nora", "Olivier", "Oumar", "Paul", "Pauline", "Pierre",
    "Rachid", "Raphaël", "Romain", "Rose", "Sacha", "Salomé", "Samir", "Sarah", "Simon", "Sofia", "Sonia", "Thomas",
    "Théo", "Valentin", "Victor", "Yacine", "Yasmine", "Youssef", "Zoé",
)
LAST_NAMES = (
    "Aubert", "Bailly", "Ba", "Barbier", "Belkacem", "Benali", "Bernard", "Besson", "Blanc", "Bonnet", "Boucher",
    "Boyer", "Brun", "Camara", "Caron", "Chevalier", "Chen", "Cissé", "Clément", "Colin", "Cohen", "Coulibaly",
    "Da Silva", "David", "Diallo", "Diarra", "Dubois", "Dufour", "Dumas", "Dupont", "Durand", "Fabre", "Faure",
    "Fernandes", "Fontaine", "Fournier", "Garcia", "Garnier", "Gauthier", "Girard", "Guérin", "Haddad", "Henry",
    "Jacquet", "Joly", "Keita", "Konaté", "Lambert", "Laurent", "Leclerc", "Lefèvre", "Legrand", "Lemaire", "Leroy",
    "Li", "Lopez", "Marchand", "Martin", "Mathieu", "Mercier", "Meunier", "Meyer", "Moreau", "Morel", "Nguyen", "Noël",
    "Ouattara", "Pereira", "Perrin", "Petit", "Picard", "Renard", "Richard", "Rivière", "Robert", "Roche", "Rousseau",
    "Roux", "Roy", "Sanchez", "Sarr", "Simon", "Sissoko", "Sow", "Tessier", "Thomas", "Touré", "Tran", "Traoré",
    "Vasseur", "Vidal", "Vincent", "Wang", "Zerrouki",
)
# fmt: on
